// Pieces: a vector in pieces of one size, which stay where they are when it grows.
//
// A vector that grows leaves a hole behind that only something smaller can fill. Where the vectors of many users grow
// side by side, a quarter of all memory is such holes. A new piece is small enough to fill them.
// Owner: a user's tables. Limits: none of its own; bytes() tells the owner. Lifetime: an element stays where it is
// while the first piece does not grow. Threading: none.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace penchant {

template <class Element, std::size_t piece_size>
class Pieces {
  static_assert(std::has_single_bit(piece_size));  // to find an element takes a shift
  static_assert(std::is_trivially_copyable_v<Element>);

 public:
  Pieces() = default;
  Pieces(const Pieces& other) : size_(other.size_), room_(other.room_) {
    pieces_.reserve(other.pieces_.size());
    for (std::size_t begin = 0; begin < size_; begin += piece_size) {
      pieces_.push_back(copy_of(other.pieces_[begin / piece_size], std::min(piece_size, size_ - begin),
                                std::min(piece_size, room_ - begin)));
    }
  }
  Pieces(Pieces&& other) noexcept
      : pieces_(std::move(other.pieces_)), size_(std::exchange(other.size_, 0)), room_(std::exchange(other.room_, 0)) {}
  Pieces& operator=(Pieces other) noexcept {
    pieces_ = std::move(other.pieces_);
    size_ = other.size_;
    room_ = other.room_;
    return *this;
  }
  ~Pieces() = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Element& operator[](std::size_t i) const { return pieces_[i / piece_size][i % piece_size]; }
  Element& operator[](std::size_t i) { return pieces_[i / piece_size][i % piece_size]; }

  void push_back(const Element& element) {
    if (size_ == room_) grow();
    (*this)[size_++] = element;
  }

  /// Calls function(element) for each.
  template <class Function>
  void each(const Function& function) {
    for (std::size_t i = 0; i < size_; ++i) function((*this)[i]);
  }

  std::size_t bytes() const { return room_ * sizeof(Element) + pieces_.capacity() * sizeof(Piece); }

 private:
  using Piece = std::unique_ptr<Element[]>;

  static Piece copy_of(const Piece& piece, std::size_t size, std::size_t room) {
    Piece copy = std::make_unique_for_overwrite<Element[]>(room);
    std::copy_n(piece.get(), size, copy.get());
    return copy;
  }

  /// The first piece grows by an eighth, as a user has few records; others have their size at once.
  void grow() {
    if (room_ >= piece_size) {
      pieces_.push_back(std::make_unique_for_overwrite<Element[]>(piece_size));
      room_ += piece_size;
      return;
    }
    if (pieces_.empty()) pieces_.emplace_back();
    room_ = std::min(piece_size, room_ + room_ / 8 + 4);
    pieces_[0] = copy_of(pieces_[0], size_, room_);
  }

  std::vector<Piece> pieces_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace penchant
