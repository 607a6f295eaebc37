// KnownRecords: a user's records that carry an ID, so that the same one does not count twice and another
// verdict corrects it: what it added is known, and can be taken back.
//
// Kept as bytes, one after the other: 35 bytes, the ID, 4 for each keyword and LoRA and 12 for each parameter. A
// corrected record is appended anew; the old bytes stay until the next restart from a snapshot, which leaves them out.
// They lie in chunks, which copies share: what is full changes no more.
// Limits: identifier_bytes_max, keywords_max.
#pragma once

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/copy_on_write.h"
#include "engine/event.h"
#include "engine/interner.h"
#include "engine/negative_table.h"
#include "engine/parameter_table.h"

namespace penchant {

struct Known {
  std::uint64_t sequence = 0;  // within the user
  std::uint32_t revision = 0;  // how often it was corrected
  double half_lives = 0;       // Decay::half_lives of the time its weight is reckoned from
  Verdict verdict = Verdict::neutral;
  std::uint32_t checkpoint = 0;  // column
  std::vector<Interner::Id> keywords;
  std::vector<std::uint32_t> loras;  // columns
  std::uint32_t negative_set = NegativeTable::no_set;
  std::vector<LessonParameter> parameters;
};

class KnownRecords {
 public:
  /// The record with this ID; none where there is none.
  std::optional<Known> find(std::string_view id) const;

  /// Remembers `known` as the record `id`, in place of what that was.
  void put(std::string_view id, const Known& known);

  std::size_t size() const { return offsets_.size(); }

  /// Gives their keywords the numbers that renamed(keyword) says.
  template <class Renamed>
  void rename(const Renamed& renamed) {
    KnownRecords all;
    for (const std::uint64_t offset : in_order()) {
      Known known = read(offset);
      for (Interner::Id& keyword : known.keywords) keyword = renamed(keyword);
      all.put(id_at(offset), known);
    }
    *this = std::move(all);
  }

  /// Calls function(known) for each, in no order.
  template <class Function>
  void each(const Function& function) const {
    for (const auto& [key, offset] : offsets_) function(read(offset));
  }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  std::vector<std::uint64_t> in_order() const;
  Known read(std::uint64_t offset) const;
  std::string_view id_at(std::uint64_t offset) const;
  std::uint64_t slot(std::string_view id) const;

  using Chunk = std::vector<unsigned char>;
  static constexpr std::size_t chunk_bytes_max = 1 << 16;

  /// An offset is the number of a chunk, times its size, and a place in it.
  const unsigned char* at(std::uint64_t offset) const {
    return chunks_[offset / chunk_bytes_max]->data() + offset % chunk_bytes_max;
  }

  std::vector<CopyOnWrite<Chunk>> chunks_;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> offsets_;  // hash of the ID, or the next free number
};

}  // namespace penchant
