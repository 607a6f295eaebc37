#include "net/connection.h"

#include <utility>

namespace penchant {
namespace {

// A buffer that a large reply has grown is given back; others are kept.
constexpr std::size_t kept_output_bytes = std::size_t{64} << 10;

}  // namespace

std::size_t Connection::run(std::string_view input) {
  std::size_t used = 0;
  unfinished_ = false;
  service_.set_time(clock_ms());
  ReplyWriter reply(output_, client_.protocol);
  for (std::size_t requests = 0; requests < batch_requests_max && output_.size() < batch_output_bytes; ++requests) {
    if (client_.closing) return input.size();
    if (used == input.size()) {
      unfinished_ = true;
      return used;
    }
    switch (parser_.parse(input.substr(used))) {
      case RequestParser::Status::need_more: unfinished_ = true; return used;
      case RequestParser::Status::error:
        reply.error("ERR " + std::string(parser_.error()));
        client_.closing = true;
        return input.size();
      case RequestParser::Status::request: break;
    }
    used += parser_.consumed();
    if (parser_.arguments().empty()) continue;
    const std::size_t begin = output_.size();
    const std::size_t events_before = service_.store().uncommitted_bytes();
    run_command(parser_.arguments(), reply, client_, service_, runtime_);
    const bool told_known = std::exchange(client_.told_known, false);
    if (told_known || service_.store().uncommitted_bytes() != events_before) {
      write_replies_.push_back({begin, output_.size()});
    }
  }
  return used;
}

void Connection::refuse_writes(const Failure& failure) {
  std::string kept;
  ReplyWriter reply(kept, client_.protocol);
  std::size_t from = 0;
  for (const Span& span : write_replies_) {
    kept.append(output_, from, span.begin - from);
    reply.error("READONLY nothing can be recorded: " + failure.message);
    from = span.end;
  }
  kept.append(output_, from);
  output_ = std::move(kept);
  write_replies_.clear();
}

void Connection::sent() {
  output_.clear();
  write_replies_.clear();
  if (output_.capacity() > kept_output_bytes) output_.shrink_to_fit();
}

}  // namespace penchant
