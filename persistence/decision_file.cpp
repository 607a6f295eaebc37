#include "persistence/decision_file.h"

#include <utility>

#include "persistence/decision_format.h"

namespace penchant {

result<void> DecisionFile::write(FileSystem& files, std::span<std::byte> generation) {
  const bool whole = is_anew || open == nullptr;
  const std::size_t begin = whole ? 0 : written;
  seal_frames(generation, whole ? decision_header_bytes : written);
  auto done = whole ? write_anew(files, generation) : append(generation.subspan(begin));
  is_anew = !done;
  if (done) {
    written = generation.size();
  } else {
    open.reset();
  }
  return done;
}

result<void> DecisionFile::append(std::span<const std::byte> bytes) {
  if (auto appended = open->append(bytes); !appended) return appended;
  return open->sync();
}

// Aside, synced, renamed, its name synced: a file with its name is whole, and the old one is there until then.
result<void> DecisionFile::write_anew(FileSystem& files, std::span<const std::byte> bytes) {
  const std::string unfinished = unfinished_generation(path);
  open.reset();
  auto file = files.create(unfinished);
  if (!file) {  // a failed try before may have left one
    if (!files.remove(unfinished)) return file.error();
    file = files.create(unfinished);
    if (!file) return file.error();
  }
  auto written_aside = (*file)->append(bytes);
  if (written_aside) written_aside = (*file)->sync();
  if (!written_aside) {
    (void)files.remove(unfinished);  // a full disk needs the room
    return written_aside;
  }
  if (auto renamed = files.rename(unfinished, path); !renamed) return renamed;
  exists = true;
  if (auto synced = files.sync_directory(directory_of(path)); !synced) return synced;
  open = std::move(*file);
  return {};
}

}  // namespace penchant
