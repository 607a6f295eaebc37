#include "net/http/http_answer.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "engine/validate.h"
#include "persistence/json_text.h"

namespace penchant {
namespace {

/// Of the codes that answers have (RFC 9110, section 15).
std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

/// As it is where it is text: it may hold bytes of the request as they came.
std::string as_text(std::string text) {
  if (is_text(text)) return text;
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == 0; }, '?');
  return text;
}

}  // namespace

HttpAnswer answer_of(const HttpError& error) {
  HttpAnswer answer{.status = error.status, .fields = error.fields};
  answer.body = "{\"error\":";
  append_json_text(answer.body, as_text(error.sentence));
  answer.body += ",\"field\":";
  append_json_text_or_null(answer.body, as_text(error.field));
  answer.body += '}';
  return answer;
}

void append_answer(std::string& out, const HttpAnswer& answer, HttpFraming framing, std::string_view date) {
  out.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ").append(reason_of(answer.status));
  out.append("\r\n").append(date).append("Content-Type: ").append(answer.content_type);
  out.append("\r\nContent-Length: ").append(std::to_string(answer.body.size()));
  // Nobody takes an answer for a page or keeps it; what may be kept says so itself.
  out.append("\r\nX-Content-Type-Options: nosniff\r\n");
  if (answer.fields.find("Cache-Control:") == std::string::npos) out.append("Cache-Control: no-store\r\n");
  if (!framing.keeps_alive) out.append("Connection: close\r\n");
  out.append(answer.fields).append("\r\n");
  if (!framing.is_head) out.append(answer.body);
}

std::string date_line(std::int64_t now_s) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = now_s;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  // Not strftime's names, which depend on the locale.
  const int size = std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                                 days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                                 months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                                 utc.tm_min, utc.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace penchant
