#include "engine/model_name.h"

#include <algorithm>

namespace penchant {
namespace {

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
}

}  // namespace

std::string_view model_key(std::string_view name) {
  // From behind, for the last separator and the last dot after it: most names have neither.
  std::size_t begin = name.size();
  std::size_t dot = std::string_view::npos;
  for (; begin > 0 && name[begin - 1] != '/' && name[begin - 1] != '\\'; --begin) {
    if (name[begin - 1] == '.' && dot == std::string_view::npos) dot = begin - 1;
  }
  name.remove_prefix(begin);
  if (dot == std::string_view::npos || dot == begin) return name;
  dot -= begin;
  for (const std::string_view extension : {".safetensors", ".ckpt", ".pt", ".gguf"}) {
    if (equals_ignoring_case(name.substr(dot), extension)) return name.substr(0, dot);
  }
  return name;
}

}  // namespace penchant
