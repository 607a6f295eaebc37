#include "persistence/segments.h"

#include <algorithm>

#include "persistence/compressed_format.h"
#include "persistence/compressed_segment.h"
#include "persistence/journal_format.h"

namespace penchant {

std::string path_of_segment(const std::string& directory, const SegmentName& segment) {
  return path_in(directory, segment.is_compressed ? compressed_name(segment.first_sequence)
                                                  : segment_name(segment.first_sequence));
}

result<std::vector<SegmentName>> list_segments(FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  std::vector<SegmentName> segments;
  for (const std::string& name : *names) {  // "….log" sorts before "….log.zst"
    if (const auto plain = first_sequence_of(name)) segments.push_back({*plain, false});
    const auto compressed = compressed_sequence_of(name);
    if (!compressed || (!segments.empty() && segments.back().first_sequence == *compressed)) continue;
    segments.push_back({*compressed, true});
  }
  return segments;
}

// The plain form first: what is compressed gets its new name before it loses the old one.
result<SegmentFile> open_segment(FileSystem& files, const std::string& directory, std::uint64_t first_sequence) {
  const std::string path = path_of_segment(directory, {first_sequence, false});
  auto plain = files.open_read(path);
  if (plain) return SegmentFile{std::move(*plain), path, false};
  const std::string compressed_path = path_of_segment(directory, {first_sequence, true});
  auto compressed = open_compressed(files, compressed_path, first_sequence);
  if (compressed) return SegmentFile{std::move(*compressed), compressed_path, true};
  const auto names = files.list(directory);
  if (!names) return names.error();
  return std::ranges::binary_search(*names, compressed_name(first_sequence)) ? compressed.error() : plain.error();
}

result<void> remove_superseded(FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const auto compressed = compressed_sequence_of(name);
    const bool is_twice = compressed && std::ranges::binary_search(*names, segment_name(*compressed));
    if (!is_twice && !is_unfinished_compressed(name)) continue;
    if (auto removed = files.remove(path_in(directory, name)); !removed) return removed;
  }
  return {};
}

}  // namespace penchant
