// Replies as JSON: what the command line prints with --json, and what HTTP answers.
#pragma once

#include <span>
#include <string>

#include "net/reply_parser.h"

namespace penchant {

/// Names of the values of a row.
using Columns = std::span<const char* const>;

/// Appends one JSON value: maps as objects, and so rows, which are arrays of as many values as there are columns within
/// an array; doubles with all their digits, and null where one is not finite.
void append_json(std::string& out, const Reply& reply, Columns columns = {});

/// The same of an array that is a row by itself.
void append_json_row(std::string& out, const Reply& row, Columns columns);

}  // namespace penchant
