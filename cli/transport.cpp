#include "cli/transport.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

#include "cli/settings.h"
#include "engine/context/word_lists.h"
#include "net/command.h"
#include "persistence/store.h"

namespace penchant {
namespace {

namespace asio = boost::asio;
namespace po = boost::program_options;

class ServerTransport final : public Transport {
 public:
  explicit ServerTransport(const po::variables_map& values) {
    if (values.contains("unix")) {
      const asio::local::stream_protocol::endpoint endpoint(values["unix"].as<std::string>());
      asio::local::stream_protocol::socket socket(io_);
      connect(socket, endpoint, endpoint.path());
      socket_ = asio::generic::stream_protocol::socket(std::move(socket));
    } else {
      const std::string host = values["host"].as<std::string>();
      const std::string port = std::to_string(values["port"].as<std::uint16_t>());
      asio::ip::tcp::resolver resolver(io_);
      boost::system::error_code error;
      asio::ip::tcp::socket socket(io_);
      asio::connect(socket, resolver.resolve(host, port, error), error);
      if (error) fail(host + ":" + port, error);
      socket.set_option(asio::ip::tcp::no_delay(true));
      socket_ = asio::generic::stream_protocol::socket(std::move(socket));
    }
    ask({"HELLO", "3"});
  }

  const Reply& ask(const std::vector<std::string>& request) override {
    asio::write(socket_, asio::buffer(encode_request(request)));
    received_.erase(0, consumed_);
    consumed_ = 0;
    for (;;) {
      switch (parser_.parse(received_)) {
        case ReplyParser::Status::reply: consumed_ = parser_.consumed(); return parser_.reply();
        case ReplyParser::Status::error:
          throw std::runtime_error("the answer is no RESP: " + std::string(parser_.error()));
        case ReplyParser::Status::need_more: break;
      }
      std::array<char, 16384> chunk;
      received_.append(chunk.data(), socket_.receive(asio::buffer(chunk)));
    }
  }

 private:
  template <class Socket, class Endpoint>
  void connect(Socket& socket, const Endpoint& endpoint, const std::string& where) {
    boost::system::error_code error;
    socket.connect(endpoint, error);
    if (error) fail(where, error);
  }
  [[noreturn]] static void fail(const std::string& where, const boost::system::error_code& error) {
    throw std::runtime_error("no server at " + where + " (" + error.message() +
                             "); start one with penchant serve, or read the files with --data DIR");
  }

  asio::io_context io_;
  asio::generic::stream_protocol::socket socket_{io_};
  std::string received_;
  std::size_t consumed_ = 0;
  ReplyParser parser_;
};

/// The same commands over a store opened here.
class FilesTransport final : public Transport {
 public:
  explicit FilesTransport(const std::string& directory) {
    StoreOptions options;
    options.directory = directory;
    options.keep_decay = true;
    auto store = Store::open(
        files_, options, clock_ms(), [](const auto&) {}, [](std::uint64_t) {});
    if (!store) throw std::runtime_error(store.error().message);
    store_ = std::move(*store);
    service_.emplace(*store_, WordLists::english(), Bands{});
    client_.protocol = 3;
  }

  const Reply& ask(const std::vector<std::string>& request) override {
    const std::vector<std::string_view> views(request.begin(), request.end());
    out_.clear();
    ReplyWriter reply(out_, client_.protocol);
    run_command(views, reply, client_, *service_, runtime_);
    if (auto synced = store_->sync(); !synced) throw std::runtime_error(synced.error().message);
    if (parser_.parse(out_.view()) != ReplyParser::Status::reply) throw std::runtime_error("no whole reply");
    return parser_.reply();
  }

 private:
  PosixFileSystem files_;
  std::unique_ptr<Store> store_;
  std::optional<Service> service_;
  Client client_;
  Runtime runtime_;
  OutputBuffer out_;
  ReplyParser parser_;
};

}  // namespace

std::string encode_request(const std::vector<std::string>& request) {
  std::string bytes = "*" + std::to_string(request.size()) + "\r\n";
  for (const std::string& argument : request) {
    bytes += "$" + std::to_string(argument.size()) + "\r\n" + argument + "\r\n";
  }
  return bytes;
}

void add_transport_options(po::options_description& options) {
  // clang-format off: an option a line
  options.add_options()
      ("host", po::value<std::string>()->default_value("127.0.0.1"), "the server's address")
      ("port", po::value<std::uint16_t>()->default_value(default_port), "the server's port")
      ("unix", po::value<std::string>(), "the server's Unix socket, in place of host and port")
      ("data", po::value<std::string>(), "no server: the files of this folder")
      ("json", "print JSON");
  // clang-format on
}

std::unique_ptr<Transport> open_transport(const po::variables_map& values) {
  if (values.contains("data")) return std::make_unique<FilesTransport>(values["data"].as<std::string>());
  return std::make_unique<ServerTransport>(values);
}

}  // namespace penchant
