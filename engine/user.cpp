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

std::size_t User::cells() const {
  return keyword_checkpoints_.cells() + keyword_loras_.cells() + checkpoint_loras_.cells() +
         negatives_.matrix().cells() + parameters_.cells();
}

std::size_t User::bytes() const {
  return keyword_checkpoints_.bytes() + keyword_loras_.bytes() + checkpoint_loras_.bytes() + negatives_.bytes() +
         parameters_.bytes();
}

result<void> User::room_for(std::span<const LessonKeyword> keywords) const {
  const auto new_rows = static_cast<std::size_t>(
      std::ranges::count_if(keywords, [](const LessonKeyword& keyword) { return !keyword.row; }));
  return room_for(row_count() + new_rows, bytes());
}

result<void> User::room_for(std::size_t keywords, std::size_t table_bytes) {
  if (keywords > keywords_per_user_max) {
    return Failure{"this user has the most keywords one may have, " + std::to_string(keywords_per_user_max)};
  }
  if (table_bytes > table_bytes_per_user_max) {
    return Failure{"this user's tables are as large as they may be, " + std::to_string(table_bytes_per_user_max) +
                   " bytes"};
  }
  return {};
}

bool User::keep_landmark_near(double half_lives_now, Interner& keywords) {
  if (half_lives_now - static_cast<double>(landmark_) <= landmark_half_lives_max) return false;
  const std::int64_t moved = landmark_at(half_lives_now);
  const double factor = exp2_exact(static_cast<double>(landmark_ - moved));
  landmark_ = moved;
  const double unit = weight_at(half_lives_now, landmark_);
  keyword_checkpoints_.scale(factor, unit);
  keyword_loras_.scale(factor, unit);
  checkpoint_loras_.scale(factor, unit);
  negatives_.scale(factor, unit);
  parameters_.scale(factor);
  checkpoints_.scale(factor);
  loras_.scale(factor);
  drop_faded_rows(noticed_observations * unit, keywords);
  negatives_.drop_faded(noticed_observations * unit, keywords);
  return true;
}

/// A record counts its keywords with its checkpoint at least: a keyword that has faded there has faded everywhere.
void User::drop_faded_rows(double notice, Interner& keywords) {
  std::vector<std::uint32_t> kept;
  for (std::uint32_t row = 0; row < row_count(); ++row) {
    if (keyword_checkpoints_.observed_max(row) > notice) kept.push_back(row);
  }
  if (kept.size() == row_count()) return;
  std::vector<Interner::Id> kept_keywords;
  rows_.clear();
  for (std::uint32_t to = 0, row = 0; row < row_count(); ++row) {
    const bool is_kept = to < kept.size() && kept[to] == row;
    if (!is_kept) {
      keywords.release(row_keywords_[row]);
      continue;
    }
    rows_.emplace(row_keywords_[row], to++);
    kept_keywords.push_back(row_keywords_[row]);
  }
  row_keywords_ = std::move(kept_keywords);
  rows_.rehash(0);
  keyword_checkpoints_.keep_rows(kept);
  keyword_loras_.keep_rows(kept);
  negatives_.keep_rows(kept);
  parameters_.keep_rows(kept);
}

std::uint64_t User::learn(const Lesson& lesson, std::string_view id, double half_lives_now, Interner& keywords) {
  ++totals_.records;
  ++totals_.of(lesson.verdict);
  count(lesson, Sign::added, half_lives_now, keywords);
  remember(id, totals_.records, 0, lesson, keywords);
  return totals_.records;
}

std::uint64_t User::relearn(const Known& old, const Lesson& lesson, std::string_view id, double half_lives_now,
                            Interner& keywords) {
  --totals_.of(old.verdict);
  ++totals_.of(lesson.verdict);
  std::vector<LessonKeyword> old_keywords;
  for (const Interner::Id keyword : old.keywords) old_keywords.push_back({keyword, row(keyword)});
  count({.verdict = old.verdict,
         .half_lives = old.half_lives,
         .checkpoint = old.checkpoint,
         .keywords = old_keywords,
         .loras = old.loras,
         .negative_set = old.negative_set,
         .parameters = old.parameters},
        Sign::taken_back, half_lives_now, keywords);
  count(lesson, Sign::added, half_lives_now, keywords);
  remember(id, old.sequence, old.revision + 1, lesson, keywords);
  // The old record's references go last: what both name stays.
  for (const Interner::Id keyword : old.keywords) keywords.release(keyword);
  if (old.negative_set != NegativeTable::no_set) negatives_.note_known(old.negative_set, false);
  return old.sequence;
}

