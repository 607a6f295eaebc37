#include "cli/transport.h"

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <thread>
#include <utility>

#include "cli/broken_off.h"
#include "cli/folder.h"
#include "cli/option.h"
#include "cli/server_stream.h"
#include "cli/settings.h"
#include "engine/context/word_lists.h"
#include "net/batch.h"
#include "net/community_round.h"
#include "net/request_bytes.h"
#include "net/route.h"

namespace penchant {
namespace {

namespace asio = boost::asio;
namespace po = boost::program_options;

/// Looks the host up.
asio::ip::tcp::socket connect_to(asio::io_context& io, const std::string& host, std::uint16_t port) {
  boost::system::error_code error;
  const auto addresses = asio::ip::tcp::resolver(io).resolve(host, std::to_string(port), error);
  if (error) throw std::runtime_error("the name " + host + " cannot be resolved (" + error.message() + ")");
  asio::ip::tcp::socket socket(io);
  asio::connect(socket, addresses, error);
  if (error) throw NoServer(host + ":" + std::to_string(port), error);
  socket.set_option(asio::ip::tcp::no_delay(true));
  return socket;
}

class ServerTransport final : public Transport {
 public:
  explicit ServerTransport(const po::variables_map& values) : stream_(connect_to_server(io_, values)) {
    if (values.contains("tls")) {
      stream_.start_tls(values["host"].as<std::string>(), values["cacert"].as<std::string>());
    }
    const Reply* hello = ask(hello_request());
    if (hello->kind == Reply::Kind::error) throw std::runtime_error(hello->text);
  }

  void send(std::vector<std::string> request) override {
    append_request(unsent_, request);
    may_end_ = is_word(request.front(), "SHUTDOWN");
    if (sending_.empty()) send_more();
  }

  const Reply* receive() override {
    received_.erase(0, consumed_);
    consumed_ = 0;
    while (!error_) {
      switch (parser_.parse(received_)) {
        case ReplyParser::Status::reply: consumed_ = parser_.consumed(); return &parser_.reply();
        case ReplyParser::Status::error:
          throw std::runtime_error("the answer is no RESP: " + std::string(parser_.error()));
        case ReplyParser::Status::need_more: receive_more();
      }
    }
    if (error_ == asio::ssl::error::stream_truncated) error_ = asio::error::eof;
    if (error_ == asio::error::eof && may_end_) return nullptr;
    fail_broken_off(error_);
  }

 private:
  /// A token comes from the environment: who lists processes sees their arguments.
  static std::vector<std::string> hello_request() {
    const char* const token = std::getenv("PENCHANT_TOKEN");
    if (!token) return {"HELLO", "3"};
    return {"HELLO", "3", "AUTH", "default", token};
  }

  /// Goes on while receive() waits: a server that waits for its answer to be taken reads no further request.
  void send_more() {
    sending_ = std::exchange(unsent_, {});
    const auto sent = [this](const boost::system::error_code& error, std::size_t) {
      sending_.clear();
      if (!error && !unsent_.empty()) send_more();
    };
    stream_.with([&](auto& bytes) { asio::async_write(bytes, asio::buffer(sending_), sent); });
  }

  void receive_more() {
    bool done = false;
    std::array<char, 16384> chunk;
    const auto received = [&](const boost::system::error_code& error, std::size_t size) {
      done = true;
      error_ = error;
      received_.append(chunk.data(), size);
    };
    stream_.with([&](auto& bytes) { bytes.async_read_some(asio::buffer(chunk), received); });
    io_.restart();
    while (!done) io_.run_one();
  }

  asio::io_context io_;
  ServerStream stream_;
  boost::system::error_code error_;
  std::string unsent_;
  std::string sending_;
  bool may_end_ = false;
  std::string received_;
  std::size_t consumed_ = 0;
  ReplyParser parser_;
};

/// The same commands over stores opened here.
class FilesTransport final : public Transport {
 public:
  FilesTransport(const std::string& directory, MissingFolder missing)
      : stores_(open_folder(files_, directory, missing)) {
    for (std::uint32_t k = 0; k < stores_->size(); ++k) {
      Service& service =
          services_.emplace_back(stores_->store(k), stores_->decisions(k), WordLists::english(), Bands{});
      if (service.engine().is_learning()) service.use(ScorerChoice::automatic());
      service.make_community_when_asked([this] { keep_community(); });
      runtime_.shards.emplace_back(service);
    }
    client_.protocol = 3;
    client_.access = Access::everything();
    runtime_.shut_down = [this](bool save) { shut_down(save); };
  }

  void send(std::vector<std::string> request) override { waiting_.push_back(std::move(request)); }

