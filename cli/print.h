// Replies as people read them, and as JSON.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "net/reply_parser.h"

namespace penchant {

/// One JSON value and a newline: maps as objects, doubles with all their digits.
void print_json(std::ostream& out, const Reply& reply);

/// A line a value, nested ones indented; a map as "key: value", rows that are maps as a table; "none" where there is
/// nothing.
void print_text(std::ostream& out, const Reply& reply);

/// One value that is no array and no map, as print_text prints it: reals with few digits, null as "-".
std::string scalar_text(const Reply& reply);

/// The text on one line, with nothing in it that moves a terminal's cursor.
std::string one_line(std::string_view text);

/// The reply with its rows (arrays of as many values as there are columns, in an array) as maps by the columns' names.
Reply with_names(Reply reply, std::span<const char* const> columns);

/// Prints `reply` in the form asked for; an error goes to standard error. None, as SHUTDOWN is answered, is all well.
/// The exit code.
int print_reply(const Reply* reply, bool as_json);

/// "1 record", "2 records".
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

/// The shortest decimal that reads as this number: 0.3, 30.
std::string shortest(double number);

}  // namespace penchant
