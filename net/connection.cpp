#include "net/connection.h"

#include "net/http/http_wire.h"
#include "net/resp_wire.h"

namespace penchant {
namespace {

std::unique_ptr<Wire> make_wire(WireKind kind, Client& client, Runtime& runtime) {
  if (kind == WireKind::resp) return std::make_unique<RespWire>();
  return std::make_unique<HttpWire>(client, runtime);
}

}  // namespace

Connection::Connection(Runtime& runtime, std::uint32_t own, WireKind kind)
    : runtime_(runtime), own_(own), wire_(make_wire(kind, client_, runtime)) {}

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
    if (used == input.size() && !wire_->is_due()) {
      next_ = Next::input;
      return used;
    }
    switch (wire_->parse(input.substr(used))) {
      case Wire::Status::need_more:
        next_ = Next::input;
        used += wire_->take();
        if (is_too_long_for_nobody(input.size() - used)) return input.size();
        return used;
      case Wire::Status::wait: return used;
      case Wire::Status::leave: next_ = Next::leave; return used;
      case Wire::Status::end: end(); return input.size();
      case Wire::Status::request: break;
    }
    if (!wire_->arguments().empty()) {
      if (runtime_.shards.size() > 1 && leaves()) return used;
      batch_.run(wire_->arguments(), own_);
    }
    used += wire_->take();
  }
  return used;
}

void Connection::end() {
  if (!wire_->last_words().empty()) batch_.reply().error("ERR " + std::string(wire_->last_words()));
  client_.closing = true;
}

/// Of a client that has not said who it is, an unfinished request of so many bytes: then the conversation ends.
bool Connection::is_too_long_for_nobody(std::size_t bytes) {
  const bool is_too_long = wire_->kind() == WireKind::resp && client_.access.role == Role::none &&
                           bytes > nobodys_request_bytes_max;
  if (!is_too_long) return false;
  batch_.reply().error(std::string(no_access) + " A request that does it is shorter.");
  client_.closing = true;
  return true;
}

/// Whether the request is for others than the client's own store; then next_ says for whom.
bool Connection::leaves() {
  const Route route = route_of(wire_->arguments(), client_, runtime_);
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
    const bool is_empty = used == input.size() && !wire_->is_due();
    const auto status = is_empty ? Wire::Status::need_more : wire_->parse(input.substr(used));
    if (status == Wire::Status::need_more) {
      next_ = Next::input;
      if (!is_empty) used += wire_->take();
    }
    if (status != Wire::Status::request) break;
    const auto arguments = wire_->arguments();
    if (!arguments.empty()) {
      const Route route = route_of(arguments, client_, runtime_);
      if (route.kind == Route::Kind::everywhere || route.is_about_connection) break;
      last = arguments.front();
      crossing.add(route.kind == Route::Kind::store ? route.store : own_, arguments, wire_->are_in_input(input));
    }
    used += wire_->take();
  }
  if (!last.empty()) client_.last_command = find_command(last);
  return used;
}

std::size_t Connection::run_everywhere(std::string_view input, OutputBuffer& replies) {
  next_ = Next::more;
  batch_.begin(replies);
  for (Shard& shard : runtime_.shards) shard.service.set_time(clock_ms());
  if (wire_->parse(input) != Wire::Status::request) return 0;
  batch_.run_everywhere(wire_->arguments(), own_);
  return wire_->take();
}

}  // namespace penchant
