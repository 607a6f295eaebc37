// Engine: the state that verdicts have taught, as a pure function of the sequence of events.
//
//   Engine engine;
//   engine.record({.now_ms = 1'000, .verdict = Verdict::selected, .user = "ann", .checkpoint = "dreamShaperXL",
//                  .keywords = keywords});
//
// Invariants:
//  1. The same events in the same order give the same state, bit for bit, on every machine.
//  2. now_ms() never decreases; an event from an earlier time happens now.
//  3. An event that is refused changes nothing.
// Questions are free functions over a const Engine (recommend.h, explain.h). Threading: none; one thread owns
// an engine. Errors: a Failure is one sentence for whoever sent the event.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/copy_on_write.h"
#include "engine/decay.h"
#include "engine/event.h"
#include "engine/interner.h"
#include "engine/learner/features.h"
#include "engine/learner/prompt_scores.h"
#include "engine/pools.h"
#include "engine/result.h"
#include "engine/text_hash.h"
#include "engine/user.h"

namespace penchant {

struct Recorded {
  enum class Kind : std::uint8_t { counted, corrected, duplicate };
  Kind kind = Kind::counted;
  std::uint64_t sequence = 0;  // the record's number within its user
  std::uint32_t revision = 0;  // how often it was corrected, this time included
  std::uint32_t user = 0;      // User::number()
};

struct NamedUser {
  std::string name;
  CopyOnWrite<User> user;
};

/// What is refused when no word or name can be added.
Failure vocabulary_full();

class Engine {
 public:
  result<Recorded> record(const Record& record);
  result<void> set_pool(const PoolSet& event);
  bool delete_pool(const PoolDelete& event);  // false where there was none: nothing changed
  result<void> change_decay(const DecayChange& event);
  void change_learning(const LearningChange& event);
  /// Makes the user's counts part of the community's, or no more. A user without records may share already.
  result<void> share(const Share& event);
  /// How many records the user had; none are left, nor anything else of the user.
  std::uint64_t forget(const Forget& event);

  /// Takes over all that another engine, of the same decay, knows of a user, who is not known here: the same to the
  /// bit but for the numbers of users and texts. The clock goes on to the other's.
  result<void> adopt(const Engine& from, const NamedUser& named);

  std::int64_t now_ms() const { return now_ms_; }
  const Decay& decay() const { return decay_; }
  const Pools& pools() const { return pools_; }
  bool is_learning() const { return is_learning_; }

  const User* find_user(std::string_view name) const;
  /// With the name: for adopt().
  const NamedUser* find_named_user(std::string_view name) const;
  /// The column of a checkpoint by any of its names; none where `user` is null or never recorded it.
  std::optional<std::uint32_t> find_checkpoint(const User* user, std::string_view name) const;
  std::optional<std::uint32_t> find_lora(const User* user, std::string_view name) const;

  /// Whether `record` fits the limits with each of `checkpoints` for its own: then record() takes them all.
  result<void> room_for_all(const Record& record, std::span<const std::string_view> checkpoints) const;

  std::size_t user_count() const { return users_.size(); }
  /// The number that the next new user gets: all users' are below it.
  std::uint32_t next_user() const { return next_user_; }
  /// Over all users: records, and cells of their matrices.
  std::uint64_t record_count() const { return record_count_; }
  std::size_t cell_count() const { return cell_count_; }
  /// In order of first record. A copy keeps the users as they are now: the engine goes on with copies of those that
  /// change.
  const std::list<NamedUser>& users() const { return users_; }

  /// Of all distinct texts, as vocabulary_bytes_max bounds them.
  std::size_t vocabulary_bytes() const { return vocabulary_.bytes(); }
  std::optional<Interner::Id> find_keyword(std::string_view text) const { return vocabulary_.keywords.find(text); }
  /// The keywords' numbers, or no_id, and their rows where `user` has them; `user` may be null.
  void look_up_keywords(std::span<const Keyword> keywords, const User* user, std::vector<LessonKeyword>& found) const;
  std::optional<Interner::Id> find_name(std::string_view text) const { return vocabulary_.names.find(text); }
  std::string_view keyword_text(Interner::Id id) const { return vocabulary_.keywords.text(id); }
  std::string_view name_text(Interner::Id id) const { return vocabulary_.names.text(id); }

