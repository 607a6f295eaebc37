// The ring that keeps the newest decisions, in memory and in files of its own, apart from the journal and the replayed
// state. docs/decision_format.md says what lies in the files, how ids are made, and when decisions expire.
//
//   auto ring = DecisionRing::open(files, directory, {}, clock_ms());
//   const std::string_view id = (*ring)->add(decision, arms, [&](std::uint32_t arm) { return names[arm]; });
//   if (const auto found = (*ring)->find(id)) …
//   (*ring)->flush();  // once a second
//
// Opening changes nothing in the folder, and nothing expires before this start's first decision or mark. Behind begin()
// add() makes no system call and takes no lock; once the ring has gone round it allocates nothing but a file's name
// each time that a generation begins. A writer's thread of the ring's own does the writing. Whether the store is
// read-only is nothing to it.
//
// Owner: one thread, which makes all calls. Lifetime: `files` outlives the ring. Views are valid until the next call
// that is not const. The folder is the store's, whose lock is held.
// Limits: memory is up to options.bytes_max and 8 bytes a decision; while the disk is slow up to twice that.
// Errors: decisions are expendable. What cannot be read is a warning; what cannot be written stays in memory, is tried
// again with each flush(), and told once by take_failure().
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "persistence/decision.h"
#include "persistence/decision_generation.h"
#include "persistence/decision_id.h"
#include "persistence/decision_writer.h"
#include "persistence/file.h"

namespace penchant {

inline constexpr std::size_t decision_ring_bytes_default = std::size_t{64} << 20;
inline constexpr std::size_t decision_ring_bytes_min = 1024;
inline constexpr std::size_t decision_ring_bytes_max = decision_generation_bytes_max;
inline constexpr std::size_t decision_generations_max = 256;
inline constexpr std::size_t unjudged_steps_max = 4096;  // decisions that one next_unjudged() passes over

struct DecisionRingOptions {
  std::size_t bytes_max = decision_ring_bytes_default;  // of all decisions together, in memory as in files
};

struct FoundDecision {
  DecisionIdText id;
  Decision decision;
  FoundArms arms;
  bool is_judged = false;
};

class DecisionRing {
 public:
  /// A Failure if the options are out of bounds or the folder cannot be listed; whatever else goes wrong is a warning
  /// or take_failure()'s. Throws std::system_error if the system has no thread to give. Ids begin with a start that is
  /// at least `start_min`: beside other rings that give ids.
  [[nodiscard]] static result<std::unique_ptr<DecisionRing>> open(FileSystem& files, std::string directory,
                                                                  const DecisionRingOptions& options,
                                                                  std::int64_t now_ms, std::uint64_t start_min = 0);
  DecisionRing(const DecisionRing&) = delete;
  DecisionRing& operator=(const DecisionRing&) = delete;
  /// Writes what is new and waits for it.
  ~DecisionRing();

  /// Reads the files, once. Whatever needs them does it.
  void load();
  /// Waits until this start's first file is on disk, once. The first add() does it, unless it was done before.
  void begin();

  /// The decision's id. name_of(std::uint32_t arm) gives a std::string_view, valid until its next call; it is called
  /// only where this generation does not have the set yet. What exceeds a limit or does not fit gets an id all the
  /// same, and is not kept.
  template <class NameOf>
  std::string_view add(const Decision& decision, const DecisionArms& arms, const NameOf& name_of) {
    const auto name = [](const void* of, std::uint32_t arm) -> std::string_view {
      return (*static_cast<const NameOf*>(of))(arm);
    };
    return add_named(decision, arms, {.name = name, .of = &name_of});
  }

  /// None where the id is unknown, expired, erased or no id.
  [[nodiscard]] std::optional<FoundDecision> find(std::string_view id);
  /// Nothing happens where it is not found, or marked already.
  void mark_judged(std::string_view id);
  /// The oldest decision not judged, told before `before_ms`, and not returned since the start. None also where the
  /// first unjudged_steps_max were judged or erased: the next call goes on behind them.
  [[nodiscard]] std::optional<FoundDecision> next_unjudged(std::int64_t before_ms);

