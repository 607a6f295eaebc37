// Work in pieces, as many at a time as there are processors, told on a terminal.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace penchant {

/// Calls work(i) once for each i below `count`, and returns when all are done. `work` throws nothing.
void run_on_all_processors(std::string_view doing, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace penchant
