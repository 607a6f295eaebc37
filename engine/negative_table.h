// NegativeTable: what one user's negative prompts taught, keyword by keyword.
//
// What is asked about is a keyword with a negative keyword, but people repeat whole negative prompts. So a column is a
// set of negative keywords, as records bring them; the counts of one negative keyword are the sum over the sets it is
// in. That loses nothing, and a user with one negative prompt of sixty words has one column, not sixty.
//
// Owner: the user. Counts are scaled to the user's landmark. A set that has faded below notice, and that neither a
// record with an id nor a lesson names, is dropped; its column serves the next new set. Limits: the owner bounds
// set_count() and bytes().
#pragma once

#include <algorithm>
#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/count_matrix.h"
#include "engine/interner.h"
#include "engine/lessons.h"

namespace penchant {

class NegativeTable {
 public:
  static constexpr std::uint32_t no_set = Lesson::no_negative_set;

  std::size_t set_count() const { return sets_.size() - free_.size(); }
  /// One more than the largest column given.
  std::size_t columns() const { return sets_.size(); }
  bool is_set(std::uint32_t column) const { return column < sets_.size() && !sets_[column].keywords.empty(); }

  /// The column of a set of keywords: ascending numbers, each once.
  std::optional<std::uint32_t> find(std::span<const Interner::Id> keywords) const;
  std::uint32_t add(std::span<const Interner::Id> keywords);
  std::span<const Interner::Id> keywords(std::uint32_t column) const { return sets_[column].keywords; }

  void count_keyword(std::uint32_t row, std::uint32_t column, const Counts& added, double unit) {
    matrix_.add(row, column, added, unit);
  }
  void count_record(std::uint32_t column, const Counts& added) { sets_[column].overall.add(added); }

  const CountMatrix& matrix() const { return matrix_; }
  const Counts& overall(std::uint32_t column) const { return sets_[column].overall; }

  /// A record with an id or a lesson names the set, or no more.
  void note_named(std::uint32_t column, bool is_named) { sets_[column].named += is_named ? 1U : ~0U; }

  /// Gives the keywords the numbers that renamed(keyword) says; different ones stay different.
  template <class Renamed>
  void rename(const Renamed& renamed) {
    for (Set& set : sets_) {
      for (Interner::Id& keyword : set.keywords) keyword = renamed(keyword);
      std::ranges::sort(set.keywords);
    }
    make_index();
  }

  std::size_t bytes() const { return matrix_.bytes(); }

  void scale(double factor, double unit);
  void keep_rows(std::span<const std::uint32_t> kept) { matrix_.keep_rows(kept); }
  /// Drops the sets with fewer observations than `notice`; their keywords are released.
  void drop_faded(double notice, Interner& interner);

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  struct Set {
    std::vector<Interner::Id> keywords;
    Counts overall;
    std::uint32_t named = 0;
  };

  /// The key under which the set is, or would be: sets whose hashes agree take the numbers that follow.
  std::uint64_t slot(std::span<const Interner::Id> keywords) const;

  void make_index();

  std::vector<Set> sets_;
  std::vector<std::uint32_t> free_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> columns_;
  CountMatrix matrix_;
};

}  // namespace penchant
