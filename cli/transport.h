// Transport: where a subcommand's requests go: to a running server, or, with --data, straight to a folder's files.
// Either way a request is a command of docs/protocol.md and the answer a RESP3 reply.
//
// Errors: std::runtime_error with a sentence where nobody answers or the folder is in use.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/reply_parser.h"

namespace penchant {

class Transport {
 public:
  virtual ~Transport() = default;
  /// Valid until the next ask.
  virtual const Reply& ask(const std::vector<std::string>& request) = 0;
};

/// --host, --port, --unix, --data, --json.
void add_transport_options(boost::program_options::options_description& options);
std::unique_ptr<Transport> open_transport(const boost::program_options::variables_map& values);

/// A request as RESP.
std::string encode_request(const std::vector<std::string>& request);

}  // namespace penchant
