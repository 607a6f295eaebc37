// The segments of a folder, each in the form that counts: plain, or compressed where there is no plain one.
//
// Errors: one sentence with the path. Threads: none; may run beside the journal's writer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"

namespace penchant {

struct SegmentName {
  std::uint64_t first_sequence = 0;
  bool is_compressed = false;
};

/// The path of a segment in that form.
std::string path_of_segment(const std::string& directory, const SegmentName& segment);

/// Ascending, each once.
result<std::vector<SegmentName>> list_segments(FileSystem& files, const std::string& directory);

struct SegmentFile {
  std::unique_ptr<File> file;  // offsets and size are those of the plain form
  std::string path;
  bool is_compressed = false;
};
/// Also while a segment changes its form.
result<SegmentFile> open_segment(FileSystem& files, const std::string& directory, std::uint64_t first_sequence);

/// Removes compressed forms beside which the plain one still is, and what unfinished compressions have left. No
/// segment is being compressed.
result<void> remove_superseded(FileSystem& files, const std::string& directory);

}  // namespace penchant
