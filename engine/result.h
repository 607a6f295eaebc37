// Expected failures are values: result<T> holds a T or a Failure whose message is one sentence that
// says what is wrong and, where it can, what is right. Test with `if (!r)`, then r.error().message.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace penchant {

struct Failure {
  std::string message;
  bool is_damage = false;  // a file was read and holds what is wrong: trying again is of no use
};

// Called by result::value() on a failure; we test first, so only start-up code gets here.
[[noreturn]] inline void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw std::runtime_error(failure.message);
}

template <class T>
using result = boost::system::result<T, Failure>;

}  // namespace penchant
