// What a record may be. A refused record is told why in one sentence, with the option's name in it.
// Pure functions; limits are in engine/limits.h.
#pragma once

#include <span>
#include <string_view>

#include "engine/event.h"
#include "engine/result.h"

namespace penchant {

/// Whether `text` is UTF-8 without a zero byte.
bool is_text(std::string_view text);

/// The bounds of sizes and counts, and what must not be empty. Everything that reaches an engine keeps them.
result<void> check_bounds(const Record& record);

/// check_bounds, and that every text is text: for what comes from outside. Keywords are not looked at.
result<void> validate(const Record& record);

/// That a pool's names are names, and that there are not too many of them.
result<void> validate(const PoolSet& event);

/// What a question names: the user, the prompt, the family where one is told, and checkpoints.
result<void> validate_question(std::string_view user, std::string_view prompt, std::string_view family,
                               std::span<const std::string_view> checkpoints);
result<void> validate_user(std::string_view user);
result<void> validate_prompt(std::string_view prompt);
result<void> validate_checkpoint(std::string_view checkpoint);

/// A family, user or checkpoint by itself: not empty, within its bound, and text. `what` names it in the sentence.
result<void> validate_name(std::string_view what, std::string_view value, std::size_t bytes_max);

}  // namespace penchant
