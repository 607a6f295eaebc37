#include "net/connection.h"

#include <algorithm>
#include <utility>

#include "net/reply_spans.h"

namespace penchant {

std::size_t Connection::run(std::string_view input, OutputBuffer& replies) {
  std::size_t used = 0;
  unfinished_ = false;
  write_replies_.clear();
  client_.forgets.clear();
  service_.set_time(clock_ms());
  ReplyWriter reply(replies, client_.protocol);
  const Store& store = service_.store();
  const std::size_t uncommitted = store.uncommitted_bytes();  // more than 0 where the journal has failed
  for (std::size_t requests = 0; requests < batch_requests_max && replies.size() < batch_output_bytes &&
                                 store.uncommitted_bytes() - uncommitted < batch_event_bytes;
       ++requests) {
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
    const std::size_t begin = replies.size();
    const std::size_t events_before = store.uncommitted_bytes();
    run_command(parser_.arguments(), reply, client_, service_, runtime_);
    const bool told_known = std::exchange(client_.told_known, false);
    const bool is_write = told_known || store.uncommitted_bytes() != events_before;
    if (is_write && !replies.view().substr(begin).starts_with('-')) {  // an error acknowledges nothing
      write_replies_.push_back({begin, replies.size()});
    }
  }
  return used;
}

bool Connection::is_forget(const Span& span) const {
  return std::ranges::any_of(client_.forgets, [&span](const ForgetReply& forget) {
    return forget.begin == span.begin && forget.end == span.end;
  });
}

std::string Connection::refused(std::string_view replies, const Failure& failure) const {
  return with_errors(replies, write_replies_, [&](const Span& span) {
    return is_forget(span) ? unerased_sentence(failure) : read_only_sentence(failure);
  });
}

}  // namespace penchant
