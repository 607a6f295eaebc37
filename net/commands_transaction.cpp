// MULTI, EXEC, DISCARD.
#include "net/command.h"
#include "net/limits.h"
#include "net/route.h"

namespace penchant {

bool Transaction::add(std::span<const std::string_view> request) {
  for (const std::string_view argument : request) bytes_ += argument.size();
  const bool is_full = requests_.size() == transaction_requests_max || bytes_ > request_bytes_max;
  failed_ = failed_ || is_full;
  if (!failed_) requests_.emplace_back(request.begin(), request.end());
  return !is_full;
}

namespace commands {

void multi(Call& call) {
  if (call.client.transaction) return call.reply.error("ERR MULTI calls can not be nested");
  call.client.transaction.emplace();
  call.reply.simple("OK");
}

void exec(Call& call) {
  if (!call.client.transaction) return call.reply.error("ERR EXEC without MULTI");
  const Transaction transaction = *std::exchange(call.client.transaction, std::nullopt);
  if (transaction.failed()) {
    return call.reply.error("EXECABORT Transaction discarded because of previous errors.");
  }
  call.reply.array(transaction.requests().size());
  for (const Transaction::Request& request : transaction.requests()) {
    const std::vector<std::string_view> views(request.begin(), request.end());
    const Route route = route_of(views, call.client, call.runtime);
    const bool is_elsewhere = route.kind == Route::Kind::store;
    run_command(views, call.reply, call.client, call.runtime, is_elsewhere ? route.store : call.store);
  }
}

void discard(Call& call) {
  if (!call.client.transaction) return call.reply.error("ERR DISCARD without MULTI");
  call.client.transaction.reset();
  call.reply.simple("OK");
}

}  // namespace commands
}  // namespace penchant
