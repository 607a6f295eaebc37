#include "cli/bench/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "cli/broken_off.h"

namespace penchant::bench {
namespace {

constexpr std::size_t chunk_bytes = 65536;

[[noreturn]] void fail_broken() { fail_broken_off({errno, boost::system::system_category()}); }

bool is_for_later() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

void LoadConnection::send() {
  while (has_unsent()) {
    const ssize_t done =
        ::send(descriptor(), output_.data() + sent_, output_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (done < 0) {
      if (is_for_later()) return;
      fail_broken();
    }
    sent_ += static_cast<std::size_t>(done);
  }
  output_.clear();
  sent_ = 0;
}

void LoadConnection::read() {
  const std::size_t had = input_.size();
  input_.resize(had + chunk_bytes);
  const ssize_t done = ::recv(descriptor(), input_.data() + had, chunk_bytes, MSG_DONTWAIT);
  input_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(done, 0)));
  if (done == 0) fail_broken_off(boost::asio::error::eof);
  if (done < 0 && !is_for_later()) fail_broken();
}

bool LoadConnection::next_reply(std::string_view bytes) {
  if (bytes.empty()) return false;
  switch (parser_.parse(bytes)) {
    case ReplyParser::Status::need_more: return false;
    case ReplyParser::Status::error: throw std::runtime_error("the answer is no RESP: " + std::string(parser_.error()));
    case ReplyParser::Status::reply: break;
  }
  if (!pending_.empty()) return true;
  // Said by a server that lets nobody in.
  throw std::runtime_error("the server said what nobody asked: " + parser_.reply().text);
}

}  // namespace penchant::bench
