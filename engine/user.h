// User: everything learned from one user's verdicts, and how a verdict is added. Users share nothing.
//
// Owner: the engine. Invariants:
//  1. All counts are scaled to landmark(); it never lies more than landmark_half_lives_max behind the last record.
//  2. A keyword lists its records' lessons until there are listed_lessons_max of them, or its user has
//     listing_records_max; then it has a row in each table by keyword. Columns are those of checkpoints(), loras(),
//     negatives() and parameters().
//  3. Each row, and each record with an id, refers to its keywords' texts.
//  4. The state is a function of the calls made, in order, and of nothing else.
// Threading: none. Limits: engine/limits.h, checked by room_for before anything changes.
#pragma once

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
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
#include "engine/keyword_rows.h"
#include "engine/known_records.h"
#include "engine/learner/learner.h"
#include "engine/lessons.h"
#include "engine/negative_table.h"
#include "engine/parameter_table.h"
#include "engine/result.h"

namespace penchant {

inline constexpr double landmark_half_lives_max = 32;  // 2^32 times 10^8 records is far inside a float

/// A keyword with no more observations than this is forgotten when the landmark moves.
inline constexpr double noticed_observations = 1e-6;

struct Totals {
  std::uint64_t records = 0;  // also the last sequence number given
  std::uint64_t selected = 0;
  std::uint64_t rejected = 0;
  std::uint64_t neutral = 0;

  std::uint64_t& of(Verdict verdict);
};

class User {
 public:
  User() = default;
  User(std::uint32_t number, std::int64_t landmark) : number_(number), landmark_(landmark) {}

  const Totals& totals() const { return totals_; }
  const ArmTable& checkpoints() const { return checkpoints_; }
  const ArmTable& loras() const { return loras_; }
  const NegativeTable& negatives() const { return negatives_; }
  const ParameterTable& parameters() const { return parameters_; }
  const KeywordRows& rows() const { return rows_; }
  const Lessons& lessons() const { return lessons_; }
  /// Of the keywords that are counted.
  const CountMatrix& keyword_checkpoints() const { return keyword_checkpoints_; }
  const CountMatrix& checkpoint_loras() const { return checkpoint_loras_; }
  const KnownRecords& known() const { return known_; }
  std::int64_t landmark() const { return landmark_; }
  /// Of the newest judged record: no question is about a time before it.
  double newest_half_lives() const { return newest_half_lives_; }

  /// What a keyword's row has with one checkpoint, LoRA or parameter.
  Counts with_checkpoint(std::uint32_t row, std::uint32_t column) const;
  Counts with_lora(std::uint32_t row, std::uint32_t column) const;
  Moments with_parameter(std::uint32_t row, std::uint32_t column) const;
  /// Calls function(column, counts) for all that it has counts with; of a row that lists lessons, once for each of
  /// them.
  template <class Function>
  void each_checkpoint(std::uint32_t row, const Function& function) const;
  template <class Function>
  void each_lora(std::uint32_t row, const Function& function) const;
  template <class Function>
  void each_negative_set(std::uint32_t row, const Function& function) const;

  /// Fetches what the keywords' rows have, for all of them at the same time, their lists being at hand (find_all()):
  /// whoever asks next waits once.
  void prefetch(std::span<const LessonKeyword> keywords) const;

  /// Of all tables.
  std::size_t cells() const;
  std::size_t bytes() const;

  /// Whether a lesson about these keywords fits the limits, the tables having up to `bytes_max`; if not, one sentence.
  result<void> room_for(std::span<const LessonKeyword> keywords, std::size_t bytes_max) const;
  /// Whether a user may have so many keywords, and tables of so many bytes.
  static result<void> room_for(std::size_t keywords, std::size_t table_bytes, std::size_t bytes_max);

  ArmTable& checkpoints() { return checkpoints_; }
  ArmTable& loras() { return loras_; }
  NegativeTable& negatives() { return negatives_; }
  ParameterTable& parameters() { return parameters_; }

  /// From 0, in order of first record; none is given twice.
  std::uint32_t number() const { return number_; }

  /// Null where none is kept.
  const Learner* learner() const { return learner_.empty() ? nullptr : &learner_.front(); }
  Learner* learner() { return learner_.empty() ? nullptr : &learner_.front(); }
  void begin_learning() { learner_.resize(1); }
  void end_learning(Interner& texts);

  bool is_sharing() const { return is_sharing_; }
  void set_sharing(bool on) { is_sharing_ = on; }

  /// Moves the landmark when `half_lives_now` has left it too far behind, and drops what has faded below notice;
  /// whether it did.
  bool keep_landmark_near(double half_lives_now, Interner& keywords);

  /// Counts a lesson as a new record, remembered under `id` if that is not empty. Its sequence number.
  std::uint64_t learn(const Lesson& lesson, std::string_view id, double half_lives_now, Interner& keywords);

  /// Takes `old` back and counts `lesson` in its place, under the same number, which it answers.
  std::uint64_t relearn(const Known& old, const Lesson& lesson, std::string_view id, double half_lives_now,
                        Interner& keywords);

  /// Gives the user another number, and each text the one that renamed_keyword(id) or renamed_name(id) says, which are
  /// called once for each reference to it; different texts stay different.
  template <class RenamedKeyword, class RenamedName>
  void rename(std::uint32_t number, const RenamedKeyword& renamed_keyword, const RenamedName& renamed_name);

