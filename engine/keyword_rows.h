// KeywordRows: which keywords a user has, each a row, and what is known of each: a list of lessons while it is rare, a
// row of the user's tables when it is not.
//
// Rows are numbered from 0 in order of first record. A row takes 8 bytes while it lists one lesson, and about 4 more in
// the index. Owner: the user. Invariant: each row that is counted has its own number in the tables, all numbers from 0
// are given. Limits: 2^24 rows; the owner bounds them, and the lessons of a row. Lifetime: lessons() lasts until the
// next change. Threading: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/check.h"
#include "engine/interner.h"
#include "engine/lessons.h"

namespace penchant {

class KeywordRows {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
  std::optional<std::uint32_t> find(Interner::Id keyword) const {
    if (rows_.empty()) return std::nullopt;
    for (std::size_t slot = first_slot(keyword);; slot = next_slot(slot)) {
      const std::uint32_t row = row_at(slot);
      if (row == empty_slot) return std::nullopt;
      if (rows_[row].keyword == keyword) return row;
    }
  }
  /// Sets `row` of each keyword to what find() says of it. What that takes from memory is fetched for all of them at
  /// the same time, and in the end their lists of lessons: rows lie far apart, and a prompt's keywords would wait for
  /// one after the other.
  void find_all(std::span<LessonKeyword> keywords) const;
  /// The row of a keyword that has none yet; it lists nothing.
  std::uint32_t add(Interner::Id keyword);
  Interner::Id keyword(std::uint32_t row) const { return rows_[row].keyword; }

  /// The row's number in the tables; none while it lists lessons.
  std::optional<std::uint32_t> counted(std::uint32_t row) const {
    const std::uint32_t place = rows_[row].place;
    return is_counted(place) ? std::optional(place & number_mask) : std::nullopt;
  }
  std::uint32_t counted_count() const { return counted_count_; }
  /// In order of their records, unless a correction has put one behind.
  std::span<const Lessons::Id> lessons(std::uint32_t row) const {
    const std::uint32_t& place = rows_[row].place;
    if (place == empty_place || is_counted(place)) return {};
    if ((place & list_tag) == 0) return {&place, 1};
    const std::uint32_t* const list = lists_.data(place & number_mask);
    return {list + 1, list[0]};
  }
  /// Over all rows.
  std::size_t listed_count() const { return listed_count_; }

  void add_lesson(std::uint32_t row, Lessons::Id lesson);
  void remove_lesson(std::uint32_t row, Lessons::Id lesson);
  /// Gives the row the next number in the tables, and lets its list go.
  std::uint32_t make_counted(std::uint32_t row);
  /// For loading: rows that list nothing yet, in place of what was there; false where a keyword comes twice.
  [[nodiscard]] bool assign(std::span<const Interner::Id> keywords);
  /// For loading: makes room for lists that take as much as the sum of room_for() their lengths.
  void reserve_lists(std::size_t room) { lists_.reserve(room); }
  static std::size_t room_for(std::uint32_t listed) {
    return listed > 1 ? Arena<std::uint32_t>::room_for(listed + 1) : 0;
  }
  /// For loading: a new row's list.
  void set_lessons(std::uint32_t row, std::span<const Lessons::Id> lessons);
  /// For loading: a row with that number, whose list is empty.
  void set_counted(std::uint32_t row, std::uint32_t number);

  /// Gives each row's keyword the number that renamed(keyword) says; different ones stay different.
  template <class Renamed>
  void rename(const Renamed& renamed) {
    for (Row& row : rows_) row.keyword = renamed(row.keyword);
    if (rows_.empty()) return;
    const bool are_distinct = make_index();
    PENCHANT_CHECK(are_distinct);
  }

  std::size_t bytes() const { return rows_.capacity() * sizeof(Row) + lists_.bytes() + index_.capacity(); }

 private:
  // A place is a lesson; or where a list lies, its length before it; or a number in the tables.
  static constexpr std::uint32_t number_mask = 0x3FFFFFFF;
  static constexpr std::uint32_t list_tag = 0x40000000;
  static constexpr std::uint32_t counted_tag = 0x80000000;
  static constexpr std::uint32_t empty_place = 0xFFFFFFFF;
  static bool is_counted(std::uint32_t place) { return place != empty_place && (place & counted_tag) != 0; }

  struct Row {
    Interner::Id keyword = 0;
    std::uint32_t place = empty_place;
  };

  // The index is a hash table of rows by their keywords, three bytes a slot: the same keywords are the same texts.
  static constexpr std::size_t slot_bytes = 3;
  static constexpr std::uint32_t empty_slot = 0xFFFFFF;
  std::size_t first_slot(Interner::Id keyword) const {
    const std::uint32_t hash = keyword * 0x9E3779B1U;  // Knuth's multiplicative hash: numbers are given in sequence
    return static_cast<std::size_t>((std::uint64_t{hash} * slot_count_) >> 32);
  }
  std::size_t next_slot(std::size_t slot) const { return slot + 1 == slot_count_ ? 0 : slot + 1; }
  std::uint32_t row_at(std::size_t slot) const {
    const unsigned char* const at = index_.data() + slot * slot_bytes;
    return at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16;
  }
  void prefetch_list(std::uint32_t row) const {
    const std::uint32_t place = rows_[row].place;
    if ((place & (counted_tag | list_tag)) == list_tag) __builtin_prefetch(lists_.data(place & number_mask));
  }
  [[nodiscard]] bool put_in_index(std::uint32_t row);
  bool make_index();
  void set_list(std::uint32_t row, std::span<const Lessons::Id> list);

  std::vector<Row> rows_;
  Arena<std::uint32_t> lists_;
  std::vector<unsigned char> index_;
  std::size_t slot_count_ = 0;
  std::uint32_t counted_count_ = 0;
  std::size_t listed_count_ = 0;
};

}  // namespace penchant
