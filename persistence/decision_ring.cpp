#include "persistence/decision_ring.h"

#include <algorithm>
#include <utility>

namespace penchant {
namespace {

constexpr std::size_t generations_full = 4;  // of which the ring consists

}  // namespace

DecisionRing::DecisionRing(FileSystem& files, std::string directory, const DecisionRingOptions& options)
    : files_(files),
      directory_(std::move(directory)),
      options_(options),
      capacity_(options.bytes_max / generations_full),
      id_({}),
      writer_(files) {}

DecisionRing::~DecisionRing() { (void)wait_until_written(); }

std::string_view DecisionRing::add_named(const Decision& decision, const DecisionArms& arms, const ArmNames& names) {
  if (!is_ready_) get_ready();
  ++number_;
  id_.increment();
  if (!within_limits(decision, arms)) return id_.view();
  if (current().add(number_, decision, arms, names)) return id_.view();
  if (fits_empty(decision, arms, names)) {
    begin_generation(number_);
    current().add(number_, decision, arms, names);
  }
  return id_.view();
}

bool DecisionRing::fits_empty(const Decision& decision, const DecisionArms& arms, const ArmNames& names) const {
  const auto arm_set = arm_set_frame_bytes(arms.count, names);
  return arm_set && decision_header_bytes + *arm_set + decision_frame_bytes(decision, arms) <= capacity_;
}

void DecisionRing::begin_generation(std::uint64_t first_number) {
  learn_outcome();
  make_room(generations_.size());
  push_generation(first_number);
}

// Drops of the first `generations` the oldest, until they and a full one are within the bounds.
void DecisionRing::make_room(std::size_t generations) {
  std::size_t held = 0;
  for (std::size_t i = 0; i < generations; ++i) held += generations_[i]->size();
  for (; generations > 0 && (held > options_.bytes_max - capacity_ || generations >= decision_generations_max);
       --generations) {
    held -= generations_.front()->size();
    drop_oldest();
  }
}

void DecisionRing::push_generation(std::uint64_t first_number) {
  if (spares_.empty()) spares_.push_back(std::make_unique<DecisionGeneration>(capacity_));
  auto next = std::move(spares_.back());
  spares_.pop_back();
  const GenerationId id{start_, ++generation_};
  next->begin(id, first_number);
  next->file = {.path = path_in(directory_, generation_name(id))};
  generations_.push_back(std::move(next));
}

void DecisionRing::drop_oldest() {
  auto oldest = std::move(generations_.front());
  generations_.pop_front();
  if (unjudged_generation_ > 0) {
    --unjudged_generation_;
  } else {
    unjudged_slot_ = 0;
  }
  if (oldest->is_lent) {
    retired_.push_back(std::move(oldest));
  } else {
    expire(std::move(oldest));
  }
}

void DecisionRing::expire(std::unique_ptr<DecisionGeneration> generation) {
  if (generation->file.exists) removals_.push_back(std::exchange(generation->file, {}));
  if (generation->capacity() == capacity_) spares_.push_back(std::move(generation));
}

DecisionGeneration* DecisionRing::generation_of(const DecisionId& id) const {
  for (auto at = generations_.rbegin(); at != generations_.rend(); ++at) {
    if ((*at)->id().start == id.start && (*at)->find(id.number) != nullptr) return at->get();
  }
  return nullptr;
}

FoundDecision DecisionRing::found(const DecisionGeneration& generation, const DecisionGeneration::Slot& slot) const {
  const DecisionView view = generation.decision(slot);
  const DecisionId id{generation.id().start, generation.first_number() + slot.number};
  return {.id = DecisionIdText(id),
          .decision = view.decision(),
          .arms = FoundArms(generation.arm_set(view), view),
          .is_judged = slot.is_judged != 0};
}

std::optional<FoundDecision> DecisionRing::find(std::string_view text) {
  load();
  const auto id = parse_decision_id(text);
  const DecisionGeneration* const generation = id ? generation_of(*id) : nullptr;
  if (generation == nullptr) return std::nullopt;
  return found(*generation, *generation->find(id->number));
}

void DecisionRing::mark_judged(std::string_view text) {
  load();
  const auto id = parse_decision_id(text);
  DecisionGeneration* const generation = id ? generation_of(*id) : nullptr;
  if (generation == nullptr || !generation->mark_judged(id->number)) return;
  if (!is_ready_) get_ready();
  if (current().add_judged(*id)) return;
  begin_generation(number_ + 1);
  current().add_judged(*id);
}

std::optional<FoundDecision> DecisionRing::next_unjudged(std::int64_t before_ms) {
  load();
  for (std::size_t step = 0; step < unjudged_steps_max && !generations_.empty();) {
    const DecisionGeneration& generation = *generations_[unjudged_generation_];
    if (unjudged_slot_ >= generation.slots().size()) {
      if (unjudged_generation_ + 1 == generations_.size()) return std::nullopt;
      ++unjudged_generation_;
      unjudged_slot_ = 0;
      continue;
    }
    const DecisionGeneration::Slot& slot = generation.slots()[unjudged_slot_];
    const bool is_open = !slot.is_erased() && slot.is_judged == 0;
    if (is_open && generation.decision(slot).at_ms() >= before_ms) return std::nullopt;
    ++unjudged_slot_;
    ++step;
    if (is_open) return found(generation, slot);
  }
  return std::nullopt;
}

void DecisionRing::flush() {
  learn_outcome();
  if (is_writing_) return;
  DecisionJob job;
  for (const auto& generation : generations_) {
    const bool is_complete = generation != generations_.back();
    if (generation->file.is_behind(generation->size())) {
      generation->is_lent = true;
      job.writes.push_back({.file = &generation->file,
                            .generation = {generation->bytes(), generation->size()},
                            .is_complete = is_complete});
    } else if (is_complete) {
      generation->file.open.reset();
    }
  }
  if (has_begun_) job.removals = std::exchange(removals_, {});
  if (job.writes.empty() && job.removals.empty()) return;
  is_writing_ = true;
  writer_.start(std::move(job));
}

void DecisionRing::learn_outcome() {
  if (!is_writing_ || !writer_.is_idle()) return;
  is_writing_ = false;
  if (writer_.failure() && !last_failure_) untold_failure_ = writer_.failure();
  last_failure_ = writer_.failure();
  for (const auto& generation : generations_) generation->is_lent = false;
  for (auto& generation : retired_) expire(std::move(generation));
  retired_.clear();
  for (DecisionFile& file : writer_.take_unremoved()) removals_.push_back(std::move(file));
}

void DecisionRing::erase_user(std::string_view user) {
  writer_.wait();
  learn_outcome();
  load();
  if (!unfitting_.empty() || (!removals_.empty() && !has_begun_)) get_ready();  // they may be this user's
  spares_.clear();                                                              // as may their bytes
  for (const auto& generation : generations_) generation->erase_user(user);
}

bool DecisionRing::may_hold(std::string_view user) {
  load();
  const auto holds = [user](const auto& generation) { return generation->has_user(user); };
  return unread_ || !removals_.empty() || !unfitting_.empty() || std::ranges::any_of(generations_, holds);
}

result<bool> DecisionRing::erased() {
  learn_outcome();
  if (unread_) return *unread_;
  if (is_writing_) return false;
  const bool is_behind = std::ranges::any_of(
      generations_, [](const auto& generation) { return generation->file.exists && generation->file.is_anew; });
  if (!is_behind && removals_.empty() && retired_.empty()) return true;
  if (last_failure_) return *last_failure_;
  return false;
}

result<void> DecisionRing::wait_until_written() {
  writer_.wait();
  flush();
  writer_.wait();
  const bool wrote = is_writing_;
  learn_outcome();
  if (wrote && last_failure_) return *last_failure_;
  return {};
}

std::optional<Failure> DecisionRing::take_failure() {
  learn_outcome();
  return std::exchange(untold_failure_, std::nullopt);
}

std::size_t DecisionRing::decisions() const {
  std::size_t decisions = 0;
  for (const auto& generation : generations_) decisions += generation->decisions();
  return decisions;
}

std::size_t DecisionRing::bytes() const {
  std::size_t bytes = 0;
  for (const auto& generation : generations_) bytes += generation->size();
  return bytes;
}

std::optional<std::int64_t> DecisionRing::oldest_at_ms() const {
  for (const auto& generation : generations_) {
    for (const DecisionGeneration::Slot& slot : generation->slots()) {
      if (!slot.is_erased()) return generation->decision(slot).at_ms();
    }
  }
  return std::nullopt;
}

}  // namespace penchant
