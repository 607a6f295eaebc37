#include "engine/keyword_rows.h"

#include <algorithm>
#include <array>

#include "engine/check.h"

namespace penchant {

void KeywordRows::put_in_index(std::uint32_t row) {
  std::size_t slot = first_slot(rows_[row].keyword);
  while (row_at(slot) != empty_slot) slot = next_slot(slot);
  for (std::size_t i = 0; i < slot_bytes; ++i) {
    index_[slot * slot_bytes + i] = static_cast<unsigned char>(row >> 8 * i);
  }
}

std::uint32_t KeywordRows::add(Interner::Id keyword) {
  const std::uint32_t row = size();
  PENCHANT_CHECK(row < empty_slot);
  reserve_for(rows_, row + 1);
  rows_.push_back({keyword, empty_place});
  (row + 1) * 4 <= slot_count_ * 3 ? put_in_index(row) : make_index(size());
  return row;
}

/// Filled to 3/5 by so many rows; until it is filled to 3/4.
void KeywordRows::make_index(std::uint32_t rows) {
  slot_count_ = std::size_t{rows + 3} * 5 / 3;
  index_.assign(slot_count_ * slot_bytes, 0xFF);
  for (std::uint32_t row = 0; row < size(); ++row) put_in_index(row);
}

void KeywordRows::reserve(std::uint32_t rows) {
  rows_.reserve(rows);
  make_index(rows);
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
