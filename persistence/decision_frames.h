// The two frames that carry something: an arm set and a decision (docs/decision_format.md). Written into memory that
// is large enough, and read in place: views into the frames, valid as long as these are.
//
// Reading assumes what is_arm_set() and is_decision() judge, which is asked once, when a file is read. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "persistence/decision.h"

namespace penchant {

// The name of an arm, from whoever calls add(): a function and what it is called with.
struct ArmNames {
  std::string_view (*name)(const void* of, std::uint32_t arm);
  const void* of;
  std::string_view operator()(std::uint32_t arm) const { return name(of, arm); }
};

// How long the frame of the first `count` arms is; nothing where a name is longer than model_name_bytes_max.
[[nodiscard]] std::optional<std::size_t> arm_set_frame_bytes(std::uint32_t count, const ArmNames& names);
void encode_arm_set(std::uint32_t count, const ArmNames& names, std::span<std::byte> frame);

// An arm set's frame.
class ArmSetView {
 public:
  explicit ArmSetView(const std::byte* frame) : frame_(frame) {}
  [[nodiscard]] std::uint32_t count() const;
  [[nodiscard]] std::string_view name(std::uint32_t arm) const;

 private:
  [[nodiscard]] std::uint32_t end_of(std::uint32_t arm) const;
  const std::byte* frame_;
};

// Whether the frame, whose CRC is right, is an arm set that can be read.
[[nodiscard]] bool is_arm_set(std::span<const std::byte> frame);

// Whether all of it is within the limits. That the listed arms ascend is the caller's to keep.
[[nodiscard]] bool within_limits(const Decision& decision, const DecisionArms& arms);
[[nodiscard]] std::size_t decision_frame_bytes(const Decision& decision, const DecisionArms& arms);

// Where a decision is: its number less its file's first, and its arm set's offset in the file.
struct DecisionPlace {
  std::uint32_t number = 0;
  std::uint32_t arm_set_at = 0;
};
void encode_decision(const Decision& decision, const DecisionArms& arms, const DecisionPlace& place,
                     std::span<std::byte> frame);

// A decision's frame.
class DecisionView {
 public:
  explicit DecisionView(const std::byte* frame) : frame_(frame) {}
  [[nodiscard]] DecisionPlace place() const;
  [[nodiscard]] std::int64_t at_ms() const;
  [[nodiscard]] std::string_view user() const;
  [[nodiscard]] Decision decision() const;
  [[nodiscard]] float rest_probability() const;
  [[nodiscard]] std::uint32_t listed_count() const;
  [[nodiscard]] ArmProbability listed(std::uint32_t i) const;

 private:
  const std::byte* frame_;
};

// Whether the frame, whose CRC is right and whose arm set has so many arms, is a decision that can be read.
[[nodiscard]] bool is_decision(std::span<const std::byte> frame, std::uint32_t arms);
// The arm set's offset that such a frame claims; nothing if it is too short to have one.
[[nodiscard]] std::optional<std::uint32_t> claimed_arm_set(std::span<const std::byte> frame);

// The arms of a decision that was found, in the order of the set.
class FoundArms {
 public:
  FoundArms(ArmSetView set, DecisionView decision) : set_(set), decision_(decision) {}
  [[nodiscard]] std::uint32_t size() const { return set_.count(); }
  // Calls visit(std::string_view name, float probability) for each.
  template <class Visit>
  void for_each(const Visit& visit) const {
    std::uint32_t next = 0;  // of the listed
    for (std::uint32_t arm = 0; arm < set_.count(); ++arm) {
      const bool is_listed = next < decision_.listed_count() && decision_.listed(next).arm == arm;
      visit(set_.name(arm), is_listed ? decision_.listed(next++).probability : decision_.rest_probability());
    }
  }
  // None where no arm has this name. Compares names byte by byte, one after the other.
  [[nodiscard]] std::optional<float> probability_of(std::string_view name) const;

 private:
  ArmSetView set_;
  DecisionView decision_;
};

}  // namespace penchant
