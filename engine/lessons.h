// Lessons: what records taught, for those of their keywords that are too rare to have counts of their own.
//
// Most words of a user's prompts come up once or twice. A row of counts for each of them in every table would take ten
// times the memory that the records themselves do; so such a keyword lists its records' lessons (keyword_rows.h), and
// its counts are added up when somebody asks. A lesson stays for as long as a keyword lists it.
//
// Owner: the user. Weights are scaled to the user's landmark. Invariant: no two lessons are of the same record. Limits:
// records up to listing_records_max of their user leave lessons, so there are no more of them; each listed row has up
// to listed_lessons_max. Lifetime: what operator[] gives lasts until the next add(). Threading: none.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/count_matrix.h"
#include "engine/event.h"
#include "engine/interner.h"
#include "engine/limits.h"
#include "engine/parameter_table.h"
#include "engine/pieces.h"

namespace penchant {

/// A keyword of more records than this has counts of its own.
inline constexpr std::size_t listed_lessons_max = 16;

/// Of a user with more records than this every keyword has, once a record names it: there are few such users, and going
/// through lists that lie all over much memory would take them longer.
inline constexpr std::uint64_t listing_records_max = 4096;

/// One of a user's keywords: the engine's number for it and, where the user has one already, its row.
struct LessonKeyword {
  Interner::Id id = 0;
  std::optional<std::uint32_t> row;
};

/// What a record adds, its names resolved to numbers.
struct Lesson {
  std::uint64_t sequence = 0;  // of the record within the user
  Verdict verdict = Verdict::neutral;
  double half_lives = 0;  // of the time its weight is reckoned from
  std::uint32_t checkpoint = 0;
  std::span<const LessonKeyword> keywords;
  std::span<const std::uint32_t> loras;
  std::uint32_t negative_set = no_negative_set;
  std::span<const LessonParameter> parameters;

  static constexpr std::uint32_t no_negative_set = 0xFFFFFFFF;
};

/// What is kept of one for its rare keywords.
struct KeptLesson {
  double weight = 0;
  std::uint32_t negative_set = Lesson::no_negative_set;
  std::uint32_t more = 0;  // where its LoRAs and parameters lie, where it has any
  std::uint16_t sequence = 0;
  std::uint16_t checkpoint = 0;
  std::uint8_t lora_count = 0;
  std::uint8_t parameter_count = 0;
  std::uint8_t references = 0;  // rows that list it; 0: the place is free
  bool is_selected = false;

  Counts counts() const { return {is_selected ? weight : 0, weight}; }
};
static_assert(sizeof(KeptLesson) == 24 && listing_records_max <= 0xFFFF && arms_per_user_max <= 0x10000);

class Lessons {
 public:
  using Id = std::uint16_t;  // below listing_records_max

  /// Whether no more can be added. What records have taught has room for the next one's; what was loaded may not.
  bool is_full() const { return free_ == none && size() == listing_records_max; }
  /// A lesson that nobody lists yet; parameters of rejected records are not kept.
  Id add(const Lesson& lesson, double weight);
  void hold(Id id) { ++kept_[id].references; }
  /// Whether the lesson is gone: it was the last reference.
  bool release(Id id);

  /// One more than the largest number given.
  std::size_t size() const { return kept_.size(); }
  const KeptLesson& operator[](Id id) const { return kept_[id]; }
  void prefetch(Id id) const { __builtin_prefetch(&kept_[id]); }
  std::span<const std::uint32_t> loras(const KeptLesson& lesson) const {
    return {words_.data(lesson.more), lesson.lora_count};
  }
  LessonParameter parameter(const KeptLesson& lesson, std::size_t i) const;

  /// All that somebody lists, in order of their records.
  std::vector<Id> in_order() const;
  bool is_each_listed() const {
    for (std::size_t id = 0; id < size(); ++id) {
      if (kept_[id].references == 0) return false;
    }
    return true;
  }

  void scale(double factor);
  std::size_t bytes() const { return kept_.bytes() + words_.bytes(); }

 private:
  static constexpr Id none = 0xFFFF;
  static constexpr std::size_t parameter_words = 3;  // its column, and its value in two

  /// How many words its LoRAs and parameters take.
  static std::uint32_t word_count(const KeptLesson& lesson) {
    return static_cast<std::uint32_t>(lesson.lora_count + lesson.parameter_count * parameter_words);
  }

  Pieces<KeptLesson, 32> kept_;  // 768 bytes a piece
  Arena<std::uint32_t> words_;
  Id free_ = none;  // the first free place; each holds the next one in `checkpoint`
};

}  // namespace penchant
