#include <bit>
#include <cstring>

#include "engine/check.h"
#include "persistence/event_codec.h"
#include "persistence/event_fields.h"
#include "persistence/little_endian.h"

namespace penchant {
namespace {

constexpr std::size_t number_bytes_max = 10;
constexpr std::size_t field_bytes_max = 1 + number_bytes_max;  // tag, and a number or a length

// Room for the whole event is made at once, so that its bytes are written without a check each.
class Writer {
 public:
  Writer(std::vector<std::byte>& out, EventKind kind, std::size_t bytes_max) : out_(out) {
    const std::size_t begin = out_.size();
    out_.resize(begin + 1 + bytes_max);
    at_ = out_.data() + begin;
    byte(static_cast<std::uint8_t>(kind));
  }
  ~Writer() {
    PENCHANT_CHECK(at_ <= out_.data() + out_.size());
    out_.resize(static_cast<std::size_t>(at_ - out_.data()));
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void small(EventField field, std::uint8_t value) {
    tag(field);
    byte(value);
  }
  void signed_number(EventField field, std::int64_t value) {
    tag(field);
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(EventField field, std::string_view value) {
    if (value.empty()) return;
    tag(field);
    text(value);
  }
  void real(EventField field, double value) {
    tag(field);
    real(value);
  }
  void keywords(EventField field, std::span<const Keyword> keywords) {
    if (keywords.empty()) return;
    tag(field);
    number(keywords.size());
    for (const Keyword& keyword : keywords) {
      const bool weighted = keyword.weight != 1.0F;
      number(keyword.text.size() * 2 + (weighted ? 1 : 0));
      bytes(keyword.text);
      if (weighted) fixed(std::bit_cast<std::uint32_t>(keyword.weight));
    }
  }
  void loras(EventField field, std::span<const LoraTag> loras) {
    if (loras.empty()) return;
    tag(field);
    number(loras.size());
    for (const LoraTag& lora : loras) {
      text(lora.name);
      real(lora.strength_model);
      real(lora.strength_clip);
    }
  }
  void parameters(EventField field, std::span<const Parameter> parameters) {
    if (parameters.empty()) return;
    tag(field);
    number(parameters.size());
    for (const Parameter& parameter : parameters) {
      text(parameter.name);
      text(parameter.value);
    }
  }
  void arms(EventField field, std::span<const DecisionArm> arms) {
    if (arms.empty()) return;
    tag(field);
    number(arms.size());
    for (const DecisionArm& arm : arms) {
      text(arm.checkpoint);
      real(arm.probability);
    }
  }
  void place(EventField field, const EventPlace& place) {
    if (place.segment == 0) return;
    tag(field);
    number(place.segment);
    number(place.offset);
  }
  void texts(EventField field, std::span<const std::string_view> values) {
    tag(field);
    number(values.size());
    for (const std::string_view value : values) text(value);
  }

 private:
  void byte(std::uint8_t value) { *at_++ = static_cast<std::byte>(value); }
  void tag(EventField field) { byte(static_cast<std::uint8_t>(field)); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void bytes(std::string_view value) {
    if (!value.empty()) std::memcpy(at_, value.data(), value.size());  // nothing may be null
    at_ += value.size();
  }
  void text(std::string_view value) {
    number(value.size());
    bytes(value);
  }
  void real(double value) { fixed(std::bit_cast<std::uint64_t>(value)); }
  template <class Unsigned>
  void fixed(Unsigned value) {
    store_little_endian(at_, value);
    at_ += sizeof value;
  }

  std::vector<std::byte>& out_;
  std::byte* at_ = nullptr;
};

std::size_t bytes_max_of(std::span<const Keyword> keywords) {
  std::size_t bytes = field_bytes_max;
  for (const Keyword& keyword : keywords) bytes += number_bytes_max + keyword.text.size() + sizeof keyword.weight;
  return bytes;
}

std::size_t bytes_max_of(std::span<const std::string_view> texts) {
  std::size_t bytes = field_bytes_max;
  for (const std::string_view text : texts) bytes += number_bytes_max + text.size();
  return bytes;
}

std::size_t bytes_max_of(const Record& record) {
  constexpr std::size_t numbers = 6;
  std::size_t bytes = numbers * field_bytes_max + bytes_max_of(record.keywords) +
                      bytes_max_of(record.negative_keywords) + bytes_max_of(record.other_words) +
                      6 * field_bytes_max;
  for (const std::string_view text :
       {record.user, record.checkpoint, record.prompt, record.negative_prompt, record.family, record.stage,
        record.session, record.generation, record.id, record.decision, record.note, record.vision, record.name,
        record.shadow_checkpoint}) {
    bytes += field_bytes_max + text.size();
  }
  for (const LoraTag& lora : record.loras) bytes += number_bytes_max + lora.name.size() + 2 * sizeof(double);
  for (const Parameter& parameter : record.parameters) {
    bytes += 2 * number_bytes_max + parameter.name.size() + parameter.value.size();
  }
  for (const DecisionArm& arm : record.decision_arms) {
    bytes += number_bytes_max + arm.checkpoint.size() + sizeof arm.probability;
  }
  return bytes;
}

void encode(const PoolSet& event, std::vector<std::byte>& out) {
  Writer writer(out, EventKind::pool_set, 3 * field_bytes_max + event.family.size() + bytes_max_of(event.checkpoints));
  writer.signed_number(EventField::now, event.now_ms);
  writer.small(EventField::tier, static_cast<std::uint8_t>(event.tier));
  writer.text(EventField::family, event.family);
  writer.texts(EventField::checkpoints, event.checkpoints);
}

void encode(const PoolDelete& event, std::vector<std::byte>& out) {
  Writer writer(out, EventKind::pool_delete, 3 * field_bytes_max + event.family.size());
  writer.signed_number(EventField::now, event.now_ms);
  writer.small(EventField::tier, static_cast<std::uint8_t>(event.tier));
  writer.text(EventField::family, event.family);
}

void encode(const DecayChange& event, std::vector<std::byte>& out) {
  Writer writer(out, EventKind::decay_change, 3 * field_bytes_max);
  writer.signed_number(EventField::now, event.now_ms);
  writer.real(EventField::days, event.decay_days);
  if (event.half_lives_at_epoch) writer.real(EventField::half_lives_at_epoch, *event.half_lives_at_epoch);
}

void encode(const LearningChange& event, std::vector<std::byte>& out) {
  Writer writer(out, EventKind::learning_change, 2 * field_bytes_max);
  writer.signed_number(EventField::now, event.now_ms);
  writer.small(EventField::learning, event.is_on ? (event.is_from_counts ? 2 : 1) : 0);
}

void encode(const Share& event, std::vector<std::byte>& out) {
  Writer writer(out, EventKind::share, 3 * field_bytes_max + event.user.size());
  writer.signed_number(EventField::now, event.now_ms);
  writer.text(EventField::user, event.user);
  writer.small(EventField::share, event.on ? 1 : 0);
}

void encode(const Forget& event, std::vector<std::byte>& out) {
  Writer writer(out, EventKind::forget, 2 * field_bytes_max + event.user.size());
  writer.signed_number(EventField::now, event.now_ms);
  writer.text(EventField::user, event.user);
}

void encode(const Respread& event, std::vector<std::byte>& out) {
  Writer writer(out, EventKind::respread, field_bytes_max);
  writer.signed_number(EventField::now, event.now_ms);
}

void encode(const Erased&, std::vector<std::byte>& out) { Writer(out, EventKind::erased, 0); }

/// to_ms − from_ms modulo 2^64: what a client calls a time may lie anywhere.
std::int64_t time_between(std::int64_t from_ms, std::int64_t to_ms) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(to_ms) - static_cast<std::uint64_t>(from_ms));
}

}  // namespace

void encode(const Record& record, std::vector<std::byte>& out) {
  Writer writer(out, EventKind::record, bytes_max_of(record));
  const std::int64_t at_ms = record.at_ms.value_or(record.now_ms);
  writer.signed_number(EventField::now, record.now_ms);
  if (at_ms != record.now_ms) writer.signed_number(EventField::at, time_between(at_ms, record.now_ms));
  if (record.weight_ms.value_or(at_ms) != at_ms) {
    writer.signed_number(EventField::weight_time, time_between(*record.weight_ms, record.now_ms));
  }
  writer.small(EventField::verdict, static_cast<std::uint8_t>(record.verdict));
  if (record.tier) writer.small(EventField::tier, static_cast<std::uint8_t>(*record.tier));
  writer.text(EventField::user, record.user);
  writer.text(EventField::checkpoint, record.checkpoint);
  writer.text(EventField::prompt, record.prompt);
  writer.text(EventField::negative_prompt, record.negative_prompt);
  writer.text(EventField::family, record.family);
  writer.text(EventField::stage, record.stage);
  writer.text(EventField::session, record.session);
  writer.text(EventField::generation, record.generation);
  writer.text(EventField::id, record.id);
  writer.text(EventField::decision, record.decision);
  writer.text(EventField::note, record.note);
  writer.text(EventField::vision, record.vision);
  writer.keywords(EventField::keywords, record.keywords);
  writer.keywords(EventField::negative_keywords, record.negative_keywords);
  writer.loras(EventField::loras, record.loras);
  writer.parameters(EventField::parameters, record.parameters);
  writer.arms(EventField::decision_arms, record.decision_arms);
  writer.place(EventField::previous, record.previous);
  if (record.revision > 0) writer.signed_number(EventField::revision, record.revision);
  writer.text(EventField::name, record.name);
  writer.keywords(EventField::other_words, record.other_words);
  writer.text(EventField::shadow, record.shadow_checkpoint);
}

void encode(const Event& event, std::vector<std::byte>& out) {
  std::visit([&out](const auto& one) { encode(one, out); }, event);
}

}  // namespace penchant
