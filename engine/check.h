// PENCHANT_CHECK(condition): states what must hold if the program has no bug. Always on; a failure
// prints file, line and condition and aborts. Never reachable from wire or disk: what a client or a
// file can cause is an ordinary result.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace penchant::detail {
[[noreturn, gnu::cold, gnu::noinline]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "penchant: bug: %s does not hold at %s:%d\n", condition, file, line);
  std::abort();
}
}  // namespace penchant::detail

#define PENCHANT_CHECK(condition) \
  ((condition) ? void(0) : ::penchant::detail::check_failed(#condition, __FILE__, __LINE__))
