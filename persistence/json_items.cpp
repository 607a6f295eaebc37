#include "persistence/json_items.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace penchant {
namespace {

namespace json = boost::json;
using boost::system::error_code;

static_assert(item_bytes_max < UINT32_MAX / 2);

/// Builds items out of what the parser tells. Scalars come in pieces, which are joined in `partial_`.
class ItemHandler {
 public:
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;

  /// Without a callback the document itself is the item.
  ItemHandler(std::span<const std::string_view> lists, JsonItems::Callback on_part)
      : on_part_(std::move(on_part)), lists_(lists.begin(), lists.end()), item_depth_(on_part_ ? 1 : 0) {}

  const std::optional<Failure>& failure() const { return failure_; }
  bool is_whole() const { return is_whole_; }
  JsonItem& item() { return item_; }
  /// "record 17", for a sentence about the place; empty outside lists.
  std::string place() const { return in_list_ ? field_ + " number " + std::to_string(number_) : field_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& error) { return open(JsonKind::object, error); }
  bool on_array_begin(error_code& error) { return open(JsonKind::array, error); }
  bool on_object_end(std::size_t, error_code& error) { return close(error); }
  bool on_array_end(std::size_t, error_code& error) { return close(error); }
  bool on_key_part(std::string_view text, std::size_t, error_code& error) { return join(text, error); }
  bool on_key(std::string_view text, std::size_t, error_code& error) {
    if (!join(text, error)) return false;
    key_.swap(partial_);
    partial_.clear();
    return true;
  }
  bool on_string_part(std::string_view text, std::size_t, error_code& error) { return join(text, error); }
  bool on_string(std::string_view text, std::size_t, error_code& error) {
    return join(text, error) && add(JsonKind::text, error);
  }
  bool on_number_part(std::string_view text, error_code& error) { return join(text, error); }
  bool on_int64(std::int64_t, std::string_view text, error_code& error) {
    return join(text, error) && add(JsonKind::number, error);
  }
  bool on_uint64(std::uint64_t, std::string_view text, error_code& error) {
    return join(text, error) && add(JsonKind::number, error);
  }
  bool on_double(double, std::string_view text, error_code& error) {
    return join(text, error) && add(JsonKind::number, error);
  }
  bool on_bool(bool value, error_code& error) {
    return join(value ? "true" : "false", error) && add(JsonKind::boolean, error);
  }
  bool on_null(error_code& error) { return add(JsonKind::null, error); }
  bool on_comment_part(std::string_view, error_code&) { return true; }
  bool on_comment(std::string_view, error_code&) { return true; }

 private:
  bool fail(Failure failure, error_code& error) {
    failure_ = std::move(failure);
    error = boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
    return false;
  }
  bool join(std::string_view text, error_code& error) {
    if (item_.bytes() + partial_.size() + text.size() > item_bytes_max) return too_large(error);
    partial_ += text;
    return true;
  }
  bool too_large(error_code& error) {
    return fail(Failure{place() + " is larger than " + std::to_string(item_bytes_max) + " bytes"}, error);
  }
  /// The next value is not part of an item: it is the document, or a list of items.
  bool is_outside() const { return depth_ < item_depth_; }

  bool open(JsonKind kind, error_code& error) {
    if (is_outside()) {
      if (kind != JsonKind::object) return fail(Failure{"the file is no JSON object"}, error);
      ++depth_;
      return true;
    }
    const bool is_list =
        kind == JsonKind::array && depth_ == 1 && item_depth_ == 1 && std::ranges::count(lists_, key_) > 0;
    if (depth_ == 1 && item_depth_ == 1) field_ = key_;
    if (is_list) {
      in_list_ = true;
      item_depth_ = 2;
      number_ = 1;
      ++depth_;
      key_.clear();
      return true;
    }
    item_.open(kind, key_);
    key_.clear();
    ++depth_;
    return item_.bytes() <= item_bytes_max || too_large(error);
  }
  bool close(error_code& error) {
    --depth_;
    if (depth_ >= item_depth_) {
      item_.close();
      return depth_ > item_depth_ || hand_on(error);
    }
    if (in_list_) {
      in_list_ = false;
      item_depth_ = 1;
    } else {
      is_whole_ = true;
    }
    return true;
  }
  bool add(JsonKind kind, error_code& error) {
    if (is_outside()) return fail(Failure{"the file is no JSON object"}, error);
    if (depth_ == 1 && item_depth_ == 1) field_ = key_;
    item_.add(kind, key_, partial_);
    key_.clear();
    partial_.clear();
    if (item_.bytes() > item_bytes_max) return too_large(error);
    return depth_ > item_depth_ || hand_on(error);
  }
  /// The item is whole.
  bool hand_on(error_code& error) {
    if (!on_part_) {
      is_whole_ = true;
      return true;
    }
    const result<void> taken = on_part_({field_, in_list_ ? number_ : 0, item_.root()});
    item_.clear();
    ++number_;
    return taken || fail(taken.error(), error);
  }

