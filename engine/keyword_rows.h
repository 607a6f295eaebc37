// KeywordRows: which keywords a user has, each a row, and what is known of each: a list of lessons while it is rare, a
// row of the user's tables when it is not.
//
// Rows are numbered from 0 in order of first record. A row takes 6 bytes while it lists one lesson, and about 3 more in
// the index; a list of n lessons takes 2 n + 2 more. Owner: the user. Invariant: each row that is counted has its own
// number in the tables, all numbers from 0 are given. Limits: keywords below texts_max; fewer than 2^22 rows
// (keywords_per_user_max), and as much in lists, which the lessons of one user do not reach; the owner bounds the
// lessons of a row. Lifetime: lessons() lasts until the next change. Threading: none.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/check.h"
#include "engine/interner.h"
#include "engine/lessons.h"
#include "engine/limits.h"
#include "engine/pieces.h"

namespace penchant {

class KeywordRows {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
  std::optional<std::uint32_t> find(Interner::Id keyword) const {
    if (rows_.empty()) return std::nullopt;
    return is_narrow() ? find_in<narrow_bytes>(keyword) : find_in<wide_bytes>(keyword);
  }
  /// Sets `row` of each keyword to what find() says of it. What that takes from memory is fetched for all of them at
  /// the same time, and in the end their lists of lessons: rows lie far apart, and a prompt's keywords would wait for
  /// one after the other.
  void find_all(std::span<LessonKeyword> keywords) const;
  /// The row of a keyword that has none yet; it lists nothing.
  std::uint32_t add(Interner::Id keyword);
  Interner::Id keyword(std::uint32_t row) const { return rows_[row].keyword(); }

  /// The row's number in the tables; none while it lists lessons.
  std::optional<std::uint32_t> counted(std::uint32_t row) const {
    return rows_[row].is(Kind::counted) ? std::optional(rows_[row].number()) : std::nullopt;
  }
  std::uint32_t counted_count() const { return counted_count_; }
  /// In order of their records, unless a correction has put one behind.
  std::span<const Lessons::Id> lessons(std::uint32_t row) const {
    const Row& at = rows_[row];
    if (at.is(Kind::lesson)) return {&at.lesson(), 1};
    if (!at.is(Kind::list)) return {};
    const Lessons::Id* const list = lists_.data(at.number());
    return {list + 1, list[0]};
  }
  /// Over all rows.
  std::size_t listed_count() const { return listed_count_; }

  void add_lesson(std::uint32_t row, Lessons::Id lesson);
  void remove_lesson(std::uint32_t row, Lessons::Id lesson);
  /// Gives the row the next number in the tables, and lets its list go.
  std::uint32_t make_counted(std::uint32_t row);
  /// For loading: rows that list nothing yet, in place of what was there; false where a keyword comes twice or is none.
  [[nodiscard]] bool assign(std::span<const Interner::Id> keywords);
  /// For loading: makes room for lists that take as much as the sum of room_for() their lengths.
  void reserve_lists(std::size_t room) { lists_.reserve(room); }
  static std::size_t room_for(std::uint32_t listed) {
    return listed > 1 ? Arena<Lessons::Id>::room_for(listed + 1) : 0;
  }
  /// For loading: a new row's list.
  void set_lessons(std::uint32_t row, std::span<const Lessons::Id> lessons);
  /// For loading: a row with that number, whose list is empty.
  void set_counted(std::uint32_t row, std::uint32_t number);

  /// Gives each row's keyword the number that renamed(keyword) says; different ones stay different.
  template <class Renamed>
  void rename(const Renamed& renamed) {
    rows_.each([&renamed](Row& row) { row.set_keyword(renamed(row.keyword())); });
    if (rows_.empty()) return;
    const bool are_distinct = make_index();
    PENCHANT_CHECK(are_distinct);
  }

  std::size_t bytes() const { return rows_.bytes() + lists_.bytes() + index_.capacity(); }

 private:
  static_assert(vocabulary_bytes_max / Interner::bytes_per_text <= texts_max);

  /// What a row's number is: a lesson; or where a list of them lies, its length before it; or a number in the tables.
  enum class Kind : std::uint8_t { lesson, list, counted, empty };
  static constexpr std::uint32_t numbers_max = std::uint32_t{1} << 22;

