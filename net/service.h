// Service: what Penchant does for whoever asks, whatever wire they came by. A request's texts in, the store's or the
// engine's answer out; the commands (and HTTP's routes) only read arguments and write replies.
//
// Owner: the server; one per store. It holds the scratch that questions need, so that they allocate nothing.
// Lifetime: answers are views that last until the next call. Threading: the store's thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/context/other_words.h"
#include "engine/context/recent_contexts.h"
#include "engine/explain.h"
#include "engine/matrix_view.h"
#include "engine/recommend.h"
#include "engine/suggest.h"
#include "persistence/decision_ring.h"
#include "persistence/importer.h"
#include "persistence/store.h"

namespace penchant {

inline constexpr std::size_t default_verdicts_at_once = 1000;  // others have their turn before the next ones

inline constexpr std::uint32_t plan_images_max = 1'000'000;
inline constexpr std::uint32_t scores_prompts_max = 1024;  // of one request: others wait a few milliseconds
inline constexpr std::uint32_t top_arms_max = 65'536;
inline constexpr std::size_t reject_all_bytes_max = std::size_t{16} << 20;  // of texts, each as often as it is recorded

// Of JSON that is one argument or reply: requests of others wait meanwhile, about 20 ms for each MiB.
inline constexpr std::size_t export_json_bytes_max = std::size_t{4} << 20;
inline constexpr std::size_t import_json_bytes_max = std::size_t{4} << 20;

inline constexpr std::string_view no_such_decision =
    "there is no such decision: it was never told here, or it has expired";

/// Unix milliseconds by the system's clock.
std::int64_t clock_ms();

struct RecommendRequest {
  std::string_view user;
  std::string_view prompt;
  std::string_view family;
  std::optional<Tier> tier;
  std::span<const std::string_view> among;
  std::optional<std::uint32_t> top;
  std::optional<std::int64_t> at_ms;
  Policy policy = Policy::banded;
  std::optional<ScorerChoice> scorer;  // the service's, where none is asked for
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> images;  // of a plan, 1 at least: its decision has the shares that they make
  bool peek = false;  // no decision is kept
};

/// About one prompt with these checkpoints.
struct ScoreRequest {
  std::string_view user;
  std::string_view prompt;
  std::span<const std::string_view> checkpoints;
  std::optional<ScorerChoice> scorer;
};

/// About many prompts at once.
struct ScoresRequest {
  std::string_view user;
  std::span<const std::string_view> prompts;
  std::span<const std::string_view> among;
  std::uint32_t top = 1;
  std::optional<std::int64_t> at_ms;
};

struct SuggestRequest {
  std::string_view user;
  std::string_view prompt;
  std::string_view checkpoint;
  std::string_view family;
  std::span<const std::string_view> among;
  std::optional<std::uint32_t> top;
  std::optional<std::int64_t> at_ms;
};

/// How probable it is that an image with this checkpoint is kept.
struct ArmKept {
  std::string_view checkpoint;
  KeptChance chance;
};

struct RecommendAnswer {
  std::string_view decision;  // empty where none was kept
  std::span<const ArmKept> kept;  // of the arms told, where the user has a learner
  Recommendation recommendation;
  std::string_view reason;
};

/// What a word adds to a score, or to the log-odds of which that is the probability.
struct Contribution {
  std::string_view word;
  double weight = 0;  // among the prompt's words
  double adds = 0;
};

struct Explanation {
  ArmScore total;
  ScorerKind scorer = ScorerKind::mean;
  double base = 0;  // what the checkpoint has whatever the words
  std::span<const Contribution> contributions;
  std::span<const Keyword> keywords;
  std::span<const Counts> counts;  // of each keyword with the checkpoint
  std::string_view reason;
};

class Service {
 public:
  Service(Store& store, DecisionRing& decisions, const WordLists& lists, const Bands& bands);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// The time of all that follows, until the next call: once a batch, since asking the clock costs as much as an
  /// answer.
  void set_time(std::int64_t now_ms) { clock_ms_ = now_ms; }
  /// Of events and questions: the time set, or the engine's, whose clock does not run backwards.
  std::int64_t now_ms() const { return std::max(clock_ms_, engine().now_ms()); }

  Store& store() { return store_; }
  DecisionRing& decisions() { return decisions_; }
  const DecisionRing& decisions() const { return decisions_; }
  const WordLists& word_lists() const { return lists_; }
  const Store& store() const { return store_; }
  const Engine& engine() const { return store_.engine(); }

