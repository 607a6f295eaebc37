// JsonItems: takes a JSON document apart as it comes in, piece by piece: an object whose large arrays are handed on an
// element at a time, so that a document of any size takes the memory of one element.
//
//   JsonItems items({"preferences", "stats"}, [](const JsonItems::Part& part) { … });
//   if (auto fed = items.feed(bytes); !fed) …
//   if (auto ended = items.finish(); !ended) …
//
// Owner and thread: the caller's. Limits: item_bytes_max, json_depth_max; compared before anything is kept. Errors: one
// sentence, with the number of the element, or what the callback answered; then the document is not read on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "engine/result.h"
#include "persistence/json_item.h"

namespace penchant {

inline constexpr std::size_t item_bytes_max = std::size_t{16} << 20;  // a valid record takes less than 9 MiB
inline constexpr std::size_t json_depth_max = 32;

class JsonItems {
 public:
  struct Part {
    std::string_view field;    // of the document
    std::uint64_t number = 0;  // of the element of a list, from 1; 0: the field's whole value
    JsonValue value;
  };
  using Callback = std::function<result<void>(const Part&)>;

  /// The arrays of the fields named in `lists` come an element at a time, every other value whole.
  JsonItems(std::span<const std::string_view> lists, Callback on_part);
  ~JsonItems();
  JsonItems(JsonItems&&) noexcept;
  JsonItems& operator=(JsonItems&&) noexcept;

  result<void> feed(std::string_view bytes);
  /// That the document was whole.
  result<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One value by itself.
result<void> parse_json(std::string_view bytes, JsonItem& item);

}  // namespace penchant
