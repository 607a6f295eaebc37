// The text of INFO: sections of name:value lines, with redis-server's names where the thing is the same.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/command.h"

namespace penchant {

/// The sections named, in any case; all of them where none, or "all", "everything", "default" is named.
std::string info_text(std::span<const std::string_view> sections, Runtime& runtime);

}  // namespace penchant
