// Bodies that are more than parameters: records, reject-all, a verdict. Each becomes the last arguments of its command.
//
// Pure functions. Errors: the status, one sentence, and the field's name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_answer.h"
#include "net/http/http_route.h"

namespace penchant {

/// False where something is wrong: then `error` says what.
bool append_http_body(HttpRoute::Body kind, std::string_view body, std::vector<std::string>& arguments,
                      HttpError& error);

}  // namespace penchant
