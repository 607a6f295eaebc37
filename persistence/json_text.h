// The bytes of JSON: texts and numbers appended to a buffer.
#pragma once

#include <string>
#include <string_view>

namespace penchant {

/// In quotes. The text is UTF-8.
void append_json_text(std::string& out, std::string_view text);
/// The text, or null where it is empty.
void append_json_text_or_null(std::string& out, std::string_view text);
/// The shortest that reads back as the same number, which is finite.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, float value);
/// Whether `text` is the shortest form of a number: then it may stand without quotes.
bool is_shortest_number(std::string_view text);

}  // namespace penchant
