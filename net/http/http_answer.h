// What an HTTP request is answered, as bytes: the status line, the fields that every answer has, the body.
// Pure functions but for date_line().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace penchant {

struct HttpAnswer {
  unsigned status = 200;
  std::string_view content_type = "application/json";
  std::string fields;  // further ones, each ended by CR LF
  std::string body;
};

/// What is wrong, in one sentence; the parameter that it is about, where it is about a single one.
struct HttpError {
  unsigned status = 400;
  std::string sentence;
  std::string field;
  std::string fields;  // of the head, each ended by CR LF
};

HttpAnswer answer_of(const HttpError& error);

struct HttpFraming {
  bool keeps_alive = true;
  bool is_head = false;  // the body is left out, its size is told
};

/// `date`: date_line().
void append_answer(std::string& out, const HttpAnswer& answer, HttpFraming framing, std::string_view date);

/// The Date field of Unix second `now_s`, as RFC 9110 (5.6.7) has it.
std::string date_line(std::int64_t now_s);

}  // namespace penchant
