#include "engine/user.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/limits.h"

namespace penchant {

std::uint64_t& Totals::of(Verdict verdict) {
  switch (verdict) {
    case Verdict::selected: return selected;
    case Verdict::rejected: return rejected;
    case Verdict::neutral: return neutral;
  }
  PENCHANT_CHECK(false);
}

result<void> User::room_for(std::span<const LessonKeyword> keywords, std::uint32_t column) const {
  std::size_t new_rows = 0;
  std::size_t new_cells = 0;
  for (const LessonKeyword& keyword : keywords) {
    new_rows += keyword.row ? 0 : 1;
    new_cells += matrix_.growth(keyword.row.value_or(matrix_.row_count()), column);
  }
  if (matrix_.row_count() + new_rows > keywords_per_user_max) {
    return Failure{"this user has the most keywords one may have, " + std::to_string(keywords_per_user_max)};
  }
  if (matrix_.cells() + new_cells > cells_per_user_max) {
    return Failure{"this user's matrix has the most cells it may have, " + std::to_string(cells_per_user_max)};
  }
  return {};
}

void User::keep_landmark_near(double half_lives_now) {
  if (half_lives_now - static_cast<double>(landmark_) <= landmark_half_lives_max) return;
  const std::int64_t moved = landmark_at(half_lives_now);
  const double factor = exp2_exact(static_cast<double>(landmark_ - moved));
  landmark_ = moved;
  matrix_.scale(factor, weight_at(half_lives_now, landmark_));
  checkpoints_.scale(factor);
  loras_.scale(factor);
}

std::uint64_t User::learn(const Lesson& lesson, std::string_view id, double half_lives_now) {
  ++totals_.records;
  ++totals_.of(lesson.verdict);
  count(lesson, +1, half_lives_now);
  remember(id, totals_.records, 0, lesson);
  return totals_.records;
}

std::uint64_t User::relearn(const Known& old, const Lesson& lesson, std::string_view id, double half_lives_now) {
  --totals_.of(old.verdict);
  ++totals_.of(lesson.verdict);
  std::vector<LessonKeyword> old_keywords;
  for (const Interner::Id keyword : old.keywords) old_keywords.push_back({keyword, row(keyword)});
  count({.verdict = old.verdict,
         .half_lives = old.half_lives,
         .checkpoint = old.checkpoint,
         .keywords = old_keywords,
         .loras = old.loras},
        -1, half_lives_now);
  count(lesson, +1, half_lives_now);
  remember(id, old.sequence, old.revision + 1, lesson);
  return old.sequence;
}

void User::count(const Lesson& lesson, double sign, double half_lives_now) {
  const auto note = sign > 0 ? &ArmTable::add_record : &ArmTable::take_record_back;
  (checkpoints_.*note)(lesson.checkpoint);
  for (const std::uint32_t lora : lesson.loras) (loras_.*note)(lora);
  if (lesson.verdict == Verdict::neutral) return;
  const double unit = weight_at(half_lives_now, landmark_);
  const bool is_now = lesson.half_lives == half_lives_now;  // as most are
  const double weight = sign * (is_now ? unit : weight_at(lesson.half_lives, landmark_));
  const Counts added{lesson.verdict == Verdict::selected ? weight : 0, weight};
  for (const LessonKeyword& keyword : lesson.keywords) {
    const std::uint32_t row = keyword.row ? *keyword.row : find_or_add_row(keyword.id);
    matrix_.add(row, lesson.checkpoint, added, unit);
  }
  checkpoints_.count(lesson.checkpoint, added);
  for (const std::uint32_t lora : lesson.loras) loras_.count(lora, added);
  newest_half_lives_ = std::max(newest_half_lives_, lesson.half_lives);
}

void User::remember(std::string_view id, std::uint64_t sequence, std::uint32_t revision, const Lesson& lesson) {
  if (id.empty()) return;
  Known known{.sequence = sequence,
              .revision = revision,
              .half_lives = lesson.half_lives,
              .verdict = lesson.verdict,
              .checkpoint = lesson.checkpoint,
              .keywords = {},
              .loras = {lesson.loras.begin(), lesson.loras.end()}};
  for (const LessonKeyword& keyword : lesson.keywords) known.keywords.push_back(keyword.id);
  known_.put(id, known);
}

std::uint32_t User::find_or_add_row(Interner::Id keyword) {
  const auto [it, is_new] = rows_.try_emplace(keyword, matrix_.row_count());
  if (is_new) {
    row_keywords_.push_back(keyword);
    matrix_.add_row();
  }
  return it->second;
}

}  // namespace penchant
