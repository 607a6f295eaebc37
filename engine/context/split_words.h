// The words of plain text without any grammar, by the rules of docs/context.md, section 3: for word lists,
// and for the tests that compare the ASCII path with ICU's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/context/unicode_words.h"

namespace penchant {

/// ASCII by the fast path, the rest by ICU. Words longer than keyword_bytes_max are left out.
std::vector<std::string> split_words(std::string_view text, UnicodeWords& splitter);

/// All of it by ICU.
std::vector<std::string> split_words_by_icu(std::string_view text, UnicodeWords& splitter);

}  // namespace penchant
