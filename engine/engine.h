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

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/decay.h"
#include "engine/event.h"
#include "engine/interner.h"
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
  User user;
};

class Engine {
 public:
  result<Recorded> record(const Record& record);
  result<void> set_pool(const PoolSet& event);
  bool delete_pool(const PoolDelete& event);  // false where there was none: nothing changed
  result<void> change_decay(const DecayChange& event);
  /// Makes the user's counts part of the community's, or no more. A user without records may share already.
  result<void> share(const Share& event);
  /// How many records the user had; none are left, nor anything else of the user.
  std::uint64_t forget(const Forget& event);

  std::int64_t now_ms() const { return now_ms_; }
  const Decay& decay() const { return decay_; }
  const Pools& pools() const { return pools_; }

  const User* find_user(std::string_view name) const;
  /// The column of a checkpoint by any of its names; none where `user` is null or never recorded it.
  std::optional<std::uint32_t> find_checkpoint(const User* user, std::string_view name) const;

  /// Whether `record` fits the limits with each of `checkpoints` for its own: then record() takes them all.
  result<void> room_for_all(const Record& record, std::span<const std::string_view> checkpoints) const;

  std::size_t user_count() const { return users_.size(); }
  /// The number that the next new user gets: all users' are below it.
  std::uint32_t next_user() const { return next_user_; }
  /// Over all users: records, and cells of their matrices.
  std::uint64_t record_count() const { return record_count_; }
  std::size_t cell_count() const { return cell_count_; }
  /// In order of first record.
  const std::list<NamedUser>& users() const { return users_; }

  std::optional<Interner::Id> find_keyword(std::string_view text) const { return keywords_.find(text); }
  std::optional<Interner::Id> find_name(std::string_view text) const { return names_.find(text); }
  std::string_view keyword_text(Interner::Id id) const { return keywords_.text(id); }
  std::string_view name_text(Interner::Id id) const { return names_.text(id); }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  std::int64_t move_clock(std::int64_t now_ms);
  /// What a record would take of its user's limits.
  struct Room {
    std::span<const LessonKeyword> keywords;
    std::uint32_t new_checkpoints = 0;
    std::uint32_t last_column = 0;  // of the checkpoints, new ones included
  };

  result<User*> find_or_add_user(std::string_view name);
  void look_up_keywords(std::span<const Keyword> keywords, const User* user, std::vector<LessonKeyword>& found) const;
  void name_keywords(std::span<const Keyword> keywords);
  result<void> room_for(const Record& record, const User* user, const Room& room) const;
  std::uint32_t lora_arm(ArmTable& loras, std::string_view name);
  std::uint32_t add_checkpoint(ArmTable& checkpoints, std::string_view name);

  std::int64_t now_ms_ = 0;
  Decay decay_;
  Pools pools_;
  Interner keywords_;
  Interner names_;  // of models and families, by key and as first seen
  std::list<NamedUser> users_;
  // Keys point into the names of users_.
  boost::unordered_flat_map<std::string_view, std::list<NamedUser>::iterator, TextHash> user_places_;

  std::uint32_t next_user_ = 0;
  std::uint64_t record_count_ = 0;
  std::size_t cell_count_ = 0;

  // Scratch of record(), kept so that it allocates nothing: the record's keywords and LoRAs as numbers.
  std::vector<LessonKeyword> lesson_keywords_;
  std::vector<std::uint32_t> lesson_loras_;
};

}  // namespace penchant
