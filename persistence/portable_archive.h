// Boost.Serialization archives whose bytes are the same on every machine: integers and reals little-endian in their
// own width, enums as one byte, texts with a 32-bit length. Boost's own binary archive writes what memory holds.
//
// They know no file: a sink takes bytes, a source gives them, many at a time; see snapshot.cpp. What is saved reaches
// the sink with flush(). Errors: the source throws where its bytes end; loading is start-up work. Widths: every integer
// that is serialized has a fixed one (std::uint32_t, not unsigned long). The class headers Boost writes (versions,
// tracking) become one or two bytes each.
#pragma once

#include <algorithm>
#include <bit>
#include <boost/archive/detail/common_iarchive.hpp>
#include <boost/archive/detail/common_oarchive.hpp>
#include <boost/archive/detail/register_archive.hpp>
#include <boost/serialization/array_wrapper.hpp>
#include <boost/serialization/is_bitwise_serializable.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "persistence/little_endian.h"

namespace penchant {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(std::span<const std::byte> bytes) = 0;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next bytes, at least one, until the next call; throws std::runtime_error where there are none.
  virtual std::span<const std::byte> next() = 0;
};

namespace detail {

template <class T>
struct BitsOf {
  using type = std::make_unsigned_t<T>;
};
template <>
struct BitsOf<float> {
  using type = std::uint32_t;
};
template <>
struct BitsOf<double> {
  using type = std::uint64_t;
};
template <>
struct BitsOf<bool> {
  using type = std::uint8_t;
};

template <class T>
using bits_of = typename BitsOf<T>::type;

/// Arrays whose memory, on a little-endian machine, is what stands in the archive.
struct CopiedWhole {
  template <class T>
  struct apply : std::bool_constant<(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) ||
                                    boost::serialization::is_bitwise_serializable<T>::value> {};
};

inline constexpr std::uint32_t archive_text_bytes_max = 1 << 24;
inline constexpr std::size_t archive_buffer_bytes = 1 << 16;

}  // namespace detail

class PortableOutputArchive : public boost::archive::detail::common_oarchive<PortableOutputArchive> {
 public:
  explicit PortableOutputArchive(ByteSink& sink) : sink_(sink), buffer_(detail::archive_buffer_bytes) {}

  /// Gives the sink everything saved so far.
  void flush() {
    sink_.write(std::span<const std::byte>(buffer_).first(size_));
    size_ = 0;
  }

  template <class T>
  void save_array(const boost::serialization::array_wrapper<T>& array, unsigned) {
    if constexpr (std::endian::native == std::endian::little) {
      write(std::as_bytes(std::span(array.address(), array.count())));
    } else {
      for (std::size_t i = 0; i < array.count(); ++i) *this << array.address()[i];
    }
  }
  using use_array_optimization = detail::CopiedWhole;
  void save_binary(const void* bytes, std::size_t size) { write({static_cast<const std::byte*>(bytes), size}); }

 private:
  friend class boost::archive::save_access;
  friend class boost::archive::detail::interface_oarchive<PortableOutputArchive>;
  friend class boost::archive::detail::common_oarchive<PortableOutputArchive>;
  using Base = boost::archive::detail::common_oarchive<PortableOutputArchive>;

  template <class T>
  void save_override(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      number(value);  // Boost would make an int of it
    } else {
      Base::save_override(value);
    }
  }
  void save_override(const boost::archive::version_type& value) { number(static_cast<std::uint8_t>(value)); }
  void save_override(const boost::archive::class_id_type& value) { number(static_cast<std::int16_t>(value)); }
  void save_override(const boost::archive::class_id_optional_type&) {}
  void save_override(const boost::archive::class_id_reference_type& value) { number(static_cast<std::int16_t>(value)); }
  void save_override(const boost::archive::object_id_type& value) { number(static_cast<std::uint32_t>(value)); }
  void save_override(const boost::archive::object_reference_type& value) { number(static_cast<std::uint32_t>(value)); }
  void save_override(const boost::archive::tracking_type& value) { number(static_cast<std::uint8_t>(value.t)); }
  void save_override(const boost::archive::class_name_type& value) { save(std::string(value)); }

  template <class T>
  void save(const T& value) {
    number(value);
  }
  void save(const std::string& text) {
    number(static_cast<std::uint32_t>(text.size()));
    write(std::as_bytes(std::span(text)));
  }

  void write(std::span<const std::byte> bytes) {
    if (bytes.size() > buffer_.size() - size_) {
      flush();
      if (bytes.size() > buffer_.size()) return sink_.write(bytes);
    }
    std::ranges::copy(bytes, buffer_.data() + size_);
    size_ += bytes.size();
  }

  template <class T>
  void number(T value) {
    if constexpr (std::is_enum_v<T>) {
      number(static_cast<std::underlying_type_t<T>>(value));
    } else {
      if (buffer_.size() - size_ < sizeof(T)) flush();
      store_little_endian(buffer_.data() + size_, std::bit_cast<detail::bits_of<T>>(value));
      size_ += sizeof(T);
    }
  }

  ByteSink& sink_;
  std::vector<std::byte> buffer_;
  std::size_t size_ = 0;  // of it in use
};

