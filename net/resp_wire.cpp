#include "net/resp_wire.h"

#include <algorithm>
#include <functional>

namespace penchant {

bool RespWire::are_in_input(std::string_view input) const {
  const std::less_equal<const char*> is_at_most;
  return std::ranges::all_of(parser_.arguments(), [&](std::string_view one) {
    return is_at_most(input.data(), one.data()) && is_at_most(one.data() + one.size(), input.data() + input.size());
  });
}

}  // namespace penchant