  /// Hands what is new to the writer's thread; nothing while that is still at the last one.
  void flush();
  /// Whether memory or a file may hold a decision of this user's. Looks at every decision.
  [[nodiscard]] bool may_hold(std::string_view user);
  /// Makes this user's decisions unknown at once, and removes them from the files with the next flush. Waits for the
  /// writer to end what it is at. Looks at every decision: 3 to 20 ms for 64 MiB.
  void erase_user(std::string_view user);
  /// Whether no file holds anything any more of what was erased; a Failure says why one does, until a flush succeeds.
  result<bool> erased();
  /// Waits until everything so far is on disk, expired files are removed, and erased decisions are not in any file.
  result<void> wait_until_written();

  /// Why files are not written, once for each time that this began.
  [[nodiscard]] std::optional<Failure> take_failure();
  /// What load() had to say of files.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  /// Of each id that this ring gives: DecisionId::start.
  [[nodiscard]] std::uint64_t start() const { return start_; }

  /// Of what is loaded.
  [[nodiscard]] std::size_t decisions() const;
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::optional<std::int64_t> oldest_at_ms() const;

 private:
  DecisionRing(FileSystem& files, std::string directory, const DecisionRingOptions& options);
  result<void> begin_life(std::uint64_t start_min);
  void list_generations(const std::vector<std::string>& names);
  void get_ready();
  std::unique_ptr<DecisionGeneration> read_generation(const GenerationId& id, std::size_t& room,
                                                      std::vector<DecisionId>& judged);
  std::string_view add_named(const Decision& decision, const DecisionArms& arms, const ArmNames& names);
  [[nodiscard]] bool fits_empty(const Decision& decision, const DecisionArms& arms, const ArmNames& names) const;
  [[nodiscard]] FoundDecision found(const DecisionGeneration& generation, const DecisionGeneration::Slot& slot) const;
  DecisionGeneration* generation_of(const DecisionId& id) const;
  DecisionGeneration& current() { return *generations_.back(); }
  void begin_generation(std::uint64_t first_number);
  void make_room(std::size_t generations);
  void push_generation(std::uint64_t first_number);
  void drop_oldest();
  void expire(std::unique_ptr<DecisionGeneration> generation);
  void learn_outcome();

  FileSystem& files_;
  const std::string directory_;
  const DecisionRingOptions options_;
  const std::size_t capacity_;                                   // of a generation
  std::deque<std::unique_ptr<DecisionGeneration>> generations_;  // oldest first; the last is added to
  std::vector<std::unique_ptr<DecisionGeneration>> retired_;     // expired while the writer had them
  std::vector<std::unique_ptr<DecisionGeneration>> spares_;      // expired: memory of the next ones
  std::vector<DecisionFile> removals_;                           // of expired generations; none before begin()
  std::vector<DecisionFile> unfitting_;                          // to be removed when there is something new
  std::vector<GenerationId> unloaded_;                           // newest first
  std::uint64_t start_ = 0;
  std::uint64_t generation_ = 0;         // the last one's number within the start
  std::uint64_t number_ = 0;             // the last decision's
  DecisionIdText id_;                    // the last decision's
  std::size_t unjudged_generation_ = 0;  // where next_unjudged() goes on
  std::size_t unjudged_slot_ = 0;
  std::vector<std::string> warnings_;
  std::optional<Failure> unread_;        // of a file that is there and could not be read
  bool has_begun_ = false;               // this start has a generation,
  bool is_ready_ = false;                // and room to fill it
  bool is_writing_ = false;              // a job whose outcome is not learnt yet
  std::optional<Failure> last_failure_;  // the last job's
  std::optional<Failure> untold_failure_;
  DecisionWriter writer_;  // last: its thread uses the others
};

}  // namespace penchant
