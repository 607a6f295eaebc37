#include "net/service.h"

#include <algorithm>
#include <chrono>

#include "engine/context/word_lists.h"
#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/record_loras.h"
#include "engine/validate.h"

namespace penchant {
namespace {

/// Of all that a record carries.
std::size_t text_bytes(const Record& record) {
  std::size_t bytes = 0;
  for (const std::string_view text :
       {record.user, record.checkpoint, record.prompt, record.negative_prompt, record.family, record.stage,
        record.session, record.generation, record.id, record.decision, record.note, record.vision}) {
    bytes += text.size();
  }
  for (const LoraTag& lora : record.loras) bytes += lora.name.size();
  for (const Parameter& parameter : record.parameters) bytes += parameter.name.size() + parameter.value.size();
  return bytes;
}

}  // namespace

std::int64_t clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Service::Service(Store& store, DecisionRing& decisions, const WordLists& lists, const Bands& bands)
    : store_(store),
      decisions_(decisions),
      lists_(lists),
      prompts_(lists),
      negative_prompts_(lists),
      recommender_(bands) {
  erase_decisions();  // of whom an earlier life had begun to forget
}

/// The record's keywords, and its LoRAs: those given before those of the prompt, each model once.
void Service::read_prompts(Record& record) {
  const Context& prompt = prompts_.read(record.prompt);
  record.keywords = prompt.keywords();
  record.negative_keywords = negative_prompts_.read(record.negative_prompt).keywords();
  record.other_words = other_words(record.prompt, record.keywords);

  merge_loras(record.loras, prompt.loras(), loras_);
  record.loras = loras_;
}

result<Recorded> Service::keep(Record& record) {
  // Too long a prompt is not even read; the store looks at all the rest.
  if (auto bounds = check_bounds(record); !bounds) return bounds.error();
  record.now_ms = clock_ms_;
  read_prompts(record);
  return store_.record(record);
}

/// `first` is the first of the records; the others differ in checkpoint and number.
result<void> Service::validate_reject_all(const Record& first, std::span<const std::string_view> checkpoints) const {
  if (auto valid = validate(first); !valid) return valid;
  for (const std::string_view checkpoint : checkpoints) {
    if (auto valid = validate_checkpoint(checkpoint); !valid) return valid;
  }
  const std::size_t number_bytes = std::to_string(checkpoints.size()).size() - 1;  // the first one's is counted already
  if (!first.id.empty() && first.id.size() + number_bytes > identifier_bytes_max) {
    return Failure{"ID with the number of the checkpoint is longer than " + std::to_string(identifier_bytes_max) +
                   " bytes"};
  }
  if (text_bytes(first) * checkpoints.size() > reject_all_bytes_max) {
    return Failure{"the texts times the checkpoints are more than " + std::to_string(reject_all_bytes_max) +
                   " bytes: reject them in parts"};
  }
  return {};
}

result<std::uint64_t> Service::reject_all(const Record& all, std::span<const std::string_view> checkpoints) {
  Record record = all;
  record.verdict = Verdict::rejected;
  record.now_ms = clock_ms_;
  std::string id;
  const auto take = [&](std::size_t i) {
    if (!all.id.empty()) record.id = id.assign(all.id).append(":").append(std::to_string(i + 1));
    record.checkpoint = checkpoints[i];
  };
  take(0);
  if (auto valid = validate_reject_all(record, checkpoints); !valid) return valid.error();
  read_prompts(record);
  if (auto room = engine().room_for_all(record, checkpoints); !room) return room.error();
  record.is_accepted = true;
  std::uint64_t recorded = 0;
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    take(i);
    const auto one = store_.record(record);
    if (!one) return one.error();
    recorded += one->kind == Recorded::Kind::duplicate ? 0 : 1;
  }
  return recorded;
}

