#include "engine/model_name.h"

#include <algorithm>

namespace penchant {
namespace {

bool ends_with_ignoring_case(std::string_view text, std::string_view lower_suffix) {
  if (text.size() < lower_suffix.size()) return false;
  return std::equal(lower_suffix.begin(), lower_suffix.end(), text.end() - std::ssize(lower_suffix),
                    [](char expected, char c) { return expected == (c >= 'A' && c <= 'Z' ? char(c | 0x20) : c); });
}

}  // namespace

std::string_view model_key(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  for (const std::string_view extension : {".safetensors", ".ckpt", ".pt", ".gguf"}) {
    if (name.size() > extension.size() && ends_with_ignoring_case(name, extension)) {
      name.remove_suffix(extension.size());
      break;
    }
  }
  return name;
}

}  // namespace penchant
