// What an engine's state is made of, field by field, for Boost.Serialization. Included by the one file that
// instantiates it for the snapshot's archive. The layout is docs/snapshot_format.md; a change of it raises the
// class's version and keeps reading the old one.
//
// The same state gives the same bytes: hash maps are written in the order of what they index, or rebuilt.
// Loading believes no length: containers grow as their elements are read, and an archive that ends throws. It believes
// no number either: whatever loads is safe to ask and to record into, if not what anybody taught. A part is checked
// where it is kept, not where it is read: Boost skips what an archive calls an object it has read before.
#pragma once

#include "engine/learner/learner_serialization.h"
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
    detail::require(detail::are_values(known.parameters, bounds.parameters));
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

/// In order of their records: where they lie says nothing.
template <class Archive>
void User::save_lessons(Archive& archive, std::span<const Lessons::Id> ids) const {
  const std::uint64_t count = ids.size();
  archive << count;
  for (const Lessons::Id id : ids) {
    const KeptLesson& lesson = lessons_[id];
    const std::uint64_t sequence = lesson.sequence;
    const std::uint32_t checkpoint = lesson.checkpoint;
    archive << lesson.weight << sequence << checkpoint << lesson.negative_set << lesson.is_selected;
    archive << lesson.lora_count << lesson.parameter_count;
    for (const std::uint32_t lora : lessons_.loras(lesson)) archive << lora;
    for (std::size_t i = 0; i < lesson.parameter_count; ++i) {
      const LessonParameter parameter = lessons_.parameter(lesson, i);
      archive << parameter;
    }
  }
}

template <class Archive>
void User::load_lessons(Archive& archive) {
  const detail::LoadBounds& bounds = detail::bounds_of(archive);
  std::uint64_t count = 0;
  archive >> count;
  std::vector<std::uint32_t> loras;
  std::vector<LessonParameter> parameters;
  for (std::uint64_t last = 0; count > 0; --count) {
    Lesson lesson;
    double weight = 0;
    bool is_selected = false;
    std::uint8_t lora_count = 0;
    std::uint8_t parameter_count = 0;
    archive >> weight >> lesson.sequence >> lesson.checkpoint >> lesson.negative_set >> is_selected;
    archive >> lora_count >> parameter_count;
    loras.resize(lora_count);
    parameters.resize(parameter_count);
    for (std::uint32_t& lora : loras) archive >> lora;
    for (LessonParameter& parameter : parameters) archive >> parameter;
    detail::require(detail::are_counts(Counts{0, weight}) && lesson.checkpoint < bounds.checkpoints);
    detail::require(last < lesson.sequence && lesson.sequence <= std::min(bounds.records, listing_records_max));
    detail::require(lesson.negative_set == NegativeTable::no_set || negatives_.is_set(lesson.negative_set));
    detail::require(detail::are_below(loras, bounds.loras) && (is_selected || parameters.empty()));
    detail::require(detail::are_values(parameters, bounds.parameters));
    last = lesson.sequence;
    lesson.verdict = is_selected ? Verdict::selected : Verdict::rejected;
    lesson.loras = loras;
    lesson.parameters = parameters;
    lessons_.add(lesson, weight);
  }
}

/// A row is its keyword, how many lessons it lists, or counted_row, and which; or its number in the tables. There are a
/// thousand rows to a user: a column after the other, each of which loads in one piece.
template <class Archive>
void User::save_rows(Archive& archive) const {
  const std::vector<Lessons::Id> ids = lessons_.in_order();
  save_lessons(archive, ids);
  std::vector<std::uint32_t> places(lessons_.size());
  for (std::uint32_t place = 0; place < ids.size(); ++place) places[ids[place]] = place;
  std::vector<Interner::Id> keywords;
  std::vector<std::uint8_t> listed;
  std::vector<std::uint32_t> numbers;
  keywords.reserve(rows_.size());
  listed.reserve(rows_.size());
  numbers.reserve(rows_.size() + rows_.listed_count());
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    const auto counted = rows_.counted(row);
    const auto lessons = rows_.lessons(row);
    keywords.push_back(rows_.keyword(row));
    listed.push_back(counted ? detail::counted_row : static_cast<std::uint8_t>(lessons.size()));
    if (counted) numbers.push_back(*counted);
    for (const Lessons::Id id : lessons) numbers.push_back(places[id]);
  }
  detail::save_sequence(archive, keywords);
  detail::save_sequence(archive, listed);
  detail::save_sequence(archive, numbers);
}