  /// Records a verdict: `record` comes without keywords and time; LoRA tags of the prompt join its LoRAs. Of a decision
  /// about its user and prompt it carries what could have been chosen, and that is judged then.
  result<Recorded> record(Record& record);
  /// One rejection for each checkpoint; with an id, the i-th has the id ID:i. All are recorded, or none.
  result<std::uint64_t> reject_all(const Record& record, std::span<const std::string_view> checkpoints);

  /// Forgets the user in the store and among the decisions. Where it fails nothing has changed, or the store is
  /// read-only now and its next start forgets the user.
  result<Store::Forgotten> forget(std::string_view user);
  /// As Store::tick(); who is to be erased has left the decisions' files and the community before.
  std::optional<Store::News> tick(std::int64_t now_ms);

  /// Records a verdict on an arm of a decision, in the decision's context; `record` comes without user and prompt, and
  /// with its family and tier where they are others. With `only_user`, who may know of no other's decision.
  result<Recorded> judge(std::string_view decision, Record& record, std::string_view only_user = {});
  /// Gives this verdict to the arms told by decisions that nobody has judged within `wait_ms`; how many. To be called
  /// once a second: it sees whether the clock is set, and judges nobody's decision for so long after that.
  std::size_t judge_by_default(Verdict verdict, std::int64_t wait_ms);

  /// How to score where a request does not say; at first by the mean.
  void use(const ScorerChoice& scorer) { scorer_choice_ = scorer; }
  const ScorerChoice& scorer_choice() const { return scorer_choice_; }

  /// Whether recommend() and plan_images() tell the caller's own first choice, which is the first arm in question, and
  /// the decision what they would have told; at first not. Who peeks is told that in any case.
  void use_shadow(bool is_on) { is_shadow_ = is_on; }
  bool is_shadow() const { return is_shadow_; }

  result<RecommendAnswer> recommend(const RecommendRequest& request);
  result<std::span<const double>> score(const ScoreRequest& request);
  /// Calls on_prompt(std::span<const ArmAnswer>) for each of the prompts, in order, with its best checkpoints, best
  /// first. No decision is kept.
  template <class OnPrompt>
  result<void> scores(const ScoresRequest& request, const OnPrompt& on_prompt);
  /// About the one checkpoint.
  result<Explanation> explain(const ScoreRequest& request);
  result<MatrixView> matrix(const MatrixQuestion& question);
  result<std::span<const LoraAnswer>> loras(const SuggestRequest& request);
  result<std::span<const NegativeAnswer>> negatives(const SuggestRequest& request);
  result<std::span<const ParameterAnswer>> parameters(const SuggestRequest& request);
  result<std::span<const Keyword>> keywords(std::string_view prompt);
  /// The user's `count` best checkpoints over all prompts.
  std::span<const ArmAnswer> best_overall(std::string_view user, std::uint32_t count);
  /// Of the last recommend(): images for each of its arms, best first, by the policy: `count` in all.
  std::span<const std::uint64_t> plan_images(std::uint64_t count);

  std::string_view planned_checkpoint(std::size_t arm) const;

  // The community, which net/community_round.h makes.
  /// Whether this store's sharing users have changed since a round came by.
  bool is_community_behind() const { return engine().sharing_changes() != sharing_changes_seen_; }
  /// A round is here.
  void note_community_round() { sharing_changes_seen_ = engine().sharing_changes(); }
  /// What the round that was here last has made, for the questions from now on. It stays until another is taken.
  void take_community(const Community& community);
  /// For who makes it at no other time: each question that needs the community calls `make` first.
  void make_community_when_asked(std::function<void()> make) { make_community_ = std::move(make); }
  const Community& community() const { return *community_; }
  /// Whether the forgetting of a user who shared waits for a community without that user.
  bool awaits_community() const { return community_made_ms_ && community_changes_ < awaited_changes_; }
  std::optional<std::int64_t> community_made_ms() const { return community_made_ms_; }

