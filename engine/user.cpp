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
  return rows_.listed_count() + keyword_checkpoints_.cells() + keyword_loras_.cells() + checkpoint_loras_.cells() +
         negatives_.matrix().cells() + parameters_.cells() + (learner() ? learner()->cell_count() : 0);
}

std::size_t User::bytes() const {
  return rows_.bytes() + lessons_.bytes() + keyword_checkpoints_.bytes() + keyword_loras_.bytes() +
         checkpoint_loras_.bytes() + negatives_.bytes() + parameters_.bytes() + (learner() ? learner()->bytes() : 0);
}

void User::end_learning(Interner& texts) {
  if (const Learner* const own = learner()) {
    for (std::uint32_t row = 0; row < own->features().size(); ++row) texts.release(own->features()[row].text);
  }
  learner_.clear();
  learner_.shrink_to_fit();
}

result<void> User::room_for(std::span<const LessonKeyword> keywords, std::size_t bytes_max) const {
  const auto new_rows = static_cast<std::size_t>(
      std::ranges::count_if(keywords, [](const LessonKeyword& keyword) { return !keyword.row; }));
  return room_for(rows_.size() + new_rows, bytes(), bytes_max);
}

result<void> User::room_for(std::size_t keywords, std::size_t table_bytes, std::size_t bytes_max) {
  if (keywords > keywords_per_user_max) {
    return Failure{"this user has the most keywords one may have, " + std::to_string(keywords_per_user_max)};
  }
  if (table_bytes > bytes_max) {
    return Failure{"this user's tables are as large as they may be, " + std::to_string(bytes_max) + " bytes"};
  }
  return {};
}

bool User::keep_landmark_near(double half_lives_now, Interner& keywords) {
  if (half_lives_now - static_cast<double>(landmark_) <= landmark_half_lives_max) return false;
  const std::int64_t moved = landmark_at(half_lives_now);
  const double factor = exp2_exact(static_cast<double>(landmark_ - moved));
  landmark_ = moved;
  const double unit = weight_at(half_lives_now, landmark_);
  lessons_.scale(factor);
  keyword_checkpoints_.scale(factor, unit);
  keyword_loras_.scale(factor, unit);
  checkpoint_loras_.scale(factor, unit);
  negatives_.scale(factor, unit);
  parameters_.scale(factor);
  checkpoints_.scale(factor);
  loras_.scale(factor);
  drop_faded_rows(noticed_observations * unit, keywords);
  negatives_.drop_faded(noticed_observations * unit, keywords);
  if (Learner* const own = learner()) own->scale(factor, noticed_observations * unit, keywords);
  return true;
}

void User::prefetch(std::span<const LessonKeyword> keywords) const {
  for (const LessonKeyword& keyword : keywords) {
    if (!keyword.row) continue;
    if (const auto counted = rows_.counted(*keyword.row)) {
      keyword_checkpoints_.prefetch_row(*counted);
    } else {
      for (const Lessons::Id lesson : rows_.lessons(*keyword.row)) lessons_.prefetch(lesson);
    }
  }
}

Counts User::with_checkpoint(std::uint32_t row, std::uint32_t column) const {
  if (const auto counted = rows_.counted(row)) return keyword_checkpoints_.counts(*counted, column);
  Counts sum;
  for (const Lessons::Id id : rows_.lessons(row)) {
    if (lessons_[id].checkpoint == column) sum.add(lessons_[id].counts());
  }
  return sum;
}

Counts User::with_lora(std::uint32_t row, std::uint32_t column) const {
  if (const auto counted = rows_.counted(row)) return keyword_loras_.counts(*counted, column);
  Counts sum;
  each_lora(row, [&](std::uint32_t lora, const Counts& counts) {
    if (lora == column) sum.add(counts);
  });
  return sum;
}