class PortableInputArchive : public boost::archive::detail::common_iarchive<PortableInputArchive> {
 public:
  explicit PortableInputArchive(ByteSource& source) : source_(source) {}

  /// Whether everything that the source has given so far is loaded.
  bool is_at_end() const { return left_.empty(); }

  template <class T>
  void load_array(boost::serialization::array_wrapper<T>& array, unsigned) {
    if constexpr (std::endian::native == std::endian::little) {
      read(std::as_writable_bytes(std::span(array.address(), array.count())));
    } else {
      for (std::size_t i = 0; i < array.count(); ++i) *this >> array.address()[i];
    }
  }
  using use_array_optimization = detail::CopiedWhole;
  void load_binary(void* bytes, std::size_t size) { read({static_cast<std::byte*>(bytes), size}); }

 private:
  friend class boost::archive::load_access;
  friend class boost::archive::detail::interface_iarchive<PortableInputArchive>;
  friend class boost::archive::detail::common_iarchive<PortableInputArchive>;
  using Base = boost::archive::detail::common_iarchive<PortableInputArchive>;

  template <class T>
  void load_override(T& value) {
    if constexpr (std::is_enum_v<T>) {
      number(value);
    } else {
      Base::load_override(value);
    }
  }
  void load_override(boost::archive::version_type& value) {
    value = boost::archive::version_type(taken<std::uint8_t>());
  }
  void load_override(boost::archive::class_id_type& value) {
    value = boost::archive::class_id_type(taken<std::int16_t>());
  }
  void load_override(boost::archive::class_id_optional_type&) {}
  void load_override(boost::archive::class_id_reference_type& value) {
    boost::archive::class_id_type id(taken<std::int16_t>());
    value = boost::archive::class_id_reference_type(id);
  }
  void load_override(boost::archive::object_id_type& value) {
    value = boost::archive::object_id_type(taken<std::uint32_t>());
  }
  void load_override(boost::archive::object_reference_type& value) {
    boost::archive::object_id_type id(taken<std::uint32_t>());
    value = boost::archive::object_reference_type(id);
  }
  void load_override(boost::archive::tracking_type& value) {
    value = boost::archive::tracking_type(taken<std::uint8_t>() != 0);
  }
  void load_override(boost::archive::class_name_type&) { throw std::runtime_error("a class it does not know"); }

  template <class T>
  void load(T& value) {
    number(value);
  }
  void load(std::string& text) {
    const auto size = taken<std::uint32_t>();
    if (size > detail::archive_text_bytes_max) throw std::runtime_error("a text is too long");
    text.resize(size);
    read(std::as_writable_bytes(std::span(text)));
  }

  void read(std::span<std::byte> into) {
    while (!into.empty()) {
      if (left_.empty()) left_ = source_.next();
      const std::size_t size = std::min(left_.size(), into.size());
      std::memcpy(into.data(), left_.data(), size);
      left_ = left_.subspan(size);
      into = into.subspan(size);
    }
  }

  template <class T>
  T taken() {
    T value;
    number(value);
    return value;
  }
  template <class T>
  void number(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      const auto bits = taken<std::uint8_t>();
      if (bits > 1) throw std::runtime_error("a flag is neither 0 nor 1");
      value = bits == 1;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(taken<std::underlying_type_t<T>>());
    } else {
      std::byte raw[sizeof(T)];
      const std::byte* at = left_.data();
      if (left_.size() >= sizeof(T)) {
        left_ = left_.subspan(sizeof(T));
      } else {
        read(raw);
        at = raw;
      }
      value = std::bit_cast<T>(load_little_endian<detail::bits_of<T>>(at));
    }
  }

  ByteSource& source_;
  std::span<const std::byte> left_;  // of what the source gave last
};

}  // namespace penchant
