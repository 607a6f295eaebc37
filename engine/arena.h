// Arena: many short rows of elements in one piece of memory, each in a place with a little room to grow.
//
// Places hold 1, 2, 3, 4, 6, 8, 12, 16, ... elements, and 4 bytes at least; one that is given back serves the next row
// of its size. Who owns a row keeps where it begins and how many elements it has. Memory grows as reserve_for() says.
// Owner: a user's tables. Limits: 2^32 elements; bytes() tells the owner. Lifetime: what data() gives lasts until the
// next take(). Threading: none.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

namespace penchant {

/// Room for more. Small vectors are many, and grow by an eighth: doubling would leave a quarter of all memory empty.
/// Large ones grow by half, so that what is in them is not copied too often.
template <class Vector>
void reserve_for(Vector& vector, std::size_t size) {
  constexpr std::size_t large_size = 32768 / sizeof(typename Vector::value_type);
  if (size > vector.capacity()) vector.reserve(size + size / (size < large_size ? 8 : 2) + 1);
}

template <class Element>
class Arena {
  static_assert(std::is_trivially_copyable_v<Element>);

 public:
  /// How many elements a place for `size` of them holds; for none there is no place.
  static constexpr std::uint32_t room_for(std::uint32_t size) {
    if (size <= 4) return size == 0 ? 0 : std::max(size, least_room);
    const std::uint32_t half_step = std::bit_floor(size - 1) / 2;
    return (size + half_step - 1) / half_step * half_step;
  }

  /// The beginning of a place for `size` elements, at least one. What lies there means nothing.
  std::uint32_t take(std::uint32_t size) {
    const std::size_t kind = kind_of(size);
    if (kind < free_.size() && free_[kind] != none) return std::exchange(free_[kind], next_free(free_[kind]));
    const std::size_t begin = elements_.size();
    reserve_for(elements_, begin + room_for(size));
    elements_.resize(begin + room_for(size));
    return static_cast<std::uint32_t>(begin);
  }

  void give_back(std::uint32_t begin, std::uint32_t size) {
    const std::size_t kind = kind_of(size);
    if (kind >= free_.size()) free_.resize(kind + 1, none);
    std::memcpy(static_cast<void*>(&elements_[begin]), &free_[kind], sizeof free_[kind]);
    free_[kind] = begin;
  }

  /// Where a row that had `size` elements lies when it gets one more: elsewhere if its place is full.
  std::uint32_t make_room(std::uint32_t begin, std::uint32_t size) {
    if (size > 0 && size < room_for(size)) return begin;
    const std::uint32_t moved = take(size + 1);
    if (size == 0) return moved;
    std::memcpy(static_cast<void*>(data(moved)), data(begin), size * sizeof(Element));
    give_back(begin, size);
    return moved;
  }

  /// Makes room for so many elements in all.
  void reserve(std::size_t elements) { elements_.reserve(elements); }

  Element* data(std::uint32_t begin) { return elements_.data() + begin; }
  const Element* data(std::uint32_t begin) const { return elements_.data() + begin; }

  /// Every element, also those in places that are free.
  std::vector<Element>& all() { return elements_; }

  std::size_t bytes() const { return elements_.capacity() * sizeof(Element); }

 private:
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  // A place that is free says in it where the next one is.
  static constexpr std::uint32_t least_room = (sizeof none + sizeof(Element) - 1) / sizeof(Element);

  static std::size_t kind_of(std::uint32_t size) {
    const std::uint32_t room = room_for(size);
    const auto log = static_cast<std::size_t>(std::bit_width(room)) - 1;
    return 2 * log + (std::has_single_bit(room) ? 0 : 1);
  }
  /// The places of one size are a list: each holds where the next one is.
  std::uint32_t next_free(std::uint32_t begin) const {
    std::uint32_t next = none;
    std::memcpy(&next, &elements_[begin], sizeof next);
    return next;
  }

  std::vector<Element> elements_;
  std::vector<std::uint32_t> free_;  // by kind
};

}  // namespace penchant