  JsonItems::Callback on_part_;
  std::vector<std::string> lists_;
  std::size_t item_depth_;  // of what holds items: the document, or a list
  std::size_t depth_ = 0;   // arrays and objects open
  bool in_list_ = false;
  bool is_whole_ = false;
  std::uint64_t number_ = 0;
  std::string field_;
  std::string key_;
  std::string partial_;
  JsonItem item_;
  std::optional<Failure> failure_;
};

json::parse_options parser_options() {
  json::parse_options options;
  options.max_depth = json_depth_max;
  return options;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

struct JsonItems::State {
  State(std::span<const std::string_view> lists, Callback on_part)
      : parser(parser_options(), lists, std::move(on_part)) {}

  /// Why the document cannot be read on.
  Failure failure_of(const error_code& error, std::uint64_t at) {
    if (const auto& own = parser.handler().failure()) return *own;
    const std::string place = parser.handler().place();
    std::string what = "the file is no JSON at byte " + std::to_string(at);
    if (!place.empty()) what += ", in " + place;
    if (error == json::error::too_deep)
      return Failure{what + ": more than " + std::to_string(json_depth_max) + " levels"};
    return Failure{what + ": " + error.message()};
  }
  result<void> feed(std::string_view bytes) {
    if (failed) return *failed;
    while (!bytes.empty()) {
      if (parser.handler().is_whole()) {
        if (is_blank(bytes)) return {};
        failed = Failure{"something follows the end of the JSON, at byte " + std::to_string(offset)};
        return *failed;
      }
      error_code error;
      const std::size_t used = parser.write_some(true, bytes.data(), bytes.size(), error);
      if (error && error != json::error::extra_data) {
        failed = failure_of(error, offset + used);
        return *failed;
      }
      offset += used;
      bytes.remove_prefix(used);
    }
    return {};
  }
  result<void> finish() {
    if (failed) return *failed;
    if (parser.handler().is_whole()) return {};
    const std::string place = parser.handler().place();
    return Failure{"the file ends too early, after " + std::to_string(offset) + " bytes" +
                   (place.empty() ? std::string() : ", in " + place)};
  }

  json::basic_parser<ItemHandler> parser;
  std::uint64_t offset = 0;
  std::optional<Failure> failed;
};

JsonItems::JsonItems(std::span<const std::string_view> lists, Callback on_part)
    : state_(std::make_unique<State>(lists, std::move(on_part))) {}
JsonItems::~JsonItems() = default;
JsonItems::JsonItems(JsonItems&&) noexcept = default;
JsonItems& JsonItems::operator=(JsonItems&&) noexcept = default;

result<void> JsonItems::feed(std::string_view bytes) { return state_->feed(bytes); }
result<void> JsonItems::finish() { return state_->finish(); }

result<void> parse_json(std::string_view bytes, JsonItem& item) {
  json::basic_parser<ItemHandler> parser(parser_options(), std::span<const std::string_view>{}, JsonItems::Callback{});
  error_code error;
  const std::size_t used = parser.write_some(false, bytes.data(), bytes.size(), error);
  if (const auto& own = parser.handler().failure()) return *own;
  if (error) return Failure{"this is no JSON at byte " + std::to_string(used) + ": " + error.message()};
  if (!is_blank(bytes.substr(used))) return Failure{"something follows the end of the JSON"};
  item = std::move(parser.handler().item());
  return {};
}

}  // namespace penchant
