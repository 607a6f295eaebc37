// What stands between `<lora:` and `>`: a name and up to two strengths. See docs/context.md, section 2.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/context/context.h"

namespace penchant {

inline constexpr std::size_t lora_name_bytes_max = 512;

/// The tag, its name a view into `body`; nothing where the name is empty, too long or not UTF-8.
std::optional<LoraTag> parse_lora_tag(std::string_view body, Dialect dialect);

}  // namespace penchant
