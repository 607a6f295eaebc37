// Replies as JSON: what the command line prints with --json, and what HTTP answers.
#pragma once

#include <string>

#include "net/reply_columns.h"
#include "net/reply_parser.h"

namespace penchant {

/// Appends one JSON value: maps as objects, and so rows, which are arrays of as many values as there are columns within
/// an array (those under some keys have columns of their own); doubles with all their digits, and null where one is
/// not finite.
void append_json(std::string& out, const Reply& reply, Columns columns = {});

/// The same of an array that is a row by itself.
void append_json_row(std::string& out, const Reply& row, Columns columns);

}  // namespace penchant
