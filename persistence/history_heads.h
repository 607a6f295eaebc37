// HistoryHeads: where the newest record of each user lies in the journal. docs/history.md says what for.
//
// Owner: the store; recovery and snapshots fill it. Users go by User::number(), which is never given twice: 16 bytes
// for each number ever given. Allocates only for a new user. Threads: none.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/event.h"

namespace penchant {

class HistoryHeads {
 public:
  /// Nowhere for a user without records.
  EventPlace of(std::uint32_t user) const { return user < heads_.size() ? heads_[user] : EventPlace{}; }

  /// The user's newest record lies at `to` from now on. Where the one before it lies.
  EventPlace move(std::uint32_t user, EventPlace to) {
    if (user >= heads_.size()) heads_.resize(std::size_t{user} + 1);
    return std::exchange(heads_[user], to);
  }

  /// The user has no records any more.
  void reset(std::uint32_t user) {
    if (user < heads_.size()) heads_[user] = {};
  }

 private:
  std::vector<EventPlace> heads_;  // by number; those of users without records may be missing at the end
};

}  // namespace penchant
