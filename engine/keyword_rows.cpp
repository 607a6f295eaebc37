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
  for (const LessonKeyword& keyword : keywords) {
    __builtin_prefetch(index_.data() + first_slot(keyword.id) * slot_bytes);
  }
  for (const LessonKeyword& keyword : keywords) {
    const std::uint32_t row = row_at(first_slot(keyword.id));
    if (row != empty_slot) __builtin_prefetch(&rows_[row]);
  }
  for (LessonKeyword& keyword : keywords) {
    keyword.row = find(keyword.id);
    if (keyword.row) prefetch_list(*keyword.row);
  }
}

/// False where the keyword has a row.
bool KeywordRows::put_in_index(std::uint32_t row) {
  const Interner::Id keyword = rows_[row].keyword;
  std::size_t slot = first_slot(keyword);
  for (; row_at(slot) != empty_slot; slot = next_slot(slot)) {
    if (rows_[row_at(slot)].keyword == keyword) return false;
  }
  for (std::size_t i = 0; i < slot_bytes; ++i) {
    index_[slot * slot_bytes + i] = static_cast<unsigned char>(row >> 8 * i);
  }
  return true;
}

std::uint32_t KeywordRows::add(Interner::Id keyword) {
  const std::uint32_t row = size();
  PENCHANT_CHECK(row < empty_slot);
  reserve_for(rows_, row + 1);
  rows_.push_back({keyword, empty_place});
  const bool is_new = (row + 1) * 4 <= slot_count_ * 3 ? put_in_index(row) : make_index();
  PENCHANT_CHECK(is_new);
  return row;
}

bool KeywordRows::assign(std::span<const Interner::Id> keywords) {
  *this = {};
  rows_.reserve(keywords.size());
  for (const Interner::Id keyword : keywords) rows_.push_back({keyword, empty_place});
  return rows_.size() < empty_slot && make_index();
}

/// Filled to 3/5; until it is filled to 3/4. False where two rows have the same keyword.
bool KeywordRows::make_index() {
  slot_count_ = (rows_.size() + 3) * 5 / 3;
  index_.assign(slot_count_ * slot_bytes, 0xFF);
  for (std::uint32_t row = 0; row < size(); ++row) {
    if (!put_in_index(row)) return false;
  }
  return true;
}

void KeywordRows::add_lesson(std::uint32_t row, Lessons::Id lesson) {
  std::uint32_t& place = rows_[row].place;
  PENCHANT_CHECK(!is_counted(place) && lesson < list_tag);
  ++listed_count_;
  if (place == empty_place) {
    place = lesson;
    return;
  }
  if ((place & list_tag) == 0) return set_list(row, std::array{place, lesson});
  const std::uint32_t had = lists_.data(place & number_mask)[0];
  const std::uint32_t begin = lists_.make_room(place & number_mask, had + 1);
  PENCHANT_CHECK(begin < list_tag);
  lists_.data(begin)[0] = had + 1;
  lists_.data(begin)[had + 1] = lesson;
  place = begin | list_tag;
}

void KeywordRows::set_list(std::uint32_t row, std::span<const Lessons::Id> list) {
  std::uint32_t& place = rows_[row].place;
  if (list.size() <= 1) {
    place = list.empty() ? empty_place : list.front();
    return;
  }
  const auto count = static_cast<std::uint32_t>(list.size());
  const std::uint32_t begin = lists_.take(count + 1);
  PENCHANT_CHECK(begin < list_tag);
  lists_.data(begin)[0] = count;
  std::ranges::copy(list, lists_.data(begin) + 1);
  place = begin | list_tag;
}

void KeywordRows::set_lessons(std::uint32_t row, std::span<const Lessons::Id> lessons) {
  PENCHANT_CHECK(rows_[row].place == empty_place);
  listed_count_ += lessons.size();
  set_list(row, lessons);
}

void KeywordRows::remove_lesson(std::uint32_t row, Lessons::Id lesson) {
  const std::uint32_t place = rows_[row].place;
  const auto listed = lessons(row);
  std::vector<Lessons::Id> left(listed.begin(), listed.end());
  const auto count = static_cast<std::uint32_t>(left.size());
  PENCHANT_CHECK(std::erase(left, lesson) == 1);
  --listed_count_;
  if (count > 1) lists_.give_back(place & number_mask, count + 1);
  set_list(row, left);
}

std::uint32_t KeywordRows::make_counted(std::uint32_t row) {
  const auto count = static_cast<std::uint32_t>(lessons(row).size());
  listed_count_ -= count;
  if (count > 1) lists_.give_back(rows_[row].place & number_mask, count + 1);
  set_counted(row, counted_count_);
  return counted_count_ - 1;
}

void KeywordRows::set_counted(std::uint32_t row, std::uint32_t number) {
  PENCHANT_CHECK(number < number_mask);
  rows_[row].place = number | counted_tag;
  ++counted_count_;
}

}  // namespace penchant
