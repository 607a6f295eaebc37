#include "net/connection.h"

#include <functional>

namespace penchant {
namespace {

/// Whether the parser has the arguments where they came, or has undone quotes of inline text.
bool are_within(std::span<const std::string_view> arguments, std::string_view input) {
  const std::less_equal<const char*> is_at_most;
  return std::ranges::all_of(arguments, [&](std::string_view one) {
    return is_at_most(input.data(), one.data()) && is_at_most(one.data() + one.size(), input.data() + input.size());
  });
}

}  // namespace

std::size_t Connection::run(std::string_view input, OutputBuffer& replies) {
  std::size_t used = 0;
  next_ = Next::more;
  batch_.begin(replies);
  Service& service = runtime_.shards[own_].service;
  service.set_time(clock_ms());
  const Store& store = service.store();
  const std::size_t uncommitted = store.uncommitted_bytes();  // more than 0 where the journal has failed
  for (std::size_t requests = 0; requests < batch_requests_max && replies.size() < batch_output_bytes &&
                                 store.uncommitted_bytes() - uncommitted < batch_event_bytes;
       ++requests) {
    if (client_.closing) return input.size();
    if (used == input.size()) {
      next_ = Next::input;
      return used;
    }
    switch (parser_.parse(input.substr(used))) {
      case RequestParser::Status::need_more: next_ = Next::input; return used;
      case RequestParser::Status::error:
        batch_.reply().error("ERR " + std::string(parser_.error()));
        client_.closing = true;
        return input.size();
      case RequestParser::Status::request: break;
    }
    if (!parser_.arguments().empty()) {
      if (runtime_.shards.size() > 1 && leaves()) return used;
      batch_.run(parser_.arguments(), own_);
    }
    used += parser_.consumed();
  }
  return used;
}

/// Whether the request is for others than the client's own store; then next_ says for whom.
bool Connection::leaves() {
  const Route route = route_of(parser_.arguments(), client_, runtime_);
  if (route.kind == Route::Kind::any || (route.kind == Route::Kind::store && route.store == own_)) return false;
  const bool goes_alone = route.kind == Route::Kind::everywhere || route.is_about_connection;
  next_ = goes_alone ? Next::everywhere : Next::crossing;
  return true;
}

std::size_t Connection::gather(std::string_view input, Crossing& crossing) {
  std::size_t used = 0;
  next_ = Next::more;
  std::string_view last;
  for (std::size_t requests = 0; requests < batch_requests_max; ++requests) {
    const auto status = used == input.size() ? RequestParser::Status::need_more : parser_.parse(input.substr(used));
    if (status == RequestParser::Status::need_more) next_ = Next::input;
    if (status != RequestParser::Status::request) break;
    const auto arguments = parser_.arguments();
    if (!arguments.empty()) {
      const Route route = route_of(arguments, client_, runtime_);
      if (route.kind == Route::Kind::everywhere || route.is_about_connection) break;
      last = arguments.front();
      crossing.add(route.kind == Route::Kind::store ? route.store : own_, arguments, are_within(arguments, input));
    }
    used += parser_.consumed();
  }
  if (!last.empty()) client_.last_command = find_command(last);
  return used;
}

std::size_t Connection::run_everywhere(std::string_view input, OutputBuffer& replies) {
  next_ = Next::more;
  batch_.begin(replies);
  for (Shard& shard : runtime_.shards) shard.service.set_time(clock_ms());
  if (parser_.parse(input) != RequestParser::Status::request) return 0;
  batch_.run_everywhere(parser_.arguments(), own_);
  return parser_.consumed();
}

}  // namespace penchant