Moments User::with_parameter(std::uint32_t row, std::uint32_t column) const {
  if (const auto counted = rows_.counted(row)) return parameters_.of_keyword(*counted, column);
  Moments sum;
  for (const Lessons::Id id : rows_.lessons(row)) {
    for (std::size_t i = 0; i < lessons_[id].parameter_count; ++i) {
      const LessonParameter parameter = lessons_.parameter(lessons_[id], i);
      if (parameter.column == column) sum.add(lessons_[id].weight, parameter.value);
    }
  }
  return sum;
}

/// The row's lessons that still weigh something; the others are released.
std::vector<Lessons::Id> User::noticed_lessons(std::uint32_t row, double notice) {
  std::vector<Lessons::Id> noticed;
  for (const Lessons::Id id : rows_.lessons(row)) {
    lessons_[id].weight > notice ? noticed.push_back(id) : release(id);
  }
  return noticed;
}

/// A record counts its keywords with its checkpoint at least: a keyword that has faded there has faded everywhere.
void User::drop_faded_rows(double notice, Interner& keywords) {
  std::vector<std::uint32_t> kept;  // numbers in the tables
  for (std::uint32_t number = 0; number < rows_.counted_count(); ++number) {
    if (keyword_checkpoints_.observed_max(number) > notice) kept.push_back(number);
  }
  KeywordRows left;
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    const Interner::Id keyword = rows_.keyword(row);
    const auto counted = rows_.counted(row);
    const auto at = std::ranges::lower_bound(kept, counted.value_or(0));
    const bool is_kept = counted && at != kept.end() && *at == *counted;
    const auto noticed = noticed_lessons(row, notice);
    if (!is_kept && noticed.empty()) {
      keywords.release(keyword);
      continue;
    }
    const std::uint32_t to = left.add(keyword);
    if (is_kept) left.set_counted(to, static_cast<std::uint32_t>(at - kept.begin()));
    for (const Lessons::Id lesson : noticed) left.add_lesson(to, lesson);
  }
  rows_ = std::move(left);
  keyword_checkpoints_.keep_rows(kept);
  keyword_loras_.keep_rows(kept);
  negatives_.keep_rows(kept);
  parameters_.keep_rows(kept);
}

std::uint64_t User::learn(const Lesson& lesson, std::string_view id, double half_lives_now, Interner& keywords) {
  PENCHANT_CHECK(lesson.sequence == totals_.records + 1);
  ++totals_.records;
  ++totals_.of(lesson.verdict);
  count(lesson, Sign::added, half_lives_now, keywords);
  remember(id, 0, lesson, keywords);
  return totals_.records;
}

std::uint64_t User::relearn(const Known& old, const Lesson& lesson, std::string_view id, double half_lives_now,
                            Interner& keywords) {
  PENCHANT_CHECK(lesson.sequence == old.sequence);
  --totals_.of(old.verdict);
  ++totals_.of(lesson.verdict);
  std::vector<LessonKeyword> old_keywords;
  for (const Interner::Id keyword : old.keywords) old_keywords.push_back({keyword, rows_.find(keyword)});
  count({.sequence = old.sequence,
         .verdict = old.verdict,
         .half_lives = old.half_lives,
         .checkpoint = old.checkpoint,
         .keywords = old_keywords,
         .loras = old.loras,
         .negative_set = old.negative_set,
         .parameters = old.parameters},
        Sign::taken_back, half_lives_now, keywords);
  count(lesson, Sign::added, half_lives_now, keywords);
  remember(id, old.revision + 1, lesson, keywords);
  // The old record's references go last: what both name stays.
  for (const Interner::Id keyword : old.keywords) keywords.release(keyword);
  if (old.negative_set != NegativeTable::no_set) negatives_.note_named(old.negative_set, false);
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
  is_added ? count_keywords(lesson, added, unit, keywords) : take_keywords_back(lesson, added, unit);
  count_arms(lesson, added, unit);
  newest_half_lives_ = std::max(newest_half_lives_, lesson.half_lives);
}

