// One generation of the decisions' ring: the bytes of its file in memory, with an index of the decisions in them.
//
// Owner: the ring's thread, which makes all calls. Bytes are only ever appended, so that the writer's thread may read
// those below a size() of the past, and fill in their CRCs, beside everything but erase_user().
// Memory: all of it is asked for at once and becomes resident as it is used; the index takes 8 bytes a decision.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "persistence/decision_file.h"
#include "persistence/decision_format.h"
#include "persistence/decision_frames.h"

namespace penchant {

class DecisionGeneration {
 public:
  // 40 to decision_generation_bytes_max.
  explicit DecisionGeneration(std::size_t capacity);

  // Empty but for the header.
  void begin(const GenerationId& id, std::uint64_t first_number);
  // The same, where the first `size` bytes are those of a file: its frames up to the first bad one, whose offset is
  // the new size(). Where the header is wrong, of another version or another file, nothing, and size() is 0.
  // The marks it holds are added to `judged`.
  void load(const GenerationId& id, std::size_t size, std::vector<DecisionId>& judged);

  // False, and nothing was done, where there is not enough room.
  bool add(std::uint64_t number, const Decision& decision, const DecisionArms& arms, const ArmNames& names);
  bool add_judged(const DecisionId& id);

  [[nodiscard]] const GenerationId& id() const { return id_; }
  [[nodiscard]] std::uint64_t first_number() const { return first_number_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::byte* bytes() { return bytes_.get(); }
  [[nodiscard]] std::size_t decisions() const { return decisions_; }

  // The index: decisions in order, the erased ones among them.
  struct Slot {
    std::uint32_t number = 0;  // less first_number()
    std::uint32_t offset : 31 = 0;
    std::uint32_t is_judged : 1 = 0;
    [[nodiscard]] bool is_erased() const { return offset == 0; }  // the header is there
  };
  [[nodiscard]] std::span<const Slot> slots() const { return slots_; }
  [[nodiscard]] DecisionView decision(const Slot& slot) const { return DecisionView(bytes_.get() + slot.offset); }
  [[nodiscard]] ArmSetView arm_set(const DecisionView& decision) const {
    return ArmSetView(bytes_.get() + decision.place().arm_set_at);
  }
  // None where there is no such decision, or it was erased. Valid until the next add().
  [[nodiscard]] const Slot* find(std::uint64_t number) const;
  // Whether there is such a decision and it was not marked before.
  bool mark_judged(std::uint64_t number);

  [[nodiscard]] bool has_user(std::string_view user) const;
  // Overwrites the decisions of this user, and the arm sets that no other decision has. Whether there were any. Where
  // the bytes are lent to the writer this is a race: the caller waits for it first.
  bool erase_user(std::string_view user);

  DecisionFile file;     // the writer's while it is at work, else the owner's
  bool is_lent = false;  // to the writer, since it was last known to be idle

 private:
  struct ArmSetKey {
    std::uint64_t set = 0;
    std::uint32_t count = 0;
    bool operator==(const ArmSetKey&) const = default;
  };
  struct ArmSetHash {
    std::size_t operator()(const ArmSetKey& key) const { return static_cast<std::size_t>(key.set ^ key.count); }
  };
  bool take_frame(std::span<const std::byte> frame, std::vector<DecisionId>& judged);
  bool take_decision(std::span<const std::byte> frame, std::uint32_t offset);
  std::uint32_t known_arm_set(const ArmSetKey& key) const;
  void erase_unused_arm_sets();

  const std::size_t capacity_;
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
  GenerationId id_;
  std::uint64_t first_number_ = 0;
  std::size_t decisions_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> arm_sets_;                                              // their offsets, ascending
  boost::unordered_flat_map<ArmSetKey, std::uint32_t, ArmSetHash> arm_sets_by_key_;  // of those added, not loaded
  ArmSetKey last_key_;  // most decisions have the arms of the one before
  std::uint32_t last_arm_set_ = 0;
};

// An offset has 31 bits.
inline constexpr std::size_t decision_generation_bytes_max = std::size_t{1} << 30;

}  // namespace penchant