  // The state for an archive, in two parts, so that the users may be saved later than the rest, and in any order:
  // engine/serialization.h.
  template <class Archive>
  void save_head(Archive& archive) const;
  template <class Archive>
  static void save_user(Archive& archive, const NamedUser& user);
  template <class Archive>
  void load(Archive& archive);

  /// How many users have been forgotten since this engine was made: places in users() may be gone since.
  std::uint64_t forgotten_count() const { return forgotten_count_; }
  /// Grows with every event: what was read off the state before may be gone.
  std::uint64_t changes() const { return changes_; }
  /// Grows with every event that changes what sharing users have counted.
  std::uint64_t sharing_changes() const { return sharing_changes_; }

 private:
  template <class Archive>
  void load_users(Archive& archive);

  using Users = std::list<NamedUser>;

  std::optional<std::uint32_t> find_arm(const ArmTable& arms, std::string_view name) const;
  void refer_to_texts();
  void release(std::span<const PoolEntry> entries);
  std::size_t new_text_bytes(const Engine& from, const User& user) const;

  std::int64_t move_clock(std::int64_t now_ms);
  result<User*> find_or_add_user(std::string_view name);

  // engine/engine_record.cpp
  /// What a record would take of its user's limits.
  struct Room {
    std::span<const LessonKeyword> keywords;
    std::size_t new_checkpoints = 0;
  };
  result<void> room_for(const Record& record, const User* user, const Room& room) const;
  result<void> room_for_tables(const Record& record, const User& user) const;
  std::size_t new_text_bytes(const Record& record) const;
  bool look_up_negatives(std::span<const Keyword> keywords, std::vector<Interner::Id>& found) const;
  void name_keywords(std::span<const Keyword> keywords);
  std::uint32_t name_arm(ArmTable& arms, std::optional<std::uint32_t> column, std::string_view name,
                         std::string_view family);
  void name_loras(const Record& record, User& user);
  std::uint32_t negative_set(const Record& record, User& user);
  void name_parameters(const Record& record, User& user);
  void add_lesson_parameter(User& user, const ParameterKey& key, double value);
  void release_keywords();

  // engine/engine_learning.cpp
  void learn_from_counts(User& user);
  void look_before_learning(const Record& record, std::uint32_t column, User& user, double half_lives_now);
  void teach_learner(const Lesson& lesson, const Known* known, User& user, double half_lives_now);

  std::int64_t now_ms_ = 0;
  Decay decay_;
  bool is_learning_ = false;
  Pools pools_;
  Vocabulary vocabulary_;
  Users users_;
  // Keys point into the names of users_.
  boost::unordered_flat_map<std::string_view, Users::iterator, TextHash> user_places_;

  std::uint32_t next_user_ = 0;
  std::uint64_t record_count_ = 0;
  std::size_t cell_count_ = 0;

  std::uint64_t forgotten_count_ = 0;  // no part of the state
  std::uint64_t changes_ = 0;          // no part of the state
  std::uint64_t sharing_changes_ = 0;  // no part of the state: whether the community's counts are still those

  // Scratch of record(), kept so that it allocates nothing: what the record names, as numbers.
  std::vector<LessonKeyword> lesson_keywords_;
  std::vector<Interner::Id> new_keywords_;  // held until the record is counted
  std::vector<std::uint32_t> lesson_loras_;
  std::vector<Interner::Id> negative_keywords_;
  std::vector<LessonParameter> lesson_parameters_;
  Features lesson_features_;
  std::vector<std::uint32_t> feature_rows_;
  PromptScores lesson_scores_;
  WordCells lesson_cells_;  // of the lesson's column
  double mean_score_ = 0.5;
};

}  // namespace penchant
