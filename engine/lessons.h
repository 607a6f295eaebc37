// Lessons: what records taught, for those of their keywords that are too rare to have counts of their own.
//
// Most words of a user's prompts come up once or twice. A row of counts for each of them in every table would take ten
// times the memory that the records themselves do; so such a keyword lists its records' lessons (keyword_rows.h), and
// its counts are added up when somebody asks. A lesson stays for as long as a keyword lists it.
//
// Owner: the user. Weights are scaled to the user's landmark. Limits: each listed row has fewer than
// listed_lessons_max. Lifetime: what operator[] gives lasts until the next add(). Threading: none.
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
#include "engine/parameter_table.h"

namespace penchant {

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
  std::uint64_t sequence = 0;
  std::uint32_t checkpoint = 0;
  std::uint32_t negative_set = Lesson::no_negative_set;
  std::uint32_t more = 0;  // where its LoRAs and parameters lie, where it has any
  std::uint8_t lora_count = 0;
  std::uint8_t parameter_count = 0;
  std::uint8_t references = 0;  // rows that list it; 0: the place is free
  bool is_selected = false;

  Counts counts() const { return {is_selected ? weight : 0, weight}; }
};

class Lessons {
 public:
  using Id = std::uint32_t;

  /// A lesson that nobody lists yet; parameters of rejected records are not kept.
  Id add(const Lesson& lesson, double weight);
  /// Makes room for so many lessons in all.
  void reserve(std::size_t lessons) { kept_.reserve(lessons); }
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
    return std::ranges::all_of(kept_, [](const KeptLesson& lesson) { return lesson.references > 0; });
  }

  void scale(double factor);
  std::size_t bytes() const { return kept_.capacity() * sizeof(KeptLesson) + words_.bytes(); }

 private:
  static constexpr Id none = 0xFFFFFFFF;
  static constexpr std::size_t parameter_words = 3;  // its column, and its value in two

  /// How many words its LoRAs and parameters take.
  static std::uint32_t word_count(const KeptLesson& lesson) {
    return static_cast<std::uint32_t>(lesson.lora_count + lesson.parameter_count * parameter_words);
  }

  std::vector<KeptLesson> kept_;
  Arena<std::uint32_t> words_;
  Id free_ = none;  // the first free place; each holds the next one in `checkpoint`
};

}  // namespace penchant
