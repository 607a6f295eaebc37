// Service: what was decided is kept, and judged later.
#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/text_hash.h"
#include "engine/validate.h"
#include "net/service.h"

namespace penchant {
namespace {

constexpr std::int64_t clock_step_ms = 5000;  // a clock that is off by more since the last look was set

/// Milliseconds since the system started, its sleep included: nobody sets this clock.
std::int64_t system_uptime_ms() {
  timespec up{};
  clock_gettime(CLOCK_BOOTTIME, &up);
  return std::int64_t{up.tv_sec} * 1000 + up.tv_nsec / 1'000'000;
}

/// The ID of the record that a decision gets when nobody judges it.
std::string default_id(std::string_view decision) { return std::string("default:").append(decision); }

/// That record, whose views are into the decision and `id`.
Record default_record(const FoundDecision& found, Verdict verdict, std::string_view id) {
  return {.verdict = verdict,
          .tier = found.decision.tier,
          .user = found.decision.user,
          .checkpoint = found.decision.checkpoint,
          .prompt = found.decision.prompt,
          .family = found.decision.family,
          .id = id,
          .decision = found.id.view()};
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15;
  return hash ^ hash >> 29;
}

}  // namespace

/// The same for the same arms in the same order.
std::uint64_t Service::arm_set() const {
  if (recommender_.are_all_columns()) return mixed(1, last_->user->number());
  std::uint64_t hash = 2;
  for (std::uint32_t arm = 0; arm < recommender_.arm_count(); ++arm) {
    hash = mixed(hash, TextHash()(recommender_.arm_name(engine(), last_->user, arm)));
  }
  return hash;
}

/// The last recommendation tells the caller's own first choice, and its reason begins with what it would have told.
void Service::tell_first_choice() {
  static constexpr ArmChance always{.arm = 0, .probability = 1};
  would_be_ = last_->chosen.checkpoint;
  first_choice_ = recommender_.arm_answer(engine(), last_->user, always.arm);
  first_choice_.probability = always.probability;
  const bool is_same = first_choice_.checkpoint == would_be_;
  reason_ += "shadow: your first choice; Penchant would have chosen ";
  (reason_ += is_same ? "it too" : would_be_) += ". ";
  last_->chosen = first_choice_;
  last_->arms = {&first_choice_, 1};
  last_->chances = {&always, 1};
}

/// Keeps the last recommendation; its id.
std::string_view Service::keep_decision(const RecommendRequest& request) {
  listed_.clear();
  const auto& chances = last_->chances;
  const bool is_spread = request.images && last_->policy == Policy::banded;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    double probability = chances[i].probability;
    if (is_spread) {  // a band's remainder goes to its best arm
      const std::uint64_t images = planned_images(*request.images, chances.size(), i);
      probability = static_cast<double>(images) / static_cast<double>(*request.images);
    }
    listed_.push_back({chances[i].arm, static_cast<float>(probability)});
  }
  std::ranges::sort(listed_, {}, &ArmProbability::arm);
  const Decision decision{.at_ms = now_ms(),
                          .user = request.user,
                          .prompt = request.prompt,
                          .family = request.family,
                          .policy = to_string(last_->policy),
                          .checkpoint = last_->chosen.checkpoint,
                          .tier = request.tier,
                          .would_be = would_be_};
  const DecisionArms arms{.set = arm_set(),
                          .count = static_cast<std::uint32_t>(recommender_.arm_count()),
                          .rest_probability = 0,
                          .listed = listed_};
  return decisions_.add(decision, arms,
                        [this](std::uint32_t arm) { return recommender_.arm_name(engine(), last_->user, arm); });
}

/// The arms go with the record, for the decision does not last: all of them, or the one judged.
void Service::carry_decision(const FoundDecision& found, Record& record) {
  decision_arms_.clear();
  const bool are_few = found.arms.size() <= record_decision_arms_max;
  found.arms.for_each([&](std::string_view name, float probability) {
    if (are_few || model_key(name) == model_key(record.checkpoint)) decision_arms_.push_back({name, probability});
  });
  record.decision_arms = decision_arms_;
  record.shadow_checkpoint = found.decision.would_be;
}

