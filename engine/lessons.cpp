#include "engine/lessons.h"

#include <algorithm>
#include <bit>

#include "engine/check.h"

namespace penchant {

Lessons::Id Lessons::add(const Lesson& lesson, double weight) {
  PENCHANT_CHECK(lesson.sequence <= listing_records_max);
  const bool is_selected = lesson.verdict == Verdict::selected;
  KeptLesson kept{.weight = weight,
                  .negative_set = lesson.negative_set,
                  .sequence = static_cast<std::uint16_t>(lesson.sequence),
                  .checkpoint = static_cast<std::uint16_t>(lesson.checkpoint),
                  .lora_count = static_cast<std::uint8_t>(lesson.loras.size()),
                  .parameter_count = static_cast<std::uint8_t>(is_selected ? lesson.parameters.size() : 0),
                  .is_selected = is_selected};
  if (const std::uint32_t words = word_count(kept); words > 0) {
    kept.more = words_.take(words);
    std::uint32_t* word = std::ranges::copy(lesson.loras, words_.data(kept.more)).out;
    for (const LessonParameter& parameter : lesson.parameters.first(kept.parameter_count)) {
      const auto value = std::bit_cast<std::uint64_t>(parameter.value);
      *word++ = parameter.column;
      *word++ = static_cast<std::uint32_t>(value);
      *word++ = static_cast<std::uint32_t>(value >> 32);
    }
  }
  if (free_ == none) {
    PENCHANT_CHECK(!is_full());
    kept_.push_back(kept);
    return static_cast<Id>(kept_.size() - 1);
  }
  const Id id = std::exchange(free_, kept_[free_].checkpoint);
  kept_[id] = kept;
  return id;
}

bool Lessons::release(Id id) {
  KeptLesson& lesson = kept_[id];
  PENCHANT_CHECK(lesson.references > 0);
  if (--lesson.references > 0) return false;
  if (const std::uint32_t words = word_count(lesson); words > 0) words_.give_back(lesson.more, words);
  lesson.checkpoint = std::exchange(free_, id);
  return true;
}

LessonParameter Lessons::parameter(const KeptLesson& lesson, std::size_t i) const {
  const std::uint32_t* const word = words_.data(lesson.more) + lesson.lora_count + i * parameter_words;
  return {word[0], std::bit_cast<double>(std::uint64_t{word[2]} << 32 | word[1])};
}

std::vector<Lessons::Id> Lessons::in_order() const {
  std::vector<Id> ids;
  for (Id id = 0; id < size(); ++id) {
    if (kept_[id].references > 0) ids.push_back(id);
  }
  std::ranges::sort(ids, {}, [this](Id id) { return kept_[id].sequence; });
  return ids;
}

void Lessons::scale(double factor) {
  kept_.each([factor](KeptLesson& lesson) { lesson.weight *= factor; });
}

}  // namespace penchant