void User::count_keywords(const Lesson& lesson, const Counts& added, double unit, Interner& keywords) {
  std::optional<Lessons::Id> kept;  // once a keyword lists it
  const bool is_listing = totals_.records <= listing_records_max && !lessons_.is_full();
  const std::size_t listed_max = is_listing ? listed_lessons_max : 0;
  for (const LessonKeyword& keyword : lesson.keywords) {
    const std::uint32_t row = keyword.row ? *keyword.row : rows_.add(keywords.hold(keyword.id));
    auto counted = rows_.counted(row);
    if (!counted && rows_.lessons(row).size() >= listed_max) counted = give_counts(row, unit);
    if (counted) {
      count_keyword(lesson, *counted, added, unit);
      continue;
    }
    if (!kept) {
      kept = lessons_.add(lesson, added.observed);
      if (lesson.negative_set != NegativeTable::no_set) negatives_.note_named(lesson.negative_set, true);
    }
    rows_.add_lesson(row, *kept);
    lessons_.hold(*kept);
  }
}

/// What has faded has gone with what it would give back.
void User::take_keywords_back(const Lesson& lesson, const Counts& added, double unit) {
  for (const LessonKeyword& keyword : lesson.keywords) {
    if (!keyword.row) continue;
    if (const auto counted = rows_.counted(*keyword.row)) {
      count_keyword(lesson, *counted, added, unit);
      continue;
    }
    const auto listed = rows_.lessons(*keyword.row);
    const auto at =
        std::ranges::find(listed, lesson.sequence, [this](Lessons::Id id) { return lessons_[id].sequence; });
    if (at == listed.end()) continue;
    const Lessons::Id id = *at;
    rows_.remove_lesson(*keyword.row, id);
    release(id);
  }
}

/// The row is one of the tables from now on, its number there the answer: what it listed is counted there.
std::uint32_t User::give_counts(std::uint32_t row, double unit) {
  const auto listed = rows_.lessons(row);
  const std::vector<Lessons::Id> ids(listed.begin(), listed.end());
  const std::uint32_t counted = rows_.make_counted(row);
  std::vector<LessonParameter> parameters;
  for (const Lessons::Id id : ids) {
    const KeptLesson& kept = lessons_[id];
    parameters.clear();
    for (std::size_t i = 0; i < kept.parameter_count; ++i) parameters.push_back(lessons_.parameter(kept, i));
    count_keyword({.verdict = kept.is_selected ? Verdict::selected : Verdict::rejected,
                   .checkpoint = kept.checkpoint,
                   .keywords = {},
                   .loras = lessons_.loras(kept),
                   .negative_set = kept.negative_set,
                   .parameters = parameters},
                  counted, kept.counts(), unit);
    release(id);
  }
  return counted;
}

void User::release(Lessons::Id id) {
  const std::uint32_t negative_set = lessons_[id].negative_set;
  if (lessons_.release(id) && negative_set != NegativeTable::no_set) negatives_.note_named(negative_set, false);
}

/// What a record says of one of its keywords, whose row in the tables is `row`.
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

void User::remember(std::string_view id, std::uint32_t revision, const Lesson& lesson, Interner& keywords) {
  if (id.empty()) return;
  Known known{.sequence = lesson.sequence,
              .revision = revision,
              .half_lives = lesson.half_lives,
              .verdict = lesson.verdict,
              .checkpoint = lesson.checkpoint,
              .keywords = {},
              .loras = {lesson.loras.begin(), lesson.loras.end()},
              .negative_set = lesson.negative_set,
              .parameters = {lesson.parameters.begin(), lesson.parameters.end()}};
  for (const LessonKeyword& keyword : lesson.keywords) known.keywords.push_back(keywords.hold(keyword.id));
  if (known.negative_set != NegativeTable::no_set) negatives_.note_named(known.negative_set, true);
  known_.put(id, known);
}

}  // namespace penchant
