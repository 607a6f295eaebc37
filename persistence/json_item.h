// JsonItem: one JSON value in memory, as it was written: a record of an export file, say. Numbers stay text, so that
// none of their digits is lost.
//
//   for (const JsonValue field : item.root()) if (field.key() == "prompt") take(field.text());
//
// Owner: whoever reads it; it is scratch to be reused. Lifetime: a JsonValue, and the texts it gives, last until the
// item changes. Threading: none. Limits: item_bytes_max, kept by whoever fills it (json_items.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

enum class JsonKind : std::uint8_t { null, boolean, number, text, array, object };

class JsonItem;

/// A value of an item, and its members where it is an array or object.
class JsonValue {
 public:
  class Iterator {
   public:
    Iterator(const JsonItem& item, std::uint32_t at) : item_(&item), at_(at) {}
    JsonValue operator*() const { return {*item_, at_}; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const JsonItem* item_;
    std::uint32_t at_;
  };

  JsonValue(const JsonItem& item, std::uint32_t at) : item_(&item), at_(at) {}

  JsonKind kind() const;
  bool is_null() const { return kind() == JsonKind::null; }
  bool is_scalar() const { return kind() != JsonKind::array && kind() != JsonKind::object; }
  /// Of a member of an object.
  std::string_view key() const;
  /// A text; a number as it was written; "true" or "false".
  std::string_view text() const;
  Iterator begin() const { return {*item_, at_ + 1}; }
  Iterator end() const;

 private:
  const JsonItem* item_;
  std::uint32_t at_;
};

class JsonItem {
 public:
  /// Requires that a whole value was added.
  JsonValue root() const { return {*this, 0}; }
  /// What it takes.
  std::size_t bytes() const { return texts_.size() + nodes_.size() * sizeof(Node); }

  void clear();
  /// Begins an array or object, or adds a scalar, with the key where it is a member of an object.
  void open(JsonKind kind, std::string_view key) { add(kind, key, {}); }
  void close();
  void add(JsonKind kind, std::string_view key, std::string_view text);

 private:
  friend class JsonValue;

  struct Node {
    std::uint32_t key_begin = 0;
    std::uint32_t text_begin = 0;  // the key ends here
    std::uint32_t text_end = 0;
    std::uint32_t end = 0;  // the node behind this one and all that it holds
    JsonKind kind = JsonKind::null;
  };

  std::string texts_;
  std::vector<Node> nodes_;  // in the order written: what a value holds comes behind it
  std::vector<std::uint32_t> open_;
};

}  // namespace penchant
