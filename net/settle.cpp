#include "net/settle.h"

#include <algorithm>

namespace penchant {
namespace {

constexpr std::chrono::milliseconds erasure_interval{100};  // between two looks at other stores' erasures

Failure server_has_ended() { return Failure{"the server has ended"}; }

/// Why one of them cannot be erased now; nothing while there is hope, and `is_done` where all are erased.
std::optional<Failure> look_at(const Runtime& runtime, std::span<const ForgetReply> forgets, bool& is_done) {
  is_done = true;
  for (const ForgetReply& forget : forgets) {
    const Store& store = runtime.shards[forget.store].service.store();
    if (store.erased(forget.sequence)) continue;
    is_done = false;
    if (store.erasure_failure()) return store.erasure_failure();
    if (store.read_only()) return store.read_only();
  }
  return std::nullopt;
}

}  // namespace

bool is_settled(const Store& store, const Batch& batch) {
  return !batch.wrote() ||
         (store.erased(batch.awaited_erasure()) && store.may_acknowledge(store.written_sequence()));
}

boost::asio::awaitable<Settled, Executor> settle(Lane& lane, std::uint64_t erasure) {
  const Store& store = lane.store();
  const std::uint64_t sequence = store.written_sequence();
  const auto is_over = [&] {
    return store.may_acknowledge(sequence) && (store.erased(erasure) || store.erasure_failure());
  };
  while (!is_over() && !store.read_only() && !lane.stopping()) co_await lane.synced().async_wait(as_tuple_awaitable);
  Settled settled;
  if (!store.may_acknowledge(sequence)) {
    settled.refused = store.read_only().value_or(server_has_ended());
  } else if (!store.erased(erasure)) {
    settled.unerased = store.erasure_failure().value_or(store.read_only().value_or(server_has_ended()));
  }
  co_return settled;
}

boost::asio::awaitable<Settled, Executor> settle_everywhere(Lane& lane, std::span<const ForgetReply> forgets) {
  Timer pause(lane.executor());
  Settled settled;
  for (bool is_done = forgets.empty(); !is_done && !settled.unerased;) {
    const bool was_run = lane.run_alone([&] { settled.unerased = look_at(lane.runtime(), forgets, is_done); });
    if (!was_run || lane.stopping()) {
      if (!is_done) settled.unerased = server_has_ended();
      break;
    }
    pause.expires_after(erasure_interval);
    if (!is_done) co_await pause.async_wait(as_tuple_awaitable);
  }
  co_return settled;
}

}  // namespace penchant