  /// Calls on_keyword(id) and on_name(id) once for each reference to a text.
  template <class OnKeyword, class OnName>
  void each_reference(const OnKeyword& on_keyword, const OnName& on_name) const;

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()
  template <class Archive>
  void save_lessons(Archive& archive, std::span<const Lessons::Id> ids) const;
  template <class Archive>
  void load_lessons(Archive& archive);
  template <class Archive>
  void save_rows(Archive& archive) const;
  template <class Archive>
  void load_rows(Archive& archive);
  void list_lessons(std::uint32_t row, std::span<const std::uint32_t> numbers);

  enum class Sign : std::int8_t { added = 1, taken_back = -1 };
  void count(const Lesson& lesson, Sign sign, double half_lives_now, Interner& keywords);
  void count_keywords(const Lesson& lesson, const Counts& added, double unit, Interner& keywords);
  void take_keywords_back(const Lesson& lesson, const Counts& added, double unit);
  void count_keyword(const Lesson& lesson, std::uint32_t row, const Counts& added, double unit);
  std::uint32_t give_counts(std::uint32_t row, double unit);
  void release(Lessons::Id lesson);
  std::vector<Lessons::Id> noticed_lessons(std::uint32_t row, double notice);
  void count_arms(const Lesson& lesson, const Counts& added, double unit);
  void remember(std::string_view id, std::uint32_t revision, const Lesson& lesson, Interner& keywords);
  void drop_faded_rows(double notice, Interner& keywords);

  std::uint32_t number_ = 0;
  std::int64_t landmark_ = 0;
  double newest_half_lives_ = std::numeric_limits<double>::lowest();
  Totals totals_;
  bool is_sharing_ = false;
  KeywordRows rows_;
  Lessons lessons_;
  ArmTable checkpoints_;
  ArmTable loras_;
  CountMatrix keyword_checkpoints_;
  CountMatrix keyword_loras_;
  CountMatrix checkpoint_loras_;
  NegativeTable negatives_;
  ParameterTable parameters_;
  KnownRecords known_;
  std::vector<Learner> learner_;  // one or none: it is large, and most servers keep none
};

template <class Function>
void User::each_checkpoint(std::uint32_t row, const Function& function) const {
  if (const auto counted = rows_.counted(row)) return keyword_checkpoints_.each_in_row(*counted, function);
  for (const Lessons::Id id : rows_.lessons(row)) function(lessons_[id].checkpoint, lessons_[id].counts());
}

template <class Function>
void User::each_lora(std::uint32_t row, const Function& function) const {
  if (const auto counted = rows_.counted(row)) return keyword_loras_.each_in_row(*counted, function);
  for (const Lessons::Id id : rows_.lessons(row)) {
    for (const std::uint32_t lora : lessons_.loras(lessons_[id])) function(lora, lessons_[id].counts());
  }
}

template <class Function>
void User::each_negative_set(std::uint32_t row, const Function& function) const {
  if (const auto counted = rows_.counted(row)) return negatives_.matrix().each_in_row(*counted, function);
  for (const Lessons::Id id : rows_.lessons(row)) {
    const KeptLesson& lesson = lessons_[id];
    if (lesson.negative_set != NegativeTable::no_set) function(lesson.negative_set, lesson.counts());
  }
}

// What each_reference() goes through.
template <class RenamedKeyword, class RenamedName>
void User::rename(std::uint32_t number, const RenamedKeyword& renamed_keyword, const RenamedName& renamed_name) {
  number_ = number;
  rows_.rename(renamed_keyword);
  known_.rename(renamed_keyword);
  negatives_.rename(renamed_keyword);
  checkpoints_.rename(renamed_name);
  loras_.rename(renamed_name);
  parameters_.rename(renamed_name);
  if (Learner* const own = learner()) own->features().rename(renamed_keyword);
}

template <class OnKeyword, class OnName>
void User::each_reference(const OnKeyword& on_keyword, const OnName& on_name) const {
  for (std::uint32_t row = 0; row < rows_.size(); ++row) on_keyword(rows_.keyword(row));
  known_.each([&on_keyword](const Known& known) {
    for (const Interner::Id keyword : known.keywords) on_keyword(keyword);
  });
  for (std::uint32_t set = 0; set < negatives_.columns(); ++set) {
    for (const Interner::Id keyword : negatives_.keywords(set)) on_keyword(keyword);
  }
  if (const Learner* const own = learner()) {
    for (std::uint32_t row = 0; row < own->features().size(); ++row) on_keyword(own->features()[row].text);
  }
  for (const ArmTable* const arms : {&checkpoints_, &loras_}) {
    for (std::uint32_t column = 0; column < arms->size(); ++column) {
      const Arm& arm = (*arms)[column];
      on_name(arm.key);
      on_name(arm.name);
      if (arm.has_family()) on_name(arm.family);
    }
  }
  for (std::uint32_t column = 0; column < parameters_.column_count(); ++column) {
    on_name(parameters_.key(column).name);
    if (parameters_.key(column).has_family()) on_name(parameters_.key(column).family);
  }
}

}  // namespace penchant
