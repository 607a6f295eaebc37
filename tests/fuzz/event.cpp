// Any bytes, read as an event: refused in a sentence, or an event that is written and read again as the same one and
// that an engine takes or refuses, in which every question then has an answer.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "engine/recommend.h"
#include "engine/validate.h"
#include "persistence/event_codec.h"

namespace {

using penchant::Engine;
using penchant::Event;
using penchant::EventDecoder;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::byte> encoded(const Event& event) {
  std::vector<std::byte> bytes;
  penchant::encode(event, bytes);
  bytes.shrink_to_fit();
  return bytes;
}

void tell(Engine& engine, const penchant::Record& record) {
  require(penchant::check_bounds(record).has_value());
  require(engine.record(record).has_value());
  penchant::Recommender recommender{penchant::Bands{}};
  const auto answer =
      recommender.recommend(engine, {.user = record.user, .keywords = record.keywords, .at_ms = engine.now_ms()});
  require(answer.has_value() && answer->arms.front().score >= 0 && answer->arms.front().score <= 1);
}
// The decoder reads a pool, the engine judges its names: what it takes is there, in the tier it was set for.
void tell(Engine& engine, const penchant::PoolSet& event) {
  const bool is_valid = penchant::validate(event).has_value();
  require(engine.set_pool(event).has_value() == is_valid);
  require((engine.pools().find(event.family, event.tier) != nullptr) == is_valid);
}
void tell(Engine& engine, const penchant::PoolDelete& event) { engine.delete_pool(event); }
void tell(Engine& engine, const penchant::LearningChange& event) { engine.change_learning(event); }
void tell(Engine& engine, const penchant::DecayChange& event) { (void)engine.change_decay(event); }
void tell(Engine& engine, const penchant::Share& event) {
  const bool is_valid = penchant::validate_user(event.user).has_value();
  require(engine.share(event).has_value() == is_valid);
}
void tell(Engine& engine, const penchant::Forget& event) { require(engine.forget(event) == 0); }
void tell(Engine&, const penchant::Erased&) {}
void tell(Engine&, const penchant::Respread&) {}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const std::vector<std::byte> payload(bytes.begin(), bytes.end());
  EventDecoder decoder;
  const auto event = decoder.decode(payload);
  if (!event) {
    require(!event.error().message.empty());
    return 0;
  }
  const std::vector<std::byte> again = encoded(*event);
  EventDecoder second_decoder;
  const auto second = second_decoder.decode(again);
  require(second && encoded(*second) == again);

  Engine engine;
  std::visit([&engine](const auto& one) { tell(engine, one); }, *event);
  std::visit([&engine](const auto& one) { tell(engine, one); }, *second);
  return 0;
}