  const Reply* receive() override {
    const std::vector<std::string> request = std::move(waiting_.front());
    waiting_.pop_front();
    const std::vector<std::string_view> views(request.begin(), request.end());
    const Route route = route_of(views, client_, runtime_);
    out_.clear();
    batch_.begin(out_);
    for (Service& service : services_) service.set_time(clock_ms());
    batch_.run_everywhere(views, route.store);
    for (Service& service : services_) {
      if (auto synced = service.store().sync(); !synced) throw std::runtime_error(synced.error().message);
    }
    if (out_.view().empty()) return nullptr;
    for (const ForgetReply& forget : batch_.forgets()) finish_erasing(forget);
    if (parser_.parse(out_.view()) != ReplyParser::Status::reply) throw std::runtime_error("no whole reply");
    return &parser_.reply();
  }

 private:
  void keep_community() {
    if (std::ranges::none_of(services_, [](const Service& one) { return one.is_community_behind(); })) return;
    community_.make(services_of(runtime_));
  }

  /// What a server does meanwhile, until a FORGET may be answered.
  void finish_erasing(const ForgetReply& forget) {
    Service& service = services_[forget.store];
    Store& store = service.store();
    (void)store.save(clock_ms());  // where it fails the erasing does, and says why
    while (!store.erased(forget.sequence)) {
      (void)service.tick(clock_ms());
      if (const auto failure = store.erasure_failure()) {
        const std::string told = batch_.unerased(out_.view(), *failure);
        out_.clear();
        out_.append(told);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// As the server ends.
  void shut_down(bool save) {
    for (Service& service : services_) {
      Store& store = service.store();
      store.await_background_save();
      if (!save || store.read_only() || store.events_since_save() == 0) continue;
      if (auto saved = store.save(clock_ms()); !saved) {
        throw std::runtime_error("the snapshot failed: " + saved.error().message);
      }
    }
  }

  PosixFileSystem files_;
  std::deque<std::vector<std::string>> waiting_;
  std::unique_ptr<StoreSet> stores_;
  LocalCommunity community_;
  std::deque<Service> services_;
  Client client_;
  Runtime runtime_;
  Batch batch_{client_, runtime_};
  OutputBuffer out_;
  ReplyParser parser_;
};

}  // namespace

void add_server_options(po::options_description& options) {
  // clang-format off: an option a line
  options.add_options()
      ("host", po::value<std::string>()->default_value("127.0.0.1"), "the server's address")
      ("port", whole_number<std::uint16_t>(nullptr, 1, 65535)->default_value(default_port), "the server's port")
      ("unix", socket_path(nullptr), "the server's Unix socket, in place of host and port");
  // clang-format on
}

void add_transport_options(po::options_description& options) {
  add_server_options(options);
  // clang-format off: an option a line
  options.add_options()
      ("tls", "the server speaks TLS")
      ("cacert", po::value<std::string>()->default_value("", ""),
       "a PEM file of who vouches for its certificate, in place of those that the system trusts")
      ("data", po::value<std::string>(), "no server: the files of this folder")
      ("json", "print JSON, an answer a line");
  // clang-format on
}

std::unique_ptr<Transport> open_transport(const po::variables_map& values, MissingFolder missing) {
  if (values.contains("data")) return std::make_unique<FilesTransport>(values["data"].as<std::string>(), missing);
  try {
    return open_server(values);
  } catch (const NoServer& nobody) {
    throw std::runtime_error(std::string(nobody.what()) + ", or read the files with --data DIR");
  }
}

const Reply& ask_well(Transport& transport, const std::vector<std::string>& request) {
  const Reply* const reply = transport.ask(request);
  if (!reply) throw std::runtime_error("there was no answer");
  if (reply->kind == Reply::Kind::error) throw std::runtime_error(sentence_of(*reply));
  return *reply;
}

Ask ask_of(Transport& transport) {
  return [&transport](const std::vector<std::string>& request) -> result<const Reply*> {
    const Reply* const reply = transport.ask(request);
    if (!reply) return Failure{"there was no answer"};
    if (reply->kind == Reply::Kind::error) return Failure{sentence_of(*reply)};
    return reply;
  };
}

std::string sentence_of(const Reply& error) {
  for (const std::string_view plain : {"ERR ", "NOSUCH "}) {
    if (error.text.starts_with(plain)) return error.text.substr(plain.size());
  }
  return error.text;
}

std::unique_ptr<Transport> open_server(const po::variables_map& values) {
  return std::make_unique<ServerTransport>(values);
}

NoServer::NoServer(const std::string& where, const boost::system::error_code& error)
    : std::runtime_error("no server at " + where + " (" + error.message() + "); start one with penchant serve") {}

asio::generic::stream_protocol::socket connect_to_server(asio::io_context& io, const po::variables_map& values) {
  if (!values.contains("unix")) {
    return connect_to(io, values["host"].as<std::string>(), values["port"].as<std::uint16_t>());
  }
  if (values.contains("tls")) throw po::error("--tls is for --host and --port: a Unix socket is in the clear");
  const asio::local::stream_protocol::endpoint endpoint(values["unix"].as<std::string>());
  asio::local::stream_protocol::socket socket(io);
  boost::system::error_code error;
  socket.connect(endpoint, error);
  if (error) throw NoServer(endpoint.path(), error);
  return socket;
}

}  // namespace penchant
