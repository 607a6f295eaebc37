#include "cli/bench/teach.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

#include "cli/broken_off.h"
#include "net/reply_parser.h"

namespace penchant::bench {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t batch_requests = 256;

/// Reads so many replies, which are integers.
void await_records(Socket& socket, std::uint64_t count) {
  std::string input;
  ReplyParser parser;
  while (count > 0) {
    const std::size_t had = input.size();
    input.resize(had + 4096);
    boost::system::error_code error;
    input.resize(had + socket.receive(asio::buffer(input.data() + had, 4096), 0, error));
    if (error) fail_broken_off(error);
    while (count > 0 && parser.parse(input) == ReplyParser::Status::reply) {
      const Reply& reply = parser.reply();
      if (reply.kind != Reply::Kind::integer) throw std::runtime_error("a record is refused: " + reply.text);
      input.erase(0, parser.consumed());
      --count;
    }
    if (!parser.error().empty()) throw std::runtime_error("the answer is no RESP: " + std::string(parser.error()));
  }
}

}  // namespace

void teach(const Load& load, Workload& workload, Socket& socket,
           const std::function<bool(std::uint64_t, std::uint64_t)>& told) {
  const std::uint64_t total = std::uint64_t{load.users} * load.checkpoints;
  std::string batch;
  for (std::uint64_t done = 0; done < total && told(done, total);) {
    batch.clear();
    const std::uint64_t count = std::min(batch_requests, total - done);
    for (std::uint64_t i = done; i < done + count; ++i) {
      workload.append_lesson(batch, static_cast<std::uint32_t>(i / load.checkpoints),
                             static_cast<std::uint32_t>(i % load.checkpoints));
    }
    boost::system::error_code error;
    asio::write(socket, asio::buffer(batch), error);
    if (error) fail_broken_off(error);
    await_records(socket, count);
    done += count;
  }
}

}  // namespace penchant::bench
