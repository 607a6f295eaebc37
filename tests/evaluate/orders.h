// Orders in which the pieces of some work are run: what comes of it does not depend on that.
#pragma once

#include <cstddef>
#include <functional>

namespace penchant::test {

inline void forwards(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t i = 0; i < count; ++i) work(i);
}

inline void backwards(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t i = count; i > 0; --i) work(i - 1);
}

}  // namespace penchant::test
