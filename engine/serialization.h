// What an engine's state is made of, field by field, for Boost.Serialization. Included by the one file that
// instantiates it for the snapshot's archive. The layout is docs/snapshot_format.md; a change of it raises the
// class's version and keeps reading the old one.
//
// The same state gives the same bytes: hash maps are written in the order of what they index, or rebuilt.
// Loading believes no length: containers grow as their elements are read, and an archive that ends throws. It believes
// no number either: whatever loads is safe to ask and to record into, if not what anybody taught. A part is checked
// where it is kept, not where it is read: Boost skips what an archive calls an object it has read before.
#pragma once

#include "engine/serialization_tables.h"

namespace penchant {

template <class Archive>
void serialize(Archive& archive, LessonParameter& parameter, unsigned) {
  archive& parameter.column& parameter.value;
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
    archive << known.negative_set;
    detail::save_sequence(archive, known.parameters);
  }
}

template <class Archive>
void KnownRecords::load(Archive& archive, unsigned) {
  const detail::LoadBounds& bounds = detail::bounds_of(archive);
  std::uint64_t count = 0;
  archive >> count;
  std::string id;
  for (; count > 0; --count) {
    Known known;
    archive >> id >> known.sequence >> known.revision >> known.half_lives >> known.verdict >> known.checkpoint;
    detail::require(!id.empty() && id.size() <= identifier_bytes_max);
    detail::load_sequence(archive, known.loras, record_loras_max);
    detail::load_sequence(archive, known.keywords, keywords_max);
    archive >> known.negative_set;
    detail::load_sequence(archive, known.parameters, record_parameters_max + record_loras_max);
    detail::require(known.sequence >= 1 && known.sequence <= bounds.records);
    detail::require(detail::is_known(known.verdict) && detail::are_half_lives(known.half_lives));
    detail::require(known.verdict == Verdict::neutral || known.half_lives <= bounds.newest_half_lives);
    detail::require(known.checkpoint < bounds.checkpoints);
    detail::require(detail::are_below(known.loras, bounds.loras));
    detail::require(detail::are_below(known.keywords, bounds.keywords));
    detail::require(known.negative_set == NegativeTable::no_set || bounds.negatives->is_set(known.negative_set));
    for (const LessonParameter& parameter : known.parameters) {
      detail::require(parameter.column < bounds.parameters && std::abs(parameter.value) <= learned_value_max);
    }
    put(id, known);
  }
}

template <class Archive>
void serialize(Archive& archive, Totals& totals, unsigned) {
  archive& totals.records& totals.selected& totals.rejected& totals.neutral;
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
  archive << checkpoints_ << loras_ << keyword_checkpoints_ << keyword_loras_ << checkpoint_loras_;
  archive << negatives_ << parameters_ << known_;
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
  detail::require(detail::are_below(row_keywords_, bounds.keywords));
  rows_.clear();
  rows_.reserve(row_keywords_.size());
  for (const Interner::Id keyword : row_keywords_) rows_.emplace(keyword, static_cast<std::uint32_t>(rows_.size()));
  detail::require(rows_.size() == row_keywords_.size());
  bounds.rows = rows_.size();

  archive >> checkpoints_ >> loras_;
  bounds.checkpoints = checkpoints_.size();
  bounds.loras = loras_.size();
  archive >> keyword_checkpoints_ >> keyword_loras_ >> checkpoint_loras_;
  detail::require(keyword_checkpoints_.are_within(bounds.rows, bounds.checkpoints));
  detail::require(keyword_loras_.are_within(bounds.rows, bounds.loras));
  detail::require(checkpoint_loras_.are_within(bounds.checkpoints, bounds.loras));
  archive >> negatives_ >> parameters_;
  bounds.parameters = parameters_.column_count();
  bounds.negatives = &negatives_;
  archive >> known_;
}

template <class Archive>
void serialize(Archive& archive, NamedUser& named, unsigned) {
  archive& named.name& named.user;
}

template <class Archive>
void Engine::save(Archive& archive, unsigned) const {
  archive << now_ms_ << decay_ << vocabulary_.keywords << vocabulary_.names << pools_ << next_user_;
  detail::save_sequence(archive, users_);
}

template <class Archive>
void Engine::load(Archive& archive, unsigned) {
  archive >> now_ms_ >> decay_ >> vocabulary_.keywords >> vocabulary_.names;
  detail::LoadBounds& bounds = detail::bounds_of(archive);
  bounds.keywords = vocabulary_.keywords.numbers();
  bounds.names = vocabulary_.names.numbers();
  archive >> pools_ >> next_user_;
  detail::load_sequence(archive, users_, users_max);
  user_places_.clear();
  for (auto user = users_.begin(); user != users_.end(); ++user) user_places_.emplace(user->name, user);
  detail::require(user_places_.size() == users_.size());
  refer_to_texts();
  detail::require(vocabulary_.keywords.are_all_referred_to() && vocabulary_.names.are_all_referred_to());
  record_count_ = 0;
  cell_count_ = 0;
  std::optional<std::uint32_t> last;
  for (const NamedUser& named : users_) {
    detail::require(named.user.number() < next_user_ && (!last || *last < named.user.number()));
    last = named.user.number();
    record_count_ += named.user.totals().records;
    cell_count_ += named.user.cells();
  }
}

}  // namespace penchant