result<RecommendAnswer> Service::recommend(const RecommendRequest& request) {
  if (auto valid = validate_question(request.user, request.prompt, request.family, request.among); !valid) {
    return valid.error();
  }
  const std::span<const Keyword> keywords = prompts_.read(request.prompt).keywords();
  const std::span<const Keyword> others = other_words(request.prompt, keywords);
  const auto recommendation = recommender_.recommend(engine(), {.user = request.user,
                                                                .keywords = keywords,
                                                                .family = request.family,
                                                                .tier = request.tier,
                                                                .among = request.among,
                                                                .top = request.top,
                                                                .at_ms = request.at_ms.value_or(now_ms()),
                                                                .policy = request.policy,
                                                                .scorer = request.scorer.value_or(scorer_choice_),
                                                                .other_words = others,
                                                                .seed = draw_seed_ = request.seed.value_or(++draws_),
                                                                .community = prior()});
  if (!recommendation) return recommendation.error();
  last_ = *recommendation;
  reason_.clear();
  would_be_ = {};
  if (is_shadow_ && !request.peek) tell_first_choice();
  append_reason(*recommendation, keywords, recommender_.scorer(), reason_);
  tell_kept(*last_, {keywords, others});
  return RecommendAnswer{request.peek ? std::string_view{} : keep_decision(request), kept_, *last_, reason_};
}

result<void> Service::validate_scores(const ScoresRequest& request) const {
  for (const std::string_view prompt : request.prompts) {
    if (auto valid = validate_question(request.user, prompt, {}, request.among); !valid) return valid;
  }
  return {};
}

result<MatrixView> Service::matrix(const MatrixQuestion& question) {
  if (auto valid = validate_user(question.user); !valid) return valid.error();
  return view_matrix(engine(), question);
}

result<std::span<const Keyword>> Service::keywords(std::string_view prompt) {
  if (auto valid = validate_prompt(prompt); !valid) return valid.error();
  return prompts_.read(prompt).keywords();
}

ArmColumns Service::columns_of(const User* user, std::string_view checkpoint) const {
  return {engine().find_checkpoint(user, checkpoint), community_->checkpoint(model_key(checkpoint))};
}

result<SuggestQuestion> Service::read_suggest(const SuggestRequest& request) {
  if (auto valid = validate_question(request.user, request.prompt, request.family, request.among); !valid) {
    return valid.error();
  }
  if (!request.checkpoint.empty()) {
    if (auto valid = validate_checkpoint(request.checkpoint); !valid) return valid.error();
  }
  return SuggestQuestion{.user = request.user,
                         .keywords = prompts_.read(request.prompt).keywords(),
                         .checkpoint = request.checkpoint,
                         .family = request.family,
                         .among = request.among,
                         .top = request.top,
                         .at_ms = request.at_ms.value_or(now_ms()),
                         .community = prior()};
}

result<std::span<const LoraAnswer>> Service::loras(const SuggestRequest& request) {
  const auto question = read_suggest(request);
  if (!question) return question.error();
  return suggester_.loras(engine(), *question);
}

result<std::span<const NegativeAnswer>> Service::negatives(const SuggestRequest& request) {
  const auto question = read_suggest(request);
  if (!question) return question.error();
  return suggester_.negatives(engine(), *question);
}

result<std::span<const ParameterAnswer>> Service::parameters(const SuggestRequest& request) {
  const auto question = read_suggest(request);
  if (!question) return question.error();
  return suggester_.parameters(engine(), *question);
}

/// `banded` spreads them evenly over its band; any other policy draws each by itself. In shadow there is one arm.
std::span<const std::uint64_t> Service::plan_images(std::uint64_t count) {
  const std::size_t arms = last_->chances.size();
  planned_.assign(arms, 0);
  if (last_->policy != Policy::banded && arms > 1) {
    for (std::uint64_t image = 0; image < count; ++image) ++planned_[recommender_.draw(draw_seed_, image)];
    return planned_;
  }
  for (std::size_t i = 0; i < arms; ++i) planned_[i] = planned_images(count, arms, i);
  return planned_;
}

std::string_view Service::planned_checkpoint(std::size_t arm) const {
  return recommender_.arm_name(engine(), last_->user, last_->chances[arm].arm);
}

void Service::take_community(const Community& community) {
  community_ = &community;
  community_changes_ = sharing_changes_seen_.value_or(0);
  community_made_ms_ = clock_ms();
}

/// The community, for a question.
const Community* Service::prior() {
  if (make_community_) make_community_();
  return community_;
}

std::span<const ArmAnswer> Service::best_overall(std::string_view user, std::uint32_t count) {
  // Without keywords the question is about the arms overall.
  const auto best = recommender_.recommend(engine(), {.user = user, .top = count, .at_ms = now_ms()});
  return best ? best->arms : std::span<const ArmAnswer>{};
}

}  // namespace penchant
