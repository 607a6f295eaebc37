// A document taken apart: split anywhere, bounded, and never wrong about what is no JSON.
#include "persistence/json_items.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

namespace penchant::test {
namespace {

std::string shown(JsonValue value) {
  const auto list = [&](char open, char close) {
    std::string text(1, open);
    for (const JsonValue member : value) {
      if (text.size() > 1) text += ' ';
      if (value.kind() == JsonKind::object) text.append(member.key()).append("=");
      text += shown(member);
    }
    return text + close;
  };
  switch (value.kind()) {
    case JsonKind::null: return "null";
    case JsonKind::array: return list('[', ']');
    case JsonKind::object: return list('{', '}');
    case JsonKind::text: return "'" + std::string(value.text()) + "'";
    default: return std::string(value.text());
  }
}

/// All parts, a line each, or the sentence; the document comes in two pieces, the first of this size.
std::string parts(std::string_view text, std::size_t first = 0) {
  std::string told;
  constexpr std::array<std::string_view, 1> lists{"list"};
  JsonItems items(lists, [&told](const JsonItems::Part& part) -> result<void> {
    told.append(part.field).append(part.number > 0 ? " " + std::to_string(part.number) : "");
    told.append(": " + shown(part.value) + "\n");
    return {};
  });
  if (auto fed = items.feed(text.substr(0, first)); !fed) return fed.error().message;
  if (auto fed = items.feed(text.substr(first)); !fed) return fed.error().message;
  if (auto ended = items.finish(); !ended) return ended.error().message;
  return told;
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

const std::string document =
    R"( {"a":1.50e3, "list":[{"k":"v\n\u00fc","n":[null,true,-0]}, 7, "t"],"list2":[1],"b":{"list":[2]}} )";
const std::string document_parts =
    "a: 1.50e3\nlist 1: {k='v\nü' n=[null true -0]}\nlist 2: 7\nlist 3: 't'\nlist2: [1]\nb: {list=[2]}\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(json_items)

BOOST_AUTO_TEST_CASE(a_document_split_at_every_byte_has_the_same_parts) {
  for (std::size_t first = 0; first <= document.size(); ++first) BOOST_TEST(parts(document, first) == document_parts);
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_document_ends_too_early) {
  const std::string_view trimmed = std::string_view(document).substr(0, document.size() - 1);
  for (std::size_t size = 0; size < trimmed.size(); ++size) {
    BOOST_TEST(parts(trimmed.substr(0, size)).starts_with("the file ends too early"));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_refused) {
  for (const char* const text : {"[]", "1 ", "\"x\"", "null"}) BOOST_TEST(parts(text) == "the file is no JSON object");
  BOOST_TEST(parts("hello").starts_with("the file is no JSON at byte 0"));
  BOOST_TEST(parts(R"({"a":1}{)") == "something follows the end of the JSON, at byte 7");
  BOOST_TEST(parts(R"({"list":[1,nul]})") == "the file is no JSON at byte 11, in list number 2: syntax error");
  BOOST_TEST(parts("{\"a\":\"\xff\"}").starts_with("the file is no JSON at byte 6"));
  BOOST_TEST(parts(R"({"a":"\ud800"})").starts_with("the file is no JSON"));
}

BOOST_AUTO_TEST_CASE(levels_are_bounded) {
  BOOST_TEST(parts("{\"a\":" + nested(json_depth_max - 1) + "}").starts_with("a: ["));
  BOOST_TEST(parts("{\"a\":" + nested(json_depth_max) + "}").ends_with(": more than 32 levels"));
  BOOST_TEST(parts("{\"list\":[" + nested(100'000) + "]}").ends_with(": more than 32 levels"));
}

BOOST_AUTO_TEST_CASE(an_item_is_bounded_and_the_document_is_not) {
  const std::string half(item_bytes_max / 2, 'x');
  const auto text_of = [](const std::string& text) { return "{\"list\":[\"" + text + "\",\"" + text + "\"]}"; };
  BOOST_TEST(parts(text_of(half)).size() > item_bytes_max);
  BOOST_TEST(parts(text_of(half + half)) == "list number 1 is larger than 16777216 bytes");
  BOOST_TEST(parts("{\"" + half + half + "x\":1}").ends_with(" is larger than 16777216 bytes"));
  std::string numbers = "0";
  while (numbers.size() < item_bytes_max / 8) numbers += ",0";  // each takes more in memory than in the file
  BOOST_TEST(parts("{\"b\":[" + numbers + "]}") == "b is larger than 16777216 bytes");
  BOOST_TEST(parts("{\"list\":[" + numbers + "]}").size() > item_bytes_max / 8);
}

BOOST_AUTO_TEST_CASE(a_value_by_itself) {
  JsonItem item;
  BOOST_TEST(parse_json(R"({"a":[1,"b"]})", item).has_value());
  BOOST_TEST(shown(item.root()) == "{a=[1 'b']}");
  for (const char* const text : {"7", "\"x\"", "null", "[]"}) BOOST_TEST(parse_json(text, item).has_value());
  for (const char* const text : {"", "{", "7 8", "x"}) BOOST_TEST(!parse_json(text, item).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test
