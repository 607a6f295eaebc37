// How a conversation with a server that broke off is told, whoever had it.
#pragma once

#include <boost/asio/error.hpp>
#include <stdexcept>
#include <string>

namespace penchant {

/// Throws std::runtime_error with the sentence; the end of the connection is asio::error::eof.
[[noreturn]] inline void fail_broken_off(const boost::system::error_code& error) {
  if (error == boost::asio::error::eof) throw std::runtime_error("the server closed the connection");
  throw std::runtime_error("the connection to the server broke (" + error.message() + ")");
}

}  // namespace penchant