  // A keyword and a number, 24 bits and 22, and the number's kind; low bits apart, so that a span can show a lesson.
  class Row {
   public:
    Row() = default;
    explicit Row(Interner::Id keyword) { put(keyword, Kind::empty, 0); }
    Interner::Id keyword() const { return head() & (texts_max - 1); }
    bool is(Kind kind) const { return head() >> kind_shift == static_cast<std::uint32_t>(kind); }
    std::uint32_t number() const { return (head() >> high_shift & (high_numbers - 1)) << 16 | number_low_; }
    const Lessons::Id& lesson() const { return number_low_; }

    void set_keyword(Interner::Id keyword) { put(keyword, static_cast<Kind>(head() >> kind_shift), number()); }
    void set(Kind kind, std::uint32_t number) { put(keyword(), kind, number); }

   private:
    static constexpr unsigned high_shift = 24;
    static constexpr unsigned kind_shift = 30;
    static constexpr std::uint32_t high_numbers = numbers_max >> 16;
    static_assert(texts_max == 1U << high_shift && high_numbers == 1U << (kind_shift - high_shift));

    std::uint32_t head() const { return std::bit_cast<std::uint32_t>(head_); }
    void put(Interner::Id keyword, Kind kind, std::uint32_t number) {
      PENCHANT_CHECK(keyword < texts_max && number < numbers_max);
      head_ =
          std::bit_cast<Head>(static_cast<std::uint32_t>(kind) << kind_shift | number >> 16 << high_shift | keyword);
      number_low_ = static_cast<std::uint16_t>(number);
    }

    using Head = std::array<std::uint16_t, 2>;
    Head head_;
    std::uint16_t number_low_;
  };
  static_assert(sizeof(Row) == 6 && keywords_per_user_max <= numbers_max);
  // Lists of all lengths, each length's places as many as its lists ever took at once: of n lessons, in 2 n at most.
  static_assert(listing_records_max * keywords_max * 2 * 7 < numbers_max);

  // The index is a hash table of rows by their keywords: the same keywords are the same texts. Two bytes a slot as long
  // as the rows' numbers fit, then three.
  static constexpr std::size_t narrow_bytes = 2;
  static constexpr std::size_t wide_bytes = 3;
  template <std::size_t slot_bytes>
  static constexpr std::uint32_t empty_slot = (1U << 8 * slot_bytes) - 1;
  static_assert(keywords_per_user_max < empty_slot<wide_bytes>);
  bool is_narrow() const { return size() <= empty_slot<narrow_bytes>; }
  std::size_t first_slot(Interner::Id keyword) const {
    const std::uint32_t hash = keyword * 0x9E3779B1U;  // Knuth's multiplicative hash: numbers are given in sequence
    return static_cast<std::size_t>((std::uint64_t{hash} * slot_count_) >> 32);
  }
  std::size_t next_slot(std::size_t slot) const { return slot + 1 == slot_count_ ? 0 : slot + 1; }
  template <std::size_t slot_bytes>
  std::uint32_t row_at(std::size_t slot) const {
    const unsigned char* const at = index_.data() + slot * slot_bytes;
    std::uint32_t row = at[0] | std::uint32_t{at[1]} << 8;
    if constexpr (slot_bytes == wide_bytes) row |= std::uint32_t{at[2]} << 16;
    return row;
  }
  void prefetch_list(std::uint32_t row) const {
    if (rows_[row].is(Kind::list)) __builtin_prefetch(lists_.data(rows_[row].number()));
  }
  template <std::size_t slot_bytes>
  std::optional<std::uint32_t> find_in(Interner::Id keyword) const {
    for (std::size_t slot = first_slot(keyword);; slot = next_slot(slot)) {
      const std::uint32_t row = row_at<slot_bytes>(slot);
      if (row == empty_slot<slot_bytes>) return std::nullopt;
      if (rows_[row].keyword() == keyword) return row;
    }
  }
  template <std::size_t slot_bytes>
  void find_all_in(std::span<LessonKeyword> keywords) const;
  template <std::size_t slot_bytes>
  [[nodiscard]] bool put_in_index(std::uint32_t row);
  template <std::size_t slot_bytes>
  [[nodiscard]] bool fill_index();
  bool make_index();
  void set_list(std::uint32_t row, std::span<const Lessons::Id> lessons);
  void give_list_back(std::uint32_t row);

  Pieces<Row, 128> rows_;  // 768 bytes a piece
  Arena<Lessons::Id> lists_;
  std::vector<unsigned char> index_;
  std::uint32_t slot_count_ = 0;
  std::uint32_t counted_count_ = 0;
  std::size_t listed_count_ = 0;
};

}  // namespace penchant
