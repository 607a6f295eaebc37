// Measured: around one request that is run, so that its figures are counted however it ends.
//
//   Measured measured(command, request, client, shard, reply);
//   if (refused) measured.was_rejected();
//
// One look at the clock a request: the end of one is the beginning of the next one of its batch (Client::lap_ns).
// Threading: the thread of the store that it is for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/command.h"

namespace penchant {

class Measured {
 public:
  /// `command` is null where there is none of that name.
  Measured(const Command* command, std::span<const std::string_view> request, Client& client, Shard& shard,
           const ReplyWriter& reply)
      : command_(command),
        request_(request),
        client_(client),
        shard_(shard),
        reply_(reply),
        begin_(reply.size()),
        begin_ns_(client.lap_ns) {
    ++shard.traffic.commands_processed;
    client.last_command = command;
  }
  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;
  ~Measured();

  void was_rejected() { end_ = End::rejected; }
  void was_queued() { end_ = End::queued; }

 private:
  enum class End : std::uint8_t { ran, rejected, queued };

  void note_slow(std::uint64_t took_ns) const;

  const Command* command_;
  const std::span<const std::string_view> request_;
  Client& client_;
  Shard& shard_;
  const ReplyWriter& reply_;
  const std::size_t begin_;
  const std::uint64_t begin_ns_;
  End end_ = End::ran;
};

}  // namespace penchant