template <class Archive>
void User::load_rows(Archive& archive) {
  lessons_ = {};
  load_lessons(archive);
  std::vector<Interner::Id> keywords;
  std::vector<std::uint8_t> listed;
  std::vector<std::uint32_t> numbers;
  detail::load_sequence(archive, keywords, keywords_per_user_max);
  detail::load_sequence(archive, listed, keywords.size());
  detail::load_sequence(archive, numbers, keywords.size() * listed_lessons_max);
  detail::require(listed.size() == keywords.size());
  detail::require(detail::are_below(keywords, detail::bounds_of(archive).keywords) && rows_.assign(keywords));
  std::size_t lists_room = 0;
  for (const std::uint8_t count : listed) lists_room += count == detail::counted_row ? 0 : KeywordRows::room_for(count);
  rows_.reserve_lists(lists_room);
  std::vector<bool> is_given(keywords.size());  // each number in the tables
  std::span<const std::uint32_t> left(numbers);
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    const bool is_counted = listed[row] == detail::counted_row;
    const std::size_t count = is_counted ? 1 : listed[row];
    detail::require(count <= listed_lessons_max && count <= left.size());
    const auto own = left.first(count);
    left = left.subspan(count);
    if (is_counted) {
      detail::require(own.front() < is_given.size() && !is_given[own.front()]);
      is_given[own.front()] = true;
      rows_.set_counted(row, own.front());
    } else {
      list_lessons(row, own);
    }
  }
  detail::require(left.empty() && lessons_.is_each_listed());
  detail::require(std::ranges::find(is_given, false) - is_given.begin() == std::ptrdiff_t{rows_.counted_count()});
}

/// For loading: `numbers` may be anything.
inline void User::list_lessons(std::uint32_t row, std::span<const std::uint32_t> numbers) {
  std::array<Lessons::Id, listed_lessons_max> ids{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    detail::require(numbers[i] < lessons_.size());
    ids[i] = static_cast<Lessons::Id>(numbers[i]);
    detail::require(lessons_[ids[i]].references < keywords_max);
    detail::require(std::find(ids.begin(), ids.begin() + i, ids[i]) == ids.begin() + i);
    lessons_.hold(ids[i]);
  }
  rows_.set_lessons(row, std::span(ids).first(numbers.size()));
}

template <class Archive>
void User::save(Archive& archive, unsigned) const {
  archive << landmark_ << newest_half_lives_ << totals_ << number_ << is_sharing_;
  archive << checkpoints_ << loras_ << keyword_checkpoints_ << keyword_loras_ << checkpoint_loras_;
  archive << negatives_ << parameters_;
  save_rows(archive);
  archive << known_;
  const bool has_learner = learner() != nullptr;
  archive << has_learner;
  if (has_learner) learner()->save(archive);
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

  archive >> checkpoints_ >> loras_;
  bounds.checkpoints = checkpoints_.size();
  bounds.loras = loras_.size();
  archive >> keyword_checkpoints_ >> keyword_loras_ >> checkpoint_loras_;
  detail::require(checkpoint_loras_.are_within(bounds.checkpoints, bounds.loras));
  archive >> negatives_ >> parameters_;
  bounds.parameters = parameters_.column_count();
  bounds.negatives = &negatives_;
  load_rows(archive);
  detail::require(keyword_checkpoints_.are_within(rows_.counted_count(), bounds.checkpoints));
  detail::require(keyword_loras_.are_within(rows_.counted_count(), bounds.loras));
  detail::require(negatives_.matrix().are_within(rows_.counted_count(), negatives_.columns()));
  detail::require(parameters_.are_within(rows_.counted_count(), bounds.checkpoints));
  archive >> known_;
  bool has_learner = false;
  if (bounds.format >= detail::learners_format) archive >> has_learner;
  if (!has_learner) return;
  begin_learning();
  learner()->load(archive);
}

template <class Archive>
void Engine::save_head(Archive& archive) const {
  archive << now_ms_ << decay_ << vocabulary_.keywords << vocabulary_.names << pools_ << next_user_;
  archive << is_learning_;
  const std::uint64_t users = users_.size();
  archive << users;
}

template <class Archive>
void Engine::save_user(Archive& archive, const NamedUser& user) {
  archive << user.name << *user.user;
}

template <class Archive>
void Engine::load(Archive& archive) {
  archive >> now_ms_ >> decay_ >> vocabulary_.keywords >> vocabulary_.names;
  detail::LoadBounds& bounds = detail::bounds_of(archive);
  bounds.keywords = vocabulary_.keywords.numbers();
  bounds.names = vocabulary_.names.numbers();
  archive >> pools_ >> next_user_;
  if (bounds.format >= detail::learners_format) archive >> is_learning_;
  load_users(archive);
  refer_to_texts();
  detail::require(vocabulary_.keywords.are_all_referred_to() && vocabulary_.names.are_all_referred_to());
}

template <class Archive>
void Engine::load_users(Archive& archive) {
  std::uint64_t count = 0;
  archive >> count;
  detail::require(count <= users_max);
  user_places_.clear();
  users_.clear();
  record_count_ = 0;
  cell_count_ = 0;
  for (; count > 0; --count) {
    NamedUser& named = users_.emplace_back();
    User& user = named.user.write();
    archive >> named.name >> user;
    detail::require(user_places_.emplace(named.name, std::prev(users_.end())).second);
    detail::require(user.number() < next_user_);
    record_count_ += user.totals().records;
    cell_count_ += user.cells();
  }
  const auto number_of = [](const NamedUser& named) { return named.user->number(); };
  if (!std::ranges::is_sorted(users_, {}, number_of)) {
    users_.sort([&](const NamedUser& a, const NamedUser& b) { return number_of(a) < number_of(b); });
  }
  detail::require(std::ranges::adjacent_find(users_, {}, number_of) == users_.end());
}

}  // namespace penchant
