// Replies as people read them, and as JSON.
#pragma once

#include <iosfwd>

#include "net/reply_parser.h"

namespace penchant {

/// One JSON value and a newline: maps as objects, doubles with all their digits.
void print_json(std::ostream& out, const Reply& reply);

/// As redis-cli does: a line a value, numbered, nested ones indented; a map as "key: value".
void print_text(std::ostream& out, const Reply& reply);

/// Prints `reply` in the form asked for; an error goes to standard error. The exit code.
int print_reply(const Reply& reply, bool as_json);

}  // namespace penchant
