#include "engine/keyword_rows.h"

#include <algorithm>
#include <array>

#include "engine/check.h"

namespace penchant {

void KeywordRows::find_all(std::span<LessonKeyword> keywords) const {
  if (rows_.empty()) {
    for (LessonKeyword& keyword : keywords) keyword.row.reset();
    return;
  }
  is_narrow() ? find_all_in<narrow_bytes>(keywords) : find_all_in<wide_bytes>(keywords);
}

template <std::size_t slot_bytes>
void KeywordRows::find_all_in(std::span<LessonKeyword> keywords) const {
  for (const LessonKeyword& keyword : keywords) {
    __builtin_prefetch(index_.data() + first_slot(keyword.id) * slot_bytes);
  }
  for (const LessonKeyword& keyword : keywords) {
    const std::uint32_t row = row_at<slot_bytes>(first_slot(keyword.id));
    if (row != empty_slot<slot_bytes>) __builtin_prefetch(&rows_[row]);
  }
  for (LessonKeyword& keyword : keywords) {
    keyword.row = find_in<slot_bytes>(keyword.id);
    if (keyword.row) prefetch_list(*keyword.row);
  }
}

/// False where the keyword has a row.
template <std::size_t slot_bytes>
bool KeywordRows::put_in_index(std::uint32_t row) {
  const Interner::Id keyword = rows_[row].keyword();
  std::size_t slot = first_slot(keyword);
  for (; row_at<slot_bytes>(slot) != empty_slot<slot_bytes>; slot = next_slot(slot)) {
    if (rows_[row_at<slot_bytes>(slot)].keyword() == keyword) return false;
  }
  for (std::size_t i = 0; i < slot_bytes; ++i) {
    index_[slot * slot_bytes + i] = static_cast<unsigned char>(row >> 8 * i);
  }
  return true;
}

std::uint32_t KeywordRows::add(Interner::Id keyword) {
  const std::uint32_t row = size();
  const bool was_narrow = is_narrow();
  rows_.push_back(Row(keyword));
  const bool has_slot = (row + 1) * 4 <= slot_count_ * 3 && is_narrow() == was_narrow;
  const auto put = is_narrow() ? &KeywordRows::put_in_index<narrow_bytes> : &KeywordRows::put_in_index<wide_bytes>;
  const bool is_new = has_slot ? (this->*put)(row) : make_index();
  PENCHANT_CHECK(is_new);
  return row;
}

bool KeywordRows::assign(std::span<const Interner::Id> keywords) {
  *this = {};
  if (keywords.size() > keywords_per_user_max) return false;
  for (const Interner::Id keyword : keywords) {
    if (keyword >= texts_max) return false;
    rows_.push_back(Row(keyword));
  }
  return make_index();
}

/// Filled to 3/5; until it is filled to 3/4. False where two rows have the same keyword.
bool KeywordRows::make_index() {
  slot_count_ = (size() + 3) * 5 / 3;
  return is_narrow() ? fill_index<narrow_bytes>() : fill_index<wide_bytes>();
}

template <std::size_t slot_bytes>
bool KeywordRows::fill_index() {
  index_.assign(slot_count_ * slot_bytes, 0xFF);
  for (std::uint32_t row = 0; row < size(); ++row) {
    if (!put_in_index<slot_bytes>(row)) return false;
  }
  return true;
}

void KeywordRows::add_lesson(std::uint32_t row, Lessons::Id lesson) {
  Row& at = rows_[row];
  PENCHANT_CHECK(!at.is(Kind::counted));
  ++listed_count_;
  if (at.is(Kind::empty)) return at.set(Kind::lesson, lesson);
  if (at.is(Kind::lesson)) return set_list(row, std::array{at.lesson(), lesson});
  const Lessons::Id had = *lists_.data(at.number());
  const std::uint32_t begin = lists_.make_room(at.number(), had + 1U);
  Lessons::Id* const list = lists_.data(begin);
  list[0] = static_cast<Lessons::Id>(had + 1);
  list[had + 1] = lesson;
  at.set(Kind::list, begin);
}

void KeywordRows::set_list(std::uint32_t row, std::span<const Lessons::Id> lessons) {
  Row& at = rows_[row];
  if (lessons.empty()) return at.set(Kind::empty, 0);
  if (lessons.size() == 1) return at.set(Kind::lesson, lessons.front());
  const std::uint32_t begin = lists_.take(static_cast<std::uint32_t>(lessons.size()) + 1);
  Lessons::Id* const list = lists_.data(begin);
  list[0] = static_cast<Lessons::Id>(lessons.size());
  std::ranges::copy(lessons, list + 1);
  at.set(Kind::list, begin);
}

void KeywordRows::set_lessons(std::uint32_t row, std::span<const Lessons::Id> lessons) {
  PENCHANT_CHECK(rows_[row].is(Kind::empty));
  listed_count_ += lessons.size();
  set_list(row, lessons);
}

/// Gives back where its list lies, if there is one.
void KeywordRows::give_list_back(std::uint32_t row) {
  const auto count = static_cast<std::uint32_t>(lessons(row).size());
  if (count > 1) lists_.give_back(rows_[row].number(), count + 1);
}

void KeywordRows::remove_lesson(std::uint32_t row, Lessons::Id lesson) {
  const auto listed = lessons(row);
  std::vector<Lessons::Id> left(listed.begin(), listed.end());
  PENCHANT_CHECK(std::erase(left, lesson) == 1);
  --listed_count_;
  give_list_back(row);
  set_list(row, left);
}

std::uint32_t KeywordRows::make_counted(std::uint32_t row) {
  listed_count_ -= lessons(row).size();
  give_list_back(row);
  set_counted(row, counted_count_);
  return counted_count_ - 1;
}

void KeywordRows::set_counted(std::uint32_t row, std::uint32_t number) {
  rows_[row].set(Kind::counted, number);
  ++counted_count_;
}

}  // namespace penchant
