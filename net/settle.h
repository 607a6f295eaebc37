// What replies wait for where a commit is not enough: the disk, or an erasure.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>

#include "net/lane.h"

namespace penchant {

/// How the wait has ended: well, unless one of them says why not.
struct Settled {
  std::optional<Failure> refused;   // for those that acknowledge writes
  std::optional<Failure> unerased;  // for those to FORGETs
};

/// Whether there is nothing to wait for before a batch's replies leave, its events being written.
bool is_settled(const Store& store, const Batch& batch);

/// Waits until the events that the lane's store has written so far may be acknowledged and the user of event `erasure`
/// is erased.
boost::asio::awaitable<Settled, Executor> settle(Lane& lane, std::uint64_t erasure);

/// The same for what ran everywhere: only erasures are left to wait for, in the stores that the FORGETs name.
boost::asio::awaitable<Settled, Executor> settle_everywhere(Lane& lane, std::span<const ForgetReply> forgets);

}  // namespace penchant
