// Transport: where a subcommand's requests go: to a running server, or, with --data, straight to a folder's files.
// Either way a request is a command of docs/protocol.md and the answer a RESP3 reply.
//
// Errors: std::runtime_error with a sentence where nobody answers or the folder cannot be used.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "net/portable.h"
#include "net/reply_parser.h"

namespace penchant {

class Transport {
 public:
  virtual ~Transport() = default;
  /// Valid until the next reply. Null where the end is the answer: after SHUTDOWN, which nothing can follow.
  const Reply* ask(std::vector<std::string> request) {
    send(std::move(request));
    return receive();
  }
  // The same in two steps: others may be sent meanwhile. Each is answered, in order.
  virtual void send(std::vector<std::string> request) = 0;
  virtual const Reply* receive() = 0;
};

/// --host, --port, --unix.
void add_server_options(boost::program_options::options_description& options);
/// These, --tls, --cacert, --data and --json.
void add_transport_options(boost::program_options::options_description& options);

/// What to do where --data names a folder that keeps nothing yet. Reading makes none: it may be a slip of the pen.
enum class MissingFolder { refuse, create };
std::unique_ptr<Transport> open_transport(const boost::program_options::variables_map& values,
                                          MissingFolder missing = MissingFolder::refuse);
/// The answer; throws its sentence where it is an error.
const Reply& ask_well(Transport& transport, const std::vector<std::string>& request);
/// The same for what net/portable.h does; it lasts no longer than the transport.
Ask ask_of(Transport& transport);
/// What an error says, without its code.
std::string sentence_of(const Reply& error);
/// The same for subcommands that have no --data.
std::unique_ptr<Transport> open_server(const boost::program_options::variables_map& values);

/// Nobody listens there.
class NoServer : public std::runtime_error {
 public:
  NoServer(const std::string& where, const boost::system::error_code& error);
};

/// Connects to the server that --unix, or else --host and --port, name.
boost::asio::generic::stream_protocol::socket connect_to_server(boost::asio::io_context& io,
                                                                const boost::program_options::variables_map& values);

}  // namespace penchant
