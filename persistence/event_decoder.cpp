#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "engine/limits.h"
#include "engine/validate.h"
#include "persistence/event_codec.h"
#include "persistence/event_fields.h"
#include "persistence/little_endian.h"

namespace penchant {
namespace {

constexpr std::uint64_t bit(EventField field) { return std::uint64_t{1} << static_cast<unsigned>(field); }

/// The fields an event of this kind may have.
std::uint64_t fields_of(EventKind kind) {
  constexpr std::uint64_t pool = bit(EventField::now) | bit(EventField::tier) | bit(EventField::family);
  switch (kind) {
    case EventKind::record:  // tags 1 to 21, and six more
      return (bit(EventField::checkpoints) - bit(EventField::now)) | bit(EventField::decision_arms) |
             bit(EventField::previous) | bit(EventField::revision) | bit(EventField::name) |
             bit(EventField::other_words) | bit(EventField::shadow);
    case EventKind::pool_set: return pool | bit(EventField::checkpoints);
    case EventKind::pool_delete: return pool;
    case EventKind::decay_change:
      return bit(EventField::now) | bit(EventField::days) | bit(EventField::half_lives_at_epoch);
    case EventKind::learning_change: return bit(EventField::now) | bit(EventField::learning);
    case EventKind::share: return bit(EventField::now) | bit(EventField::user) | bit(EventField::share);
    case EventKind::forget: return bit(EventField::now) | bit(EventField::user);
    case EventKind::erased: return 0;
    case EventKind::respread: return bit(EventField::now);
  }
  return 0;
}

/// The fields that are always written.
std::uint64_t required_fields_of(EventKind kind) {
  if (kind == EventKind::record) return bit(EventField::now) | bit(EventField::verdict);
  return fields_of(kind) & ~(bit(EventField::family) | bit(EventField::half_lives_at_epoch));
}

}  // namespace

// Reads values off a payload. The first thing that is wrong makes it fail: from then on every read gives an empty
// value, so that callers read on and ask failed() once.
class EventDecoder::Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : left_(bytes) {}

  bool failed() const { return !wrong_.empty(); }
  bool at_end() const { return left_.empty(); }
  Failure failure() const { return Failure{"the event is not one of this version: " + wrong_}; }
  void fail(std::string_view what) {
    if (wrong_.empty()) wrong_ = what;
    left_ = {};
  }

  /// The next field: one of `allowed`, and behind those before it.
  EventField field(std::uint64_t allowed) {
    const std::uint8_t tag = small();
    if (tag >= 64 || (allowed >> tag & 1) == 0) {
      fail("it has a field this version does not know");
    } else if (seen_ >> tag != 0) {
      fail("its fields are out of order");
    } else {
      seen_ |= std::uint64_t{1} << tag;
    }
    return static_cast<EventField>(tag);
  }
  /// For the end: whether each of `required` was there.
  void require(std::uint64_t required) {
    if ((seen_ & required) != required) fail("it lacks a field");
  }

