#include "net/tls.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

#include "net/log.h"

namespace penchant {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::milliseconds sweep_interval{100};
constexpr std::chrono::milliseconds end_interval{10};
constexpr std::chrono::milliseconds room_interval{10};  // between two looks at whether a handshake is over
constexpr std::chrono::seconds failure_interval{10};    // between two failures that the log tells
constexpr unsigned rounds_at_once = 16;                 // then other clients have their turn

/// OpenSSL's reason for the last failure of this thread.
std::string tls_reason() {
  const unsigned long error = ERR_peek_error();
  if (error == 0) return "it was closed, or took too long";
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
  const char* const reason = ERR_reason_error_string(error);
  return reason ? reason : "error " + std::to_string(error);
}

/// Nobody is there to type one.
int no_key_password(char*, int, int, void*) { return 0; }

bool is_not_ready(const boost::system::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

result<TlsRelay::Context> TlsRelay::read(const TlsFiles& files) {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) throw std::bad_alloc();
  SSL_CTX* const one = context.get();
  SSL_CTX_set_min_proto_version(one, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(one, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2; all of 1.3 are well
  SSL_CTX_set_options(one, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(one, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(one, 0);
  // A send that has to wait goes on with the same bytes, from another buffer.
  SSL_CTX_set_mode(one, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(one, no_key_password);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(one, files.certificate.c_str()) != 1) {
    return Failure{"the certificate " + files.certificate + " cannot be used: " + tls_reason()};
  }
  if (SSL_CTX_use_PrivateKey_file(one, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(one) != 1) {
    return Failure{"the key " + files.key + " cannot be used with the certificate " + files.certificate + ": " +
                   tls_reason()};
  }
  return context;
}

TlsRelay::TlsRelay(TlsFiles files, std::chrono::milliseconds unread_max)
    : files_(std::move(files)), unread_max_(unread_max), context_(read(files_).value()) {
  asio::co_spawn(io_.get_executor(), sweep(), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

TlsRelay::~TlsRelay() {
  asio::post(io_, [this] {
    ending_since_ = Clock::now();
    boost::system::error_code ignored;
    for (Door& door : doors_) door.acceptor.close(ignored);
    for (Client& client : clients_) {
      if (client.is_shaking_hands) client.close();
    }
    sweep_timer_.cancel();
  });
  thread_.join();
}

void TlsRelay::accept(int listening, bool is_v6, Admit admit) {
  asio::post(io_, [this, listening, is_v6, admit = std::move(admit)]() mutable {
    Door& door = doors_.emplace_back(Door{TcpAcceptor(io_.get_executor()), std::move(admit)});
    door.acceptor.assign(is_v6 ? tcp::v6() : tcp::v4(), listening);
    asio::co_spawn(io_.get_executor(), let_in(door), asio::detached);
  });
}

result<void> TlsRelay::check(const TlsFiles& files) {
  if (const auto context = read(files); !context) return context.error();
  return {};
}

result<void> TlsRelay::reload() {
  auto context = read(files_);
  if (!context) return context.error();
  asio::post(io_, [this, context = std::move(*context)]() mutable { context_ = std::move(context); });
  return {};
}

void TlsRelay::Client::close() {
  boost::system::error_code ignored;
  tcp.close(ignored);
  plain.close(ignored);
}

/// As accept_each(), but that it waits for room.
TlsRelay::Done TlsRelay::let_in(Door& door) {
  Timer pause(io_.get_executor());
  while (door.acceptor.is_open()) {
    if (handshakes_ >= tls_handshakes_max) {
      pause.expires_after(room_interval);
      co_await pause.async_wait(as_tuple_awaitable);
      continue;
    }
    auto [error, socket] = co_await door.acceptor.async_accept(as_tuple_awaitable);
    if (!door.acceptor.is_open()) co_return;
    if (error) {
      log_warning("cannot let a client in: " + error.message());
      pause.expires_after(accept_retry);
      co_await pause.async_wait(as_tuple_awaitable);
      continue;
    }
    ++handshakes_;
    clients_.emplace_front(std::move(socket));
    asio::co_spawn(io_.get_executor(), serve(clients_.begin(), door.admit), asio::detached);
  }
}

TlsRelay::Done TlsRelay::serve(ClientPlace client, const Admit& admit) {
  boost::system::error_code error;
  const tcp::endpoint peer = client->tcp.remote_endpoint(error);
  std::string address = error ? "" : peer.address().to_string() + ":" + std::to_string(peer.port());
  const bool is_in = co_await shake_hands(*client);
  --handshakes_;
  client->is_shaking_hands = false;
  client->owing_since.reset();
  if (!is_in) tell_failure(address);
  if (!is_in || ending_since_ || !connect_plain(*client, admit, std::move(address))) {
    clients_.erase(client);
    co_return;
  }
  client->pumps = 2;
  start(client, pump_in(*client));
  start(client, pump_out(*client));
}

TlsRelay::Going TlsRelay::shake_hands(Client& client) {
  client.owing_since = Clock::now();
  boost::system::error_code ignored;  // a client that is gone already shows in the handshake
  client.tcp.non_blocking(true, ignored);
  client.tcp.set_option(tcp::no_delay(true), ignored);
  client.tcp.set_option(asio::socket_base::keep_alive(true), ignored);
  client.ssl.reset(SSL_new(context_.get()));
  if (!client.ssl || SSL_set_fd(client.ssl.get(), client.tcp.native_handle()) != 1) co_return false;
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_accept(client.ssl.get());
    if (outcome == 1) co_return true;
    const bool goes_on = co_await await_tls(client, outcome);
    if (!goes_on) co_return false;
  }
}

/// False where the system has no socket pair to give.
bool TlsRelay::connect_plain(Client& client, const Admit& admit, std::string address) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    log_warning("cannot let a client in: " + std::generic_category().message(errno));
    return false;
  }
  client.plain.assign(asio::local::stream_protocol(), ends[0]);
  client.plain.non_blocking(true);
  admit(ends[1], std::move(address));
  return true;
}

/// Waits for what OpenSSL has said it needs; false where it cannot go on.
TlsRelay::Going TlsRelay::await_tls(Client& client, int outcome) {
  const int why = SSL_get_error(client.ssl.get(), outcome);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) co_return false;
  const auto what = why == SSL_ERROR_WANT_READ ? TcpSocket::wait_read : TcpSocket::wait_write;
  const auto [error] = co_await client.tcp.async_wait(what, as_tuple_awaitable);
  co_return !error && client.tcp.is_open();  // a closed one's number is another's soon
}

/// What the server does not take at once.
TlsRelay::Going TlsRelay::send_plain(Client& client, std::string left) {
  std::size_t sent = 0;
  while (sent < left.size()) {
    const auto [waited] = co_await client.plain.async_wait(PlainSocket::wait_write, as_tuple_awaitable);
    if (waited) co_return false;
    boost::system::error_code error;
    sent += client.plain.send(asio::buffer(left.data() + sent, left.size() - sent), 0, error);
    if (error && !is_not_ready(error)) co_return false;
  }
  co_return true;
}

/// From the client to the server.
TlsRelay::Done TlsRelay::pump_in(Client& client) {
  for (unsigned rounds = 1;; ++rounds) {
    if (rounds % rounds_at_once == 0) co_await asio::post(io_.get_executor(), asio::use_awaitable_t<Executor>{});
    if (!client.tcp.is_open()) co_return;
    ERR_clear_error();
    const int got = SSL_read(client.ssl.get(), scratch_.data(), static_cast<int>(scratch_.size()));
    bool goes_on = true;
    if (got > 0) {
      const auto size = static_cast<std::size_t>(got);
      boost::system::error_code error;
      const std::size_t sent = client.plain.send(asio::buffer(scratch_.data(), size), 0, error);
      bool is_taken = !error || is_not_ready(error);
      if (is_taken && sent < size) is_taken = co_await send_plain(client, {scratch_.data() + sent, size - sent});
      if (!is_taken) co_return;  // the server is done with it: its last words are on their way out
    } else if (SSL_get_error(client.ssl.get(), got) == SSL_ERROR_ZERO_RETURN) {
      boost::system::error_code ignored;  // it sends no more; what it has asked is answered
      client.plain.shutdown(PlainSocket::shutdown_send, ignored);
      co_return;
    } else {
      goes_on = co_await await_tls(client, got);
    }
    if (!goes_on) co_return client.close();
  }
}

/// What the client does not take at once, which it owes to.
TlsRelay::Going TlsRelay::send_tls(Client& client, std::string left) {
  std::size_t sent = 0;
  bool goes_on = true;
  while (goes_on && sent < left.size()) {
    ERR_clear_error();
    const int outcome = SSL_write(client.ssl.get(), left.data() + sent, static_cast<int>(left.size() - sent));
    if (outcome > 0) {
      sent += static_cast<std::size_t>(outcome);
      continue;
    }
    client.owing_since = Clock::now();
    goes_on = co_await await_tls(client, outcome);
    client.owing_since.reset();
  }
  co_return goes_on;
}

/// From the server to the client, and its end.
TlsRelay::Done TlsRelay::pump_out(Client& client) {
  bool goes_on = true;
  for (unsigned rounds = 1; goes_on && client.plain.is_open(); ++rounds) {
    if (rounds % rounds_at_once == 0) co_await asio::post(io_.get_executor(), asio::use_awaitable_t<Executor>{});
    boost::system::error_code error;
    const std::size_t size = client.plain.receive(asio::buffer(scratch_), 0, error);
    if (is_not_ready(error)) {
      const auto [waited] = co_await client.plain.async_wait(PlainSocket::wait_read, as_tuple_awaitable);
      goes_on = !waited;
      continue;
    }
    if (error) break;
    ERR_clear_error();
    const int outcome = SSL_write(client.ssl.get(), scratch_.data(), static_cast<int>(size));
    const auto sent = static_cast<std::size_t>(std::max(outcome, 0));
    if (sent < size) goes_on = co_await send_tls(client, {scratch_.data() + sent, size - sent});
  }
  if (goes_on && client.tcp.is_open()) {
    boost::system::error_code ignored;
    ERR_clear_error();
    (void)SSL_shutdown(client.ssl.get());
    client.tcp.shutdown(TcpSocket::shutdown_send, ignored);
  }
  client.close();
}

/// The client goes with the last of its pumps.
void TlsRelay::start(ClientPlace client, Done pump) {
  asio::co_spawn(io_.get_executor(), std::move(pump), [this, client](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
    if (--client->pumps == 0) clients_.erase(client);
  });
}

TlsRelay::Done TlsRelay::sweep() {
  for (;;) {
    sweep_timer_.expires_after(ending_since_ ? end_interval : sweep_interval);
    co_await sweep_timer_.async_wait(as_tuple_awaitable);
    close_overdue();
    if (ending_since_ && (clients_.empty() || Clock::now() - *ending_since_ > tls_end_max)) break;
  }
  io_.stop();
}

void TlsRelay::close_overdue() {
  const auto now = Clock::now();
  const auto handshake_max = handshakes_ >= tls_handshakes_max ? tls_handshake_max_when_full : tls_handshake_max;
  for (Client& client : clients_) {
    if (!client.owing_since) continue;
    if (now - *client.owing_since > (client.is_shaking_hands ? handshake_max : unread_max_)) client.close();
  }
}

/// A flood of them does not flood the log.
void TlsRelay::tell_failure(std::string_view address) {
  const auto now = Clock::now();
  ++failures_untold_;
  if (failure_told_ && now - *failure_told_ < failure_interval) return;
  failure_told_ = now;
  const std::string others =
      failures_untold_ > 1 ? "; " + std::to_string(failures_untold_ - 1) + " more since the last one told" : "";
  log_warning("no TLS with " + std::string(address) + ": " + tls_reason() + others);
  failures_untold_ = 0;
}

}  // namespace penchant
