// Reads what is whole in a damaged segment, in either form, and passes over what is not. Belongs to check and repair.
//
// A frame is believed as the journal's reader believes it: both checksums, from the store's id on. So nothing is taken
// for an event that was none. Memory: a window of 1 MiB, larger for a larger event.
#pragma once

#include <cstdint>
#include <string>

#include "engine/result.h"
#include "persistence/segment_reader.h"
#include "persistence/segments.h"

namespace penchant {

class SegmentSalvage {
 public:
  /// The segment's own header is not asked.
  [[nodiscard]] static result<SegmentSalvage> open(FileSystem& files, const std::string& directory,
                                                   const SegmentName& segment, const StoreId& store_id);

  /// The first whole frame from the position on that is of event `sequence` or a later one, up to `last`; moves behind
  /// it. False: there is none.
  [[nodiscard]] result<bool> next(std::uint64_t sequence, std::uint64_t last, Frame& frame);
  [[nodiscard]] std::uint64_t size() const { return window_.offset() + window_.left(); }

 private:
  ReadWindow window_;
  std::uint32_t segment_crc_ = 0;
};

/// The id that the header of the segment itself claims, whatever its checksum says: for where no other file tells the
/// store's id.
[[nodiscard]] result<StoreId> claimed_store_id(FileSystem& files, const std::string& directory,
                                               const SegmentName& segment);

}  // namespace penchant
