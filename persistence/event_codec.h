// Events to bytes and back, as docs/event_format.md lays them out.
//
// Errors: decoding refuses whatever is not exactly such an event, in one sentence; no length is believed before it
// is compared with the bytes left. Lifetime: a DecodedEvent's views point into the payload and into itself.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/event.h"
#include "engine/result.h"
#include "persistence/event_fields.h"

namespace penchant {

using Event = std::variant<Record, PoolSet, PoolDelete, DecayChange, LearningChange, Share, Forget, Erased, Respread>;

/// The server's time of an event; 0 of one that was erased.
inline std::int64_t time_of(const Event& event) {
  return std::visit(
      [](const auto& one) -> std::int64_t {
        if constexpr (requires { one.now_ms; }) return one.now_ms;
        return 0;
      },
      event);
}

/// Appends the bytes of `event` to `out`.
void encode(const Event& event, std::vector<std::byte>& out);
void encode(const Record& record, std::vector<std::byte>& out);

/// Scratch to be reused: decoding allocates nothing once it has grown.
class EventDecoder {
 public:
  /// The event in `payload`; its views last until the next decode() and as long as the payload.
  result<Event> decode(std::span<const std::byte> payload);

 private:
  class Reader;
  result<Record> decode_record(Reader& reader);
  void read_field(Reader& reader, EventField field, Record& record);
  void read_loras(Reader& reader);
  void read_parameters(Reader& reader);
  void read_decision_arms(Reader& reader);

  std::vector<Keyword> keywords_;
  std::vector<Keyword> negative_keywords_;
  std::vector<Keyword> other_words_;
  std::vector<LoraTag> loras_;
  std::vector<Parameter> parameters_;
  std::vector<DecisionArm> decision_arms_;
  std::vector<std::string_view> checkpoints_;
};

}  // namespace penchant
