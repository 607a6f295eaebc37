// The file that mirrors a generation of decisions: appended to, or written whole anew.
//
// Owner: whoever owns the generation; the writer's thread while it is at work (persistence/decision_writer.h).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "persistence/file.h"

namespace penchant {

struct DecisionFile {
  std::string path;
  std::unique_ptr<File> open;  // while it is appended to
  std::size_t written = 0;     // so many bytes are on disk
  bool exists = false;         // perhaps, under its name
  bool is_anew = true;         // to be written whole

  [[nodiscard]] bool is_behind(std::size_t size) const { return is_anew || written < size; }
  // Brings all of the generation, which begins with its header, to the disk; fills in the CRCs of what is new. After a
  // failure it is written anew the next time, because what is on disk is not known.
  [[nodiscard]] result<void> write(FileSystem& files, std::span<std::byte> generation);

 private:
  [[nodiscard]] result<void> append(std::span<const std::byte> bytes);
  [[nodiscard]] result<void> write_anew(FileSystem& files, std::span<const std::byte> bytes);
};

}  // namespace penchant
