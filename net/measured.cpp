#include "net/measured.h"

#include "net/request_shown.h"

namespace penchant {

Measured::~Measured() {
  const std::uint64_t now_ns = client_.lap_ns = steady_ns();
  Traffic& traffic = shard_.traffic;
  const std::string_view reply = reply_.since(begin_);
  const bool is_error = !reply.empty() && reply.front() == '-';
  if (is_error) [[unlikely]]
    traffic.note_error(reply);
  if (!command_) return;
  CommandFigures& figures = traffic.commands[place_of(*command_)];
  switch (end_) {
    case End::ran:
      figures.latency.add(now_ns - begin_ns_);
      if (now_ns - begin_ns_ >= shard_.slow_log.slower_than_ns) [[unlikely]]
        note_slow(now_ns - begin_ns_);
      figures.failed += is_error ? 1 : 0;
      break;
    case End::rejected: ++figures.rejected; break;
    case End::queued: break;
  }
}

void Measured::note_slow(std::uint64_t took_ns) const {
  if (command_->run == commands::exec) return;  // its requests are noted
  const Client& client = client_.owner ? *client_.owner : client_;
  shard_.slow_log.add({.at_ms = clock_ms(),
                       .took_us = took_ns / 1000,
                       .arguments = shown_request(request_),
                       .address = client.address,
                       .name = client.name});
}

}  // namespace penchant
