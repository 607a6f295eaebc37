#include "persistence/decision_generation.h"

#include <algorithm>
#include <limits>

#include "engine/check.h"

namespace penchant {

DecisionGeneration::DecisionGeneration(std::size_t capacity)
    : capacity_(capacity), bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity)) {
  PENCHANT_CHECK(capacity >= decision_header_bytes && capacity <= decision_generation_bytes_max);
}

void DecisionGeneration::begin(const GenerationId& id, std::uint64_t first_number) {
  encode_generation_header({.id = id, .first_number = first_number}, bytes_.get());
  size_ = decision_header_bytes;
  id_ = id;
  first_number_ = first_number;
  decisions_ = 0;
  slots_.clear();
  arm_sets_.clear();
  arm_sets_by_key_.clear();
  last_key_ = {};
  last_arm_set_ = 0;
  is_lent = false;
}

void DecisionGeneration::load(const GenerationId& id, std::size_t size, std::vector<DecisionId>& judged) {
  PENCHANT_CHECK(size <= capacity_ && size_ == 0);
  id_ = id;
  const std::span<const std::byte> all(bytes_.get(), size);
  const auto header = decode_generation_header(all);
  if (!header || header->version != decision_format_version || header->id != id || header->first_number == 0) return;
  first_number_ = header->first_number;
  size_ = decision_header_bytes;
  while (size_ < size) {
    const auto frame = checked_frame(all, size_);
    if (!frame || !take_frame(*frame, judged)) return;
    size_ += frame->size();
  }
}

bool DecisionGeneration::take_frame(std::span<const std::byte> frame, std::vector<DecisionId>& judged) {
  const auto offset = static_cast<std::uint32_t>(size_);
  switch (frame_kind(frame)) {
    case DecisionFrameKind::erased: return true;
    case DecisionFrameKind::arm_set:
      if (!is_arm_set(frame)) return false;
      arm_sets_.push_back(offset);
      return true;
    case DecisionFrameKind::decision: return take_decision(frame, offset);
    case DecisionFrameKind::judged:
      if (const auto id = decode_judged(frame)) {
        judged.push_back(*id);
        return true;
      }
      return false;
  }
  return false;
}

bool DecisionGeneration::take_decision(std::span<const std::byte> frame, std::uint32_t offset) {
  const auto arm_set = claimed_arm_set(frame);
  if (!arm_set || !std::binary_search(arm_sets_.begin(), arm_sets_.end(), *arm_set)) return false;
  if (!is_decision(frame, ArmSetView(bytes_.get() + *arm_set).count())) return false;
  const std::uint32_t number = DecisionView(frame.data()).place().number;
  if (!slots_.empty() && number <= slots_.back().number) return false;
  slots_.push_back({.number = number, .offset = offset & 0x7fffffff});
  ++decisions_;
  return true;
}

std::uint32_t DecisionGeneration::known_arm_set(const ArmSetKey& key) const {
  if (last_arm_set_ != 0 && key == last_key_) return last_arm_set_;
  const auto found = arm_sets_by_key_.find(key);
  return found == arm_sets_by_key_.end() ? 0 : found->second;
}

bool DecisionGeneration::add(std::uint64_t number, const Decision& decision, const DecisionArms& arms,
                             const ArmNames& names) {
  const std::uint64_t relative = number - first_number_;
  if (relative > std::numeric_limits<std::uint32_t>::max()) return false;
  const std::size_t bytes = decision_frame_bytes(decision, arms);
  const ArmSetKey key{arms.set, arms.count};
  std::uint32_t arm_set = known_arm_set(key);
  std::size_t room = capacity_ - size_;
  if (arm_set == 0) {
    const auto set_bytes = arm_set_frame_bytes(arms.count, names);
    if (!set_bytes || *set_bytes > room || bytes > room - *set_bytes) return false;
    arm_set = static_cast<std::uint32_t>(size_);
    encode_arm_set(arms.count, names, std::span(bytes_.get() + size_, *set_bytes));
    arm_sets_.push_back(arm_set);
    arm_sets_by_key_.emplace(key, arm_set);
    size_ += *set_bytes;
    room -= *set_bytes;
  }
  if (bytes > room) return false;
  last_key_ = key;
  last_arm_set_ = arm_set;
  encode_decision(decision, arms, {.number = static_cast<std::uint32_t>(relative), .arm_set_at = arm_set},
                  std::span(bytes_.get() + size_, bytes));
  slots_.push_back(
      {.number = static_cast<std::uint32_t>(relative), .offset = static_cast<std::uint32_t>(size_) & 0x7fffffff});
  size_ += bytes;
  ++decisions_;
  return true;
}

bool DecisionGeneration::add_judged(const DecisionId& id) {
  if (judged_frame_bytes > capacity_ - size_) return false;
  encode_judged(id, bytes_.get() + size_);
  size_ += judged_frame_bytes;
  return true;
}

const DecisionGeneration::Slot* DecisionGeneration::find(std::uint64_t number) const {
  if (number < first_number_) return nullptr;
  const auto slot =
      std::lower_bound(slots_.begin(), slots_.end(), number - first_number_,
                       [](const Slot& before, std::uint64_t relative) { return before.number < relative; });
  if (slot == slots_.end() || slot->number != number - first_number_ || slot->is_erased()) return nullptr;
  return &*slot;
}

bool DecisionGeneration::mark_judged(std::uint64_t number) {
  const Slot* const slot = find(number);
  if (slot == nullptr || slot->is_judged) return false;
  slots_[static_cast<std::size_t>(slot - slots_.data())].is_judged = 1;
  return true;
}

bool DecisionGeneration::has_user(std::string_view user) const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [&](const Slot& slot) { return !slot.is_erased() && decision(slot).user() == user; });
}

bool DecisionGeneration::erase_user(std::string_view user) {
  const std::size_t before = decisions_;
  for (Slot& slot : slots_) {
    if (slot.is_erased() || decision(slot).user() != user) continue;
    erase_frame(frame_at(bytes_.get() + slot.offset));
    slot.offset = 0;
    --decisions_;
  }
  if (decisions_ == before) return false;
  erase_unused_arm_sets();
  file.is_anew = true;
  return true;
}

void DecisionGeneration::erase_unused_arm_sets() {
  std::vector<std::uint32_t> used;
  used.reserve(decisions_);
  for (const Slot& slot : slots_) {
    if (!slot.is_erased()) used.push_back(decision(slot).place().arm_set_at);
  }
  std::sort(used.begin(), used.end());
  const auto is_unused = [&](std::uint32_t offset) { return !std::binary_search(used.begin(), used.end(), offset); };
  for (const std::uint32_t offset : arm_sets_) {
    if (is_unused(offset)) erase_frame(frame_at(bytes_.get() + offset));
  }
  std::erase_if(arm_sets_, is_unused);
  boost::unordered::erase_if(arm_sets_by_key_, [&](const auto& entry) { return is_unused(entry.second); });
  last_arm_set_ = 0;
}

}  // namespace penchant