 private:
  result<ScorerKind> ask_scorer(const ScoreRequest& request, const User* user);
  std::span<const Keyword> other_words(std::string_view prompt, std::span<const Keyword> keywords);
  void tell_kept(const Recommendation& recommendation, const PromptWords& words);
  void explain_mean(const ArmColumns& at, std::span<const Keyword> keywords);
  void explain_words(std::uint32_t column);
  result<void> validate_reject_all(const Record& first, std::span<const std::string_view> checkpoints) const;
  void read_prompts(Record& record);
  result<Recorded> keep(Record& record);
  result<Recorded> judge(const FoundDecision& found, Record& record);
  void carry_decision(const FoundDecision& found, Record& record);
  void tell_first_choice();
  std::string_view keep_decision(const RecommendRequest& request);
  result<void> validate_scores(const ScoresRequest& request) const;
  std::uint64_t arm_set() const;
  void erase_decisions();
  void take_default_back(const FoundDecision& found);
  bool was_clock_set(std::int64_t wait_ms);
  const Community* prior();
  result<SuggestQuestion> read_suggest(const SuggestRequest& request);
  ArmColumns columns_of(const User* user, std::string_view checkpoint) const;

  Store& store_;
  DecisionRing& decisions_;
  const WordLists& lists_;
  RecentContexts prompts_;
  RecentContexts negative_prompts_;
  Recommender recommender_;
  Scorer scorer_;
  WordScorer word_scorer_;
  OtherWords other_words_;
  ScorerChoice scorer_choice_ = ScorerKind::mean;
  std::vector<ArmKept> kept_;
  std::vector<Contribution> contributions_;
  Suggester suggester_;
  const Community no_community_;
  const Community* community_ = &no_community_;  // the round's owner's
  std::function<void()> make_community_;
  std::optional<std::uint64_t> sharing_changes_seen_;  // by the last round; none before the first
  std::optional<std::int64_t> community_made_ms_;
  std::uint64_t community_changes_ = 0;  // the engine's sharing_changes() that the community has, at least
  std::uint64_t awaited_changes_ = 0;    // and that it must have before somebody is erased
  std::uint64_t decisions_erased_ = 0;  // up to the erasure of this event
  std::uint64_t draws_ = 0;
  std::uint64_t draw_seed_ = 0;  // of the last recommend()
  std::optional<Recommendation> last_;  // as it was told
  bool is_shadow_ = false;
  ArmAnswer first_choice_;     // that last_ tells in shadow
  std::string_view would_be_;  // what it would have told
  std::vector<std::uint64_t> planned_;
  std::vector<LoraTag> loras_;
  std::vector<double> scores_;
  RateRows rates_;
  std::vector<Counts> counts_;
  std::string reason_;
  std::vector<ArmProbability> listed_;
  std::vector<DecisionArm> decision_arms_;
  std::int64_t clock_ms_ = clock_ms();
  std::optional<std::int64_t> clock_lead_ms_;    // before the system's uptime, when judge_by_default() last looked
  std::optional<std::int64_t> clock_set_up_ms_;  // the uptime when it was last seen to have been set
};

template <class OnPrompt>
result<void> Service::scores(const ScoresRequest& request, const OnPrompt& on_prompt) {
  if (auto valid = validate_scores(request); !valid) return valid;
  Question question{.user = request.user,
                    .among = request.among,
                    .top = request.top,
                    .at_ms = request.at_ms.value_or(now_ms()),
                    .scorer = scorer_choice_,
                    .community = prior()};
  for (const std::string_view prompt : request.prompts) {
    question.keywords = prompts_.read(prompt).keywords();
    question.other_words = other_words(prompt, question.keywords);
    const auto best = recommender_.best(engine(), question, rates_);
    if (!best) return best.error();
    on_prompt(*best);
  }
  return {};
}

/// Records what JSON holds, a record (docs/export_format.md) or an array of them, as they come in live: one without an
/// id always counts, one that names no user is of `user`. Each goes to its user's store, one of `services`, which are
/// by number; those of stores that
/// records_users() does not name are not touched. All of it is recorded, or nothing. At most import_json_bytes_max.
result<ImportReport> record_json(std::span<Service* const> services, std::string_view json, std::string_view user);
/// The users that such JSON names, each as often as it does; empty where it is wrong.
std::vector<std::string> records_users(std::string_view json, std::string_view user);

/// Records an export file (docs/export_format.md) of at most import_json_bytes_max, each record in its user's store
/// (persistence/store_layout.h): all of it, or nothing. `services` are those of all stores, by number.
result<ImportReport> import_file(std::span<Service* const> services, std::string_view json);

}  // namespace penchant
