#include "persistence/state_comparison.h"

#include "persistence/crc32c.h"
#include "persistence/snapshot.h"

namespace penchant {
namespace {

struct StateDigest {
  std::size_t bytes = 0;
  std::uint32_t crc = 0;
  bool operator==(const StateDigest&) const = default;
};

/// One state in bytes at a time.
StateDigest digest_of(const Engine& engine) {
  const std::string bytes = state_bytes(engine);
  return {bytes.size(), crc32c(std::as_bytes(std::span(bytes)))};
}

}  // namespace

std::string difference(const StateView& snapshot, const StateView& replayed, bool bit_for_bit) {
  if (snapshot.engine.user_count() != replayed.engine.user_count()) {
    return "it has " + std::to_string(snapshot.engine.user_count()) + " users, the events give " +
           std::to_string(replayed.engine.user_count());
  }
  for (const NamedUser& one : snapshot.engine.users()) {
    const User* const other = replayed.engine.find_user(one.name);
    if (other == nullptr) return "it has a user whom the events do not";
    if (one.user->totals().records != other->totals().records) {
      return "it has " + std::to_string(one.user->totals().records) + " records of a user, the events give " +
             std::to_string(other->totals().records);
    }
    if (snapshot.heads.of(one.user->number()) != replayed.heads.of(other->number())) {
      return "the newest record of a user is another than the one that it names";
    }
  }
  if (bit_for_bit && digest_of(snapshot.engine) != digest_of(replayed.engine)) {
    return "it counts something else than the events give";
  }
  return "";
}

}  // namespace penchant
