// What an engine's state is made of, field by field, for Boost.Serialization. Included by the one file that
// instantiates it for the snapshot's archive. The layout is docs/snapshot_format.md; a change of it raises the
// class's version and keeps reading the old one.
//
// The same state gives the same bytes: hash maps are written in the order of what they index, or rebuilt.
// Loading believes no length: containers grow as their elements are read, and an archive that ends throws. It believes
// no number either: whatever loads is safe to ask and to record into, if not what anybody taught. A part is checked
// where it is kept, not where it is read: Boost skips what an archive calls an object it has read before.
#pragma once

#include <algorithm>
#include <array>
#include <boost/serialization/array_wrapper.hpp>
#include <boost/serialization/collection_size_type.hpp>
#include <boost/serialization/string.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/limits.h"

namespace penchant {
namespace detail {

/// A snapshot whose checksum is right and whose content is not: only a bug or a forger writes one.
inline void require(bool condition) {
  if (!condition) throw std::runtime_error("its content contradicts itself");
}

/// How many there are of what the parts that follow name by numbers, and the like; one for each archive.
struct LoadBounds {
  std::size_t keywords = 0;
  std::size_t names = 0;
  // Of the user that is read.
  std::size_t checkpoints = 0;
  std::size_t loras = 0;
  std::uint64_t records = 0;
  double newest_half_lives = 0;
};

template <class Archive>
LoadBounds& bounds_of(Archive& archive) {
  return archive.template get_helper<LoadBounds>();
}

inline bool is_known(Tier tier) { return tier >= Tier::draft && tier <= Tier::quality; }
inline bool is_known(Verdict verdict) { return verdict >= Verdict::selected && verdict <= Verdict::neutral; }

// No time is so many half-lives away, even at the least decay; sums and differences of two fit a landmark.
inline constexpr double half_lives_max = 0x1p61;
inline bool are_half_lives(double half_lives) { return std::abs(half_lives) <= half_lives_max; }

// More than all records weigh together that anybody ever makes, and far from what a float cannot hold.
inline constexpr float counts_max = 0x1p100F;
inline bool are_counts(const Counts& counts) {
  return counts.selected >= 0 && counts.selected <= counts.observed && counts.observed <= double{counts_max};
}

/// The same for a row of the matrix, without branches and a register full at a time: there are millions of cells.
inline bool are_counts(const CountMatrix::Row& row) {
  std::array<unsigned, line_columns> wrong{};
  for (Eigen::Index line = 0; line < row.cols(); ++line) {
    const float* const selected = row.col(line).data();
    const float* const observed = selected + line_columns;
    for (std::size_t i = 0; i < line_columns; ++i) {
      const bool is_right = (selected[i] >= 0) & (selected[i] <= observed[i]) & (observed[i] <= counts_max);
      wrong[i] |= static_cast<unsigned>(!is_right);
    }
  }
  return std::ranges::count(wrong, 0U) == std::ssize(wrong);
}

template <class Archive, class Vector>
void save_sequence(Archive& archive, const Vector& values) {
  const std::uint64_t count = values.size();
  archive << count;
  for (const auto& value : values) archive << value;
}

template <class Archive, class Vector>
void load_sequence(Archive& archive, Vector& values, std::uint64_t count_max) {
  std::uint64_t count = 0;
  archive >> count;
  require(count <= count_max);
  values.clear();
  for (; count > 0; --count) archive >> values.emplace_back();
}

}  // namespace detail

template <class Archive>
void serialize(Archive& archive, Counts& counts, unsigned) {
  archive& counts.selected& counts.observed;
}

template <class Archive>
void serialize(Archive& archive, Totals& totals, unsigned) {
  archive& totals.records& totals.selected& totals.rejected& totals.neutral;
}

template <class Archive>
void serialize(Archive& archive, NamedUser& named, unsigned) {
  archive& named.name& named.user;
}

template <class Archive>
void serialize(Archive& archive, Arm& arm, unsigned) {
  archive& arm.key& arm.name& arm.family& arm.records& arm.overall;
}

template <class Archive>
void serialize(Archive& archive, PoolEntry& entry, unsigned) {
  archive& entry.key& entry.name;
}

template <class Archive>
void serialize(Archive& archive, Pool& pool, unsigned) {
  archive& pool.family& pool.tier;
  if constexpr (Archive::is_saving::value) {
    detail::save_sequence(archive, pool.checkpoints);
  } else {
    detail::load_sequence(archive, pool.checkpoints, pool_checkpoints_max);
    const std::size_t names = detail::bounds_of(archive).names;
    for (const PoolEntry& entry : pool.checkpoints) detail::require(entry.key < names && entry.name < names);
    detail::require(detail::is_known(pool.tier));
  }
}

template <class Archive>
void Decay::serialize(Archive& archive, unsigned) {
  archive& days_& half_lives_per_ms_& half_lives_at_epoch_;
  if constexpr (Archive::is_loading::value) {
    detail::require(days_ == 0 || (days_ >= decay_days_min && days_ <= decay_days_max));
    detail::require(half_lives_per_ms_ == Decay(days_).half_lives_per_ms_);
    detail::require(detail::are_half_lives(half_lives_at_epoch_));
  }
}

template <class Archive>
void Interner::save(Archive& archive, unsigned) const {
  detail::save_sequence(archive, texts_);
}

template <class Archive>
void Interner::load(Archive& archive, unsigned) {
  detail::load_sequence(archive, texts_, Arm::no_family);
  ids_.clear();
  ids_.reserve(texts_.size());
  for (const std::string& text : texts_) ids_.emplace(text, static_cast<Id>(ids_.size()));
  detail::require(ids_.size() == texts_.size());
}

template <class Archive>
void CountMatrix::save(Archive& archive, unsigned) const {
  const std::uint64_t rows = rows_.size();
  archive << rows;
  for (const Row& row : rows_) {
    const auto lines = static_cast<std::uint32_t>(row.cols());
    archive << lines;
    archive << boost::serialization::make_array(row.data(), static_cast<std::size_t>(row.size()));
  }
  std::vector<std::pair<std::uint64_t, Counts>> heavy(heavy_.begin(), heavy_.end());
  std::ranges::sort(heavy, {}, [](const auto& cell) { return cell.first; });
  const std::uint64_t heavy_cells = heavy.size();
  archive << heavy_cells;
  for (const auto& [key, counts] : heavy) archive << key << counts;
}

template <class Archive>
void CountMatrix::load(Archive& archive, unsigned) {
  std::uint64_t rows = 0;
  archive >> rows;
  detail::require(rows <= keywords_per_user_max);
  const std::size_t lines_max = (detail::bounds_of(archive).checkpoints + line_columns - 1) / line_columns;
  rows_.clear();
  cells_ = 0;
  for (; rows > 0; --rows) {
    std::uint32_t lines = 0;
    archive >> lines;
    detail::require(lines <= lines_max);
    Row& row = rows_.emplace_back();
    row.resize(Eigen::NoChange, lines);
    archive >> boost::serialization::make_array(row.data(), static_cast<std::size_t>(row.size()));
    cells_ += lines * line_columns;
    detail::require(cells_ <= cells_per_user_max && detail::are_counts(row));
  }
  std::uint64_t heavy_cells = 0;
  archive >> heavy_cells;
  heavy_.clear();
  for (; heavy_cells > 0; --heavy_cells) {
    std::uint64_t key = 0;
    Counts counts;
    archive >> key >> counts;
    const std::uint64_t row = key >> 32;
    const auto column = static_cast<std::uint32_t>(key);
    detail::require(row < rows_.size() && growth(static_cast<std::uint32_t>(row), column) == 0);
    detail::require(detail::are_counts(counts) && heavy_.emplace(key, counts).second);
  }
}

template <class Archive>
void ArmTable::save(Archive& archive, unsigned) const {
  detail::save_sequence(archive, arms_);
}

template <class Archive>
void ArmTable::load(Archive& archive, unsigned) {
  detail::load_sequence(archive, arms_, arms_per_user_max);
  const std::size_t names = detail::bounds_of(archive).names;
  columns_.clear();
  live_count_ = 0;
  for (const Arm& arm : arms_) {
    detail::require(arm.key < names && arm.name < names && (arm.family < names || arm.family == Arm::no_family));
    detail::require(detail::are_counts(arm.overall));
    columns_.emplace(arm.key, static_cast<std::uint32_t>(columns_.size()));
    live_count_ += arm.records > 0 ? 1 : 0;
  }
  detail::require(columns_.size() == arms_.size());
}

template <class Archive>
void KnownRecords::save(Archive& archive, unsigned) const {
  std::vector<std::uint64_t> offsets;
  offsets.reserve(offsets_.size());
  for (const auto& [hash, offset] : offsets_) offsets.push_back(offset);
  std::ranges::sort(offsets);
  const std::uint64_t count = offsets.size();
  archive << count;
  for (const std::uint64_t offset : offsets) {
    const std::string id(id_at(offset));
    const Known known = *find(id);
    archive << id << known.sequence << known.revision << known.half_lives << known.verdict << known.checkpoint;
    detail::save_sequence(archive, known.loras);
    detail::save_sequence(archive, known.keywords);
  }
}

template <class Archive>
void KnownRecords::load(Archive& archive, unsigned) {
  const detail::LoadBounds& bounds = detail::bounds_of(archive);
  const auto are_below = [](const std::vector<std::uint32_t>& numbers, std::size_t bound) {
    return std::ranges::all_of(numbers, [bound](std::uint32_t number) { return number < bound; });
  };
  std::uint64_t count = 0;
  archive >> count;
  std::string id;
  for (; count > 0; --count) {
    Known known;
    archive >> id >> known.sequence >> known.revision >> known.half_lives >> known.verdict >> known.checkpoint;
    detail::require(!id.empty() && id.size() <= identifier_bytes_max);
    detail::load_sequence(archive, known.loras, record_loras_max);
    detail::load_sequence(archive, known.keywords, keywords_max);
    detail::require(known.sequence >= 1 && known.sequence <= bounds.records);
    detail::require(detail::is_known(known.verdict) && detail::are_half_lives(known.half_lives));
    detail::require(known.verdict == Verdict::neutral || known.half_lives <= bounds.newest_half_lives);
    detail::require(known.checkpoint < bounds.checkpoints);
    detail::require(are_below(known.loras, bounds.loras) && are_below(known.keywords, bounds.keywords));
    put(id, known);
  }
}

template <class Archive>
void Pools::save(Archive& archive, unsigned) const {
  detail::save_sequence(archive, pools_);
}

template <class Archive>
void Pools::load(Archive& archive, unsigned) {
  detail::load_sequence(archive, pools_, pools_max);
}

template <class Archive>
void User::save(Archive& archive, unsigned) const {
  archive << landmark_ << newest_half_lives_ << totals_ << number_ << is_sharing_;
  detail::save_sequence(archive, row_keywords_);
  archive << checkpoints_ << loras_ << matrix_ << known_;
}

template <class Archive>
void User::load(Archive& archive, unsigned) {
  detail::LoadBounds& bounds = detail::bounds_of(archive);
  archive >> landmark_ >> newest_half_lives_ >> totals_ >> number_ >> is_sharing_;
  const auto landmark = static_cast<double>(landmark_);
  detail::require(detail::are_half_lives(landmark));
  detail::require(
      newest_half_lives_ == std::numeric_limits<double>::lowest() ||
      (detail::are_half_lives(newest_half_lives_) && newest_half_lives_ - landmark <= landmark_half_lives_max));
  detail::require(totals_.selected + totals_.rejected + totals_.neutral == totals_.records);
  bounds.records = totals_.records;
  bounds.newest_half_lives = newest_half_lives_;

  detail::load_sequence(archive, row_keywords_, keywords_per_user_max);
  archive >> checkpoints_ >> loras_;
  bounds.checkpoints = checkpoints_.size();
  bounds.loras = loras_.size();
  archive >> matrix_ >> known_;
  rows_.clear();
  rows_.reserve(row_keywords_.size());
  for (const Interner::Id keyword : row_keywords_) {
    detail::require(keyword < bounds.keywords);
    rows_.emplace(keyword, static_cast<std::uint32_t>(rows_.size()));
  }
  detail::require(rows_.size() == row_keywords_.size() && rows_.size() == matrix_.row_count());
}

template <class Archive>
void Engine::save(Archive& archive, unsigned) const {
  archive << now_ms_ << decay_ << keywords_ << names_ << pools_ << next_user_;
  detail::save_sequence(archive, users_);
}

template <class Archive>
void Engine::load(Archive& archive, unsigned) {
  archive >> now_ms_ >> decay_ >> keywords_ >> names_;
  detail::LoadBounds& bounds = detail::bounds_of(archive);
  bounds.keywords = keywords_.size();
  bounds.names = names_.size();
  archive >> pools_ >> next_user_;
  detail::load_sequence(archive, users_, users_max);
  user_places_.clear();
  for (auto user = users_.begin(); user != users_.end(); ++user) user_places_.emplace(user->name, user);
  detail::require(user_places_.size() == users_.size());
  record_count_ = 0;
  cell_count_ = 0;
  for (const NamedUser& named : users_) {
    detail::require(named.user.number() < next_user_);
    record_count_ += named.user.totals().records;
    cell_count_ += named.user.matrix().cells();
  }
}

}  // namespace penchant
