// Sources: AUTOMATIC1111, extensions-builtin/Lora (positional text encoder then unet, named te= and unet=);
// sd-webui-loractl (lists of value@step); ComfyUI's tag loaders (positional model then clip).
#include "engine/context/lora_tag.h"

#include <unicode/ustring.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "engine/context/number.h"

namespace penchant {
namespace {

bool is_utf8(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(nullptr, 0, nullptr, text.data(), static_cast<std::int32_t>(text.size()), &status);
  return status != U_INVALID_CHAR_FOUND;
}

/// Cuts the text before the first `separator` off `rest` and answers it.
std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t at = std::min(rest.find(separator), rest.size());
  const std::string_view head = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return head;
}

/// `0.8`, or the largest value of a schedule `0@5,1@6`.
std::optional<double> parse_strength(std::string_view text) {
  std::optional<double> largest;
  while (!text.empty()) {
    std::string_view entry = cut(text, ',');
    const std::optional<double> value = parse_real(cut(entry, '@'));
    if (value && (!largest || *value > *largest)) largest = bounded_weight(*value);
  }
  return largest;
}

struct Strengths {
  std::optional<double> first, second;  // by position
  std::optional<double> te, unet;       // by name
};

Strengths parse_strengths(std::string_view arguments) {
  Strengths strengths;
  int position = 0;
  while (!arguments.empty()) {
    std::string_view argument = cut(arguments, ':');
    if (argument.find('=') == argument.npos) {
      if (position == 0) strengths.first = parse_strength(argument);
      if (position == 1) strengths.second = parse_strength(argument);
      ++position;
      continue;
    }
    const std::string_view name = trimmed(cut(argument, '='));
    if (name == "te") strengths.te = parse_strength(argument);
    if (name == "unet") strengths.unet = parse_strength(argument);
  }
  return strengths;
}

}  // namespace

std::optional<LoraTag> parse_lora_tag(std::string_view body, Dialect dialect) {
  const std::string_view name = trimmed(cut(body, ':'));
  if (name.empty() || name.size() > lora_name_bytes_max || !is_utf8(name)) return std::nullopt;
  Strengths given = parse_strengths(body);
  if (dialect == Dialect::comfy && given.second) std::swap(given.first, given.second);
  LoraTag tag{name};
  tag.strength_clip = given.te.value_or(given.first.value_or(1));
  tag.strength_model = given.unet.value_or(given.second.value_or(tag.strength_clip));
  return tag;
}

}  // namespace penchant