  std::uint8_t small() {
    if (left_.empty()) return fail("it ends too early"), std::uint8_t{0};
    const auto value = std::to_integer<std::uint8_t>(left_.front());
    left_ = left_.subspan(1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = small();
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    return fail("a number is too long"), std::uint64_t{0};
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::string_view bytes(std::uint64_t size) {
    if (size > left_.size()) return fail("a text ends too early"), std::string_view{};
    const std::string_view value(reinterpret_cast<const char*>(left_.data()), static_cast<std::size_t>(size));
    left_ = left_.subspan(value.size());
    return value;
  }
  std::string_view text() { return bytes(number()); }
  double real() {
    const double value = std::bit_cast<double>(fixed<std::uint64_t>());
    if (!std::isfinite(value)) return fail("a real is not finite"), 0.0;
    return value;
  }
  float weight() {
    const float value = std::bit_cast<float>(fixed<std::uint32_t>());
    if (!std::isfinite(value)) return fail("a weight is not finite"), 1.0F;
    return value;
  }
  EventPlace place() {
    const std::uint64_t segment = number();
    return {segment, number()};
  }
  /// A count of things of which one is at least a byte long.
  std::size_t count(std::size_t max) {
    const std::uint64_t value = number();
    if (value > max || value > left_.size()) return fail("a list is too long"), std::size_t{0};
    return static_cast<std::size_t>(value);
  }

 private:
  template <class Unsigned>
  Unsigned fixed() {
    const std::string_view raw = bytes(sizeof(Unsigned));
    return raw.empty() ? Unsigned{0} : load_little_endian<Unsigned>(std::as_bytes(std::span(raw)).data());
  }

  std::span<const std::byte> left_;
  std::uint64_t seen_ = 0;  // bits of the fields read
  std::string wrong_;
};

namespace {

template <class Reader>
void read_keywords(Reader& reader, std::vector<Keyword>& keywords) {
  keywords.clear();
  for (std::size_t left = reader.count(keywords_max); left > 0; --left) {
    const std::uint64_t head = reader.number();
    const std::string_view text = reader.bytes(head / 2);
    keywords.push_back({text, head % 2 != 0 ? reader.weight() : 1.0F});
  }
}

template <class Reader>
Verdict read_verdict(Reader& reader) {
  const std::uint8_t value = reader.small();
  if (value < 1 || value > 3) return reader.fail("there is no such verdict"), Verdict::neutral;
  return static_cast<Verdict>(value);
}

template <class Reader>
Tier read_tier(Reader& reader) {
  const std::uint8_t value = reader.small();
  if (value < 1 || value > 3) return reader.fail("there is no such tier"), Tier::standard;
  return static_cast<Tier>(value);
}

template <class Reader>
std::uint32_t read_revision(Reader& reader) {
  const std::int64_t value = reader.signed_number();
  if (value < 1 || value > std::numeric_limits<std::uint32_t>::max()) reader.fail("a revision is not one");
  return static_cast<std::uint32_t>(value);
}

template <class Reader>
bool read_flag(Reader& reader) {
  const std::uint8_t value = reader.small();
  if (value > 1) reader.fail("a flag is neither 0 nor 1");
  return value == 1;
}

template <class Reader>
std::uint8_t read_learning(Reader& reader) {
  const std::uint8_t value = reader.small();
  if (value > 2) reader.fail("learning is not from 0 to 2");
  return value;
}

/// Where a field that is a plain text belongs; null for any other.
std::string_view Record::*text_member(EventField field) {
  switch (field) {
    case EventField::user: return &Record::user;
    case EventField::checkpoint: return &Record::checkpoint;
    case EventField::prompt: return &Record::prompt;
    case EventField::negative_prompt: return &Record::negative_prompt;
    case EventField::family: return &Record::family;
    case EventField::stage: return &Record::stage;
    case EventField::session: return &Record::session;
    case EventField::generation: return &Record::generation;
    case EventField::id: return &Record::id;
    case EventField::decision: return &Record::decision;
    case EventField::note: return &Record::note;
    case EventField::vision: return &Record::vision;
    case EventField::name: return &Record::name;
    case EventField::shadow: return &Record::shadow_checkpoint;
    default: return nullptr;
  }
}

/// now − difference, modulo 2^64.
template <class Reader>
std::int64_t read_time_before(Reader& reader, std::int64_t now_ms) {
  const auto difference = static_cast<std::uint64_t>(reader.signed_number());
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(now_ms) - difference);
}

}  // namespace

void EventDecoder::read_loras(Reader& reader) {
  loras_.clear();
  for (std::size_t left = reader.count(record_loras_max); left > 0; --left) {
    const std::string_view name = reader.text();
    const double model = reader.real();
    loras_.push_back({name, model, reader.real()});
  }
}

void EventDecoder::read_parameters(Reader& reader) {
  parameters_.clear();
  for (std::size_t left = reader.count(record_parameters_max); left > 0; --left) {
    const std::string_view name = reader.text();
    parameters_.push_back({name, reader.text()});
  }
}

void EventDecoder::read_decision_arms(Reader& reader) {
  decision_arms_.clear();
  for (std::size_t left = reader.count(record_decision_arms_max); left > 0; --left) {
    const std::string_view checkpoint = reader.text();
    decision_arms_.push_back({checkpoint, reader.real()});
  }
}

void EventDecoder::read_field(Reader& reader, EventField field, Record& record) {
  switch (field) {
    case EventField::now: record.now_ms = reader.signed_number(); return;
    case EventField::at: record.at_ms = read_time_before(reader, record.now_ms); return;
    case EventField::weight_time: record.weight_ms = read_time_before(reader, record.now_ms); return;
    case EventField::verdict: record.verdict = read_verdict(reader); return;
    case EventField::tier: record.tier = read_tier(reader); return;
    case EventField::keywords:
      read_keywords(reader, keywords_);
      record.keywords = keywords_;
      return;
    case EventField::negative_keywords:
      read_keywords(reader, negative_keywords_);
      record.negative_keywords = negative_keywords_;
      return;
    case EventField::other_words:
      read_keywords(reader, other_words_);
      record.other_words = other_words_;
      return;
    case EventField::loras:
      read_loras(reader);
      record.loras = loras_;
      return;
    case EventField::parameters:
      read_parameters(reader);
      record.parameters = parameters_;
      return;
    case EventField::decision_arms:
      read_decision_arms(reader);
      record.decision_arms = decision_arms_;
      return;
    case EventField::previous: record.previous = reader.place(); return;
    case EventField::revision: record.revision = read_revision(reader); return;
    default: break;
  }
  if (const auto member = text_member(field)) record.*member = reader.text();  // others were refused by field()
}

result<Record> EventDecoder::decode_record(Reader& reader) {
  Record record{.is_accepted = true};
  while (!reader.at_end()) read_field(reader, reader.field(fields_of(EventKind::record)), record);
  reader.require(required_fields_of(EventKind::record));
  if (reader.failed()) return reader.failure();
  if (const auto bounds = check_bounds(record); !bounds) return bounds.error();
  return record;
}

result<Event> EventDecoder::decode(std::span<const std::byte> payload) {
  Reader reader(payload);
  const auto kind = static_cast<EventKind>(reader.small());
  if (kind == EventKind::record) {
    auto record = decode_record(reader);
    if (!record) return record.error();
    return Event(*record);
  }
  if (kind == EventKind::erased) {
    while (!reader.at_end()) {
      if (reader.small() != 0) reader.fail("what was erased is not empty");
    }
    if (reader.failed()) return reader.failure();
    return Event(Erased{});
  }
  if (fields_of(kind) == 0) reader.fail("it is of a kind this version does not know");
  std::int64_t now_ms = 0;
  Tier tier = Tier::standard;
  std::string_view family;
  std::string_view user;
  double days = 0;
  std::optional<double> half_lives_at_epoch;
  bool is_on = false;
  std::uint8_t learning = 0;
  checkpoints_.clear();
  while (!reader.at_end()) {
    switch (reader.field(fields_of(kind))) {
      case EventField::now: now_ms = reader.signed_number(); break;
      case EventField::tier: tier = read_tier(reader); break;
      case EventField::family: family = reader.text(); break;
      case EventField::days: days = reader.real(); break;
      case EventField::half_lives_at_epoch: half_lives_at_epoch = reader.real(); break;
      case EventField::user: user = reader.text(); break;
      case EventField::share: is_on = read_flag(reader); break;
      case EventField::learning: learning = read_learning(reader); break;
      case EventField::checkpoints:
        for (std::size_t left = reader.count(pool_checkpoints_max); left > 0; --left) {
          checkpoints_.push_back(reader.text());
        }
        break;
      default: break;  // refused by field()
    }
  }
  reader.require(required_fields_of(kind));
  if (reader.failed()) return reader.failure();
  switch (kind) {
    case EventKind::pool_set: return Event(PoolSet{now_ms, family, tier, checkpoints_});
    case EventKind::pool_delete: return Event(PoolDelete{now_ms, family, tier});
    case EventKind::share: return Event(Share{now_ms, user, is_on});
    case EventKind::learning_change: return Event(LearningChange{now_ms, learning > 0, learning == 2});
    case EventKind::forget: return Event(Forget{now_ms, user});
    case EventKind::respread: return Event(Respread{now_ms});
    default: return Event(DecayChange{now_ms, days, half_lives_at_epoch});
  }
}

}  // namespace penchant