void User::count(const Lesson& lesson, Sign sign, double half_lives_now, Interner& keywords) {
  const bool is_added = sign == Sign::added;
  const auto note = is_added ? &ArmTable::add_record : &ArmTable::take_record_back;
  (checkpoints_.*note)(lesson.checkpoint);
  for (const std::uint32_t lora : lesson.loras) (loras_.*note)(lora);
  if (lesson.verdict == Verdict::neutral) return;
  const double unit = weight_at(half_lives_now, landmark_);
  const bool is_now = lesson.half_lives == half_lives_now;  // as most are
  const double weight = (is_added ? 1 : -1) * (is_now ? unit : weight_at(lesson.half_lives, landmark_));
  const Counts added{lesson.verdict == Verdict::selected ? weight : 0, weight};
  for (const LessonKeyword& keyword : lesson.keywords) {
    if (!keyword.row && !is_added) continue;  // it has faded, with what it would give back
    count_keyword(lesson, keyword.row ? *keyword.row : find_or_add_row(keyword.id, keywords), added, unit);
  }
  count_arms(lesson, added, unit);
  newest_half_lives_ = std::max(newest_half_lives_, lesson.half_lives);
}

/// What a record says of one of its keywords.
void User::count_keyword(const Lesson& lesson, std::uint32_t row, const Counts& added, double unit) {
  keyword_checkpoints_.add(row, lesson.checkpoint, added, unit);
  for (const std::uint32_t lora : lesson.loras) keyword_loras_.add(row, lora, added, unit);
  if (lesson.negative_set != NegativeTable::no_set) negatives_.count_keyword(row, lesson.negative_set, added, unit);
  if (lesson.verdict != Verdict::selected) return;
  for (const LessonParameter& one : lesson.parameters) parameters_.count_keyword(row, one, added.observed);
}

/// What it says of its models, whatever its keywords.
void User::count_arms(const Lesson& lesson, const Counts& added, double unit) {
  checkpoints_.count(lesson.checkpoint, added);
  for (const std::uint32_t lora : lesson.loras) {
    loras_.count(lora, added);
    checkpoint_loras_.add(lesson.checkpoint, lora, added, unit);
  }
  if (lesson.negative_set != NegativeTable::no_set) negatives_.count_record(lesson.negative_set, added);
  if (lesson.verdict != Verdict::selected) return;
  for (const LessonParameter& one : lesson.parameters) {
    parameters_.count_checkpoint(lesson.checkpoint, one, added.observed);
    parameters_.count_record(one, added.observed);
  }
}

void User::remember(std::string_view id, std::uint64_t sequence, std::uint32_t revision, const Lesson& lesson,
                    Interner& keywords) {
  if (id.empty()) return;
  Known known{.sequence = sequence,
              .revision = revision,
              .half_lives = lesson.half_lives,
              .verdict = lesson.verdict,
              .checkpoint = lesson.checkpoint,
              .keywords = {},
              .loras = {lesson.loras.begin(), lesson.loras.end()},
              .negative_set = lesson.negative_set,
              .parameters = {lesson.parameters.begin(), lesson.parameters.end()}};
  for (const LessonKeyword& keyword : lesson.keywords) known.keywords.push_back(keywords.hold(keyword.id));
  if (known.negative_set != NegativeTable::no_set) negatives_.note_known(known.negative_set, true);
  known_.put(id, known);
}

std::uint32_t User::find_or_add_row(Interner::Id keyword, Interner& keywords) {
  const auto [it, is_new] = rows_.try_emplace(keyword, row_count());
  if (is_new) row_keywords_.push_back(keywords.hold(keyword));
  return it->second;
}

}  // namespace penchant