/// A verdict of the user's own comes in place of the one given by default.
void Service::take_default_back(const FoundDecision& found) {
  const User* const user = engine().find_user(found.decision.user);
  const std::string id = default_id(found.id.view());
  if (!user || !user->known().find(id)) return;
  Record record = default_record(found, Verdict::neutral, id);
  carry_decision(found, record);
  (void)keep(record);  // what refuses it refuses the verdict that follows, and says why
}

result<Recorded> Service::judge(const FoundDecision& found, Record& record) {
  if (auto valid = validate(record); !valid) return valid.error();
  take_default_back(found);
  carry_decision(found, record);
  auto recorded = keep(record);
  if (recorded) decisions_.mark_judged(record.decision);
  return recorded;
}

result<Recorded> Service::judge(std::string_view id, Record& record, std::string_view only_user) {
  const auto found = decisions_.find(id);
  const bool is_known = found && (only_user.empty() || found->decision.user == only_user);
  if (!is_known) return Failure{std::string(no_such_decision)};
  record.user = found->decision.user;
  record.prompt = found->decision.prompt;
  record.decision = found->id.view();
  if (record.family.empty()) record.family = found->decision.family;
  if (!record.tier) record.tier = found->decision.tier;
  return judge(*found, record);
}

result<Recorded> Service::record(Record& record) {
  if (record.decision.empty()) return keep(record);
  const auto found = decisions_.find(record.decision);
  const bool is_about = found && found->decision.user == record.user && found->decision.prompt == record.prompt;
  return is_about ? judge(*found, record) : keep(record);
}

result<Store::Forgotten> Service::forget(std::string_view user) {
  const std::uint64_t changes = engine().sharing_changes();
  // Who has only asked is unknown to the store.
  const bool is_elsewhere = !engine().find_user(user) && decisions_.may_hold(user);
  const auto forgotten = store_.forget(user, now_ms(), is_elsewhere);
  if (!forgotten) return forgotten;
  if (engine().sharing_changes() != changes) awaited_changes_ = engine().sharing_changes();
  prompts_.forget();
  negative_prompts_.forget();
  erase_decisions();
  return forgotten;
}

/// The decisions of whom the store has begun to forget; tick() tells it when they are in no file any more.
void Service::erase_decisions() {
  for (const Erasure& erasure : store_.erasures()) {
    if (erasure.sequence <= decisions_erased_) continue;
    decisions_.erase_user(erasure.user);
    decisions_erased_ = erasure.sequence;
  }
  decisions_.flush();
}

std::optional<Store::News> Service::tick(std::int64_t now_ms) {
  if (make_community_ && awaits_community()) make_community_();
  result<bool> is_erased = !awaits_community();
  if (store_.erasing() && *is_erased) is_erased = decisions_.erased();
  return store_.tick(now_ms, is_erased);
}

/// Whether the clock was set less than `wait_ms` ago: how long a decision from before has waited nobody knows.
bool Service::was_clock_set(std::int64_t wait_ms) {
  const std::int64_t up_ms = system_uptime_ms();
  const std::int64_t lead_ms = clock_ms_ - up_ms;
  if (clock_lead_ms_ && std::abs(lead_ms - *clock_lead_ms_) > clock_step_ms) clock_set_up_ms_ = up_ms;
  clock_lead_ms_ = lead_ms;
  return clock_set_up_ms_ && up_ms - *clock_set_up_ms_ < wait_ms;
}

std::size_t Service::judge_by_default(Verdict verdict, std::int64_t wait_ms) {
  set_time(clock_ms());
  std::size_t judged = 0;
  if (was_clock_set(wait_ms)) return judged;
  while (judged < default_verdicts_at_once && !store_.read_only()) {
    const auto found = decisions_.next_unjudged(clock_ms_ - wait_ms);
    if (!found) break;
    const std::string id = default_id(found->id.view());
    Record record = default_record(*found, verdict, id);
    const User* const user = engine().find_user(record.user);
    const bool is_known = user && user->known().find(id);  // from before a restart that forgot the mark
    carry_decision(*found, record);
    if (!is_known && keep(record)) ++judged;
    decisions_.mark_judged(found->id.view());
  }
  return judged;
}

}  // namespace penchant
