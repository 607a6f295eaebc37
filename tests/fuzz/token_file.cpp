// Any bytes, read as a token file: refused in a sentence, or tokens that are written and read again as they are.
#include "persistence/token_file.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penchant;
  const auto entries = parse_tokens({reinterpret_cast<const char*>(data), size});
  if (!entries) {
    require(!entries.error().message.empty() && entries.error().is_damage);
    return 0;
  }
  require(entries->size() <= tokens_max);
  for (const TokenEntry& entry : *entries) require(validate(entry).has_value());
  const std::string text = format_tokens(*entries);
  const auto again = parse_tokens(text);
  require(again.has_value() && *again == *entries);
  return 0;
}
