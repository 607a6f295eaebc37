#include "engine/model_name.h"

#include <algorithm>

namespace penchant {
namespace {

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
}

}  // namespace

std::string_view model_key(std::string_view name) {
  std::size_t begin = name.size();
  while (begin > 0 && name[begin - 1] != '/' && name[begin - 1] != '\\') --begin;
  name.remove_prefix(begin);
  // Most names have no extension: the search for one begins with the dot.
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return name;
  for (const std::string_view extension : {".safetensors", ".ckpt", ".pt", ".gguf"}) {
    if (equals_ignoring_case(name.substr(dot), extension)) return name.substr(0, dot);
  }
  return name;
}

}  // namespace penchant
