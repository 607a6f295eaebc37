// Replies as people read them, and as JSON.
#pragma once

#include <iosfwd>
#include <string>

#include "net/reply_parser.h"

namespace penchant {

/// One JSON value and a newline: maps as objects, doubles with all their digits.
void print_json(std::ostream& out, const Reply& reply);

/// As redis-cli does: a line a value, numbered, nested ones indented; a map as "key: value".
void print_text(std::ostream& out, const Reply& reply);

/// Prints `reply` in the form asked for; an error goes to standard error. None, as SHUTDOWN is answered, is all well.
/// The exit code.
int print_reply(const Reply* reply, bool as_json);

/// The shortest decimal that reads as this number: 0.3, 30.
std::string shortest(double number);

}  // namespace penchant
