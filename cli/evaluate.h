// What penchant evaluate does, by its first argument.
#pragma once

#include <span>
#include <string>

namespace penchant {

int evaluate_stream(std::span<const std::string> arguments);
int evaluate_history(std::span<const std::string> arguments);

/// The whole of an SVG file. Throws std::runtime_error where it cannot be written.
void write_svg(const std::string& path, const std::string& svg);

}  // namespace penchant
