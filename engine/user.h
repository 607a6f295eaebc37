// User: everything learned from one user's verdicts, and how a verdict is added. Users share nothing.
//
// Owner: the engine. Invariants:
//  1. All counts are scaled to landmark(); it never lies more than landmark_half_lives_max behind the last record.
//  2. Row r of the matrix is the keyword row_keywords_[r]; column c is the checkpoint checkpoints()[c].
//  3. The state is a function of the calls made, in order, and of nothing else.
// Threading: none. Limits: engine/limits.h, checked by room_for before anything changes.
#pragma once

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/arm_table.h"
#include "engine/count_matrix.h"
#include "engine/decay.h"
#include "engine/event.h"
#include "engine/known_records.h"
#include "engine/result.h"

namespace penchant {

inline constexpr double landmark_half_lives_max = 32;  // 2^32 times 10^8 records is far inside a float

struct Totals {
  std::uint64_t records = 0;  // also the last sequence number given
  std::uint64_t selected = 0;
  std::uint64_t rejected = 0;
  std::uint64_t neutral = 0;

  std::uint64_t& of(Verdict verdict);
};

/// One of a user's keywords: the engine's number for it and, where the user has one already, its row.
struct LessonKeyword {
  Interner::Id id = 0;
  std::optional<std::uint32_t> row;
};

/// What a record adds, its names resolved to the engine's numbers.
struct Lesson {
  Verdict verdict = Verdict::neutral;
  double half_lives = 0;  // of the time its weight is reckoned from
  std::uint32_t checkpoint = 0;
  std::span<const LessonKeyword> keywords;
  std::span<const std::uint32_t> loras;
};

class User {
 public:
  User() = default;
  User(std::uint32_t number, std::int64_t landmark) : number_(number), landmark_(landmark) {}

  const Totals& totals() const { return totals_; }
  const ArmTable& checkpoints() const { return checkpoints_; }
  const ArmTable& loras() const { return loras_; }
  const CountMatrix& matrix() const { return matrix_; }
  const KnownRecords& known() const { return known_; }
  std::int64_t landmark() const { return landmark_; }
  /// Of the newest judged record: no question is about a time before it.
  double newest_half_lives() const { return newest_half_lives_; }

  std::optional<std::uint32_t> row(Interner::Id keyword) const {
    const auto it = rows_.find(keyword);
    return it == rows_.end() ? std::nullopt : std::optional(it->second);
  }

  /// Whether a lesson about these keywords in `column` fits the limits; if not, one sentence.
  result<void> room_for(std::span<const LessonKeyword> keywords, std::uint32_t column) const;

  ArmTable& checkpoints() { return checkpoints_; }
  ArmTable& loras() { return loras_; }

  bool is_sharing() const { return is_sharing_; }
  void set_sharing(bool on) { is_sharing_ = on; }

  /// From 0, in order of first record; none is given twice.
  std::uint32_t number() const { return number_; }

  /// Moves the landmark when `half_lives_now` has left it too far behind.
  void keep_landmark_near(double half_lives_now);

  /// Counts a lesson as a new record, remembered under `id` if that is not empty. Its sequence number.
  std::uint64_t learn(const Lesson& lesson, std::string_view id, double half_lives_now);

  /// Takes `old` back and counts `lesson` in its place, under the same number, which it answers.
  std::uint64_t relearn(const Known& old, const Lesson& lesson, std::string_view id, double half_lives_now);

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  void count(const Lesson& lesson, double sign, double half_lives_now);
  void remember(std::string_view id, std::uint64_t sequence, std::uint32_t revision, const Lesson& lesson);
  std::uint32_t find_or_add_row(Interner::Id keyword);

  std::uint32_t number_ = 0;
  std::int64_t landmark_ = 0;
  double newest_half_lives_ = std::numeric_limits<double>::lowest();
  Totals totals_;
  bool is_sharing_ = false;
  boost::unordered_flat_map<Interner::Id, std::uint32_t> rows_;
  std::vector<Interner::Id> row_keywords_;
  CountMatrix matrix_;
  ArmTable checkpoints_;
  ArmTable loras_;
  KnownRecords known_;
};

}  // namespace penchant
