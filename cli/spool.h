// Files of subcommands that take or give whole files: what is read twice though it comes through a pipe, and what is
// complete under its name or not there at all.
//
// Errors: std::runtime_error with path and reason. Threading: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "persistence/file.h"
#include "persistence/temporary_file.h"

namespace penchant {

/// A descriptor that is closed with it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  int number() const { return number_; }

 private:
  int number_ = -1;
};

/// A temporary file, in $TMPDIR, else /tmp.
class Spool {
 public:
  Spool();
  void append(std::string_view bytes);
  TemporaryFile& file() { return file_; }
  const TemporaryFile& file() const { return file_; }

 private:
  TemporaryFile file_;
};

/// What a subcommand reads, as often as it likes: a file, or standard input where the path is "-".
class InputFile {
 public:
  explicit InputFile(const std::string& path);
  /// What was spooled, by a name for sentences.
  InputFile(std::string name, Spool spool);
  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }
  /// Fewer bytes than asked for only at the end.
  std::size_t read_at(std::uint64_t offset, std::span<char> into) const;

 private:
  std::string name_;
  Descriptor file_;
  std::optional<Spool> spool_;  // what came through a pipe
  std::uint64_t size_ = 0;
};

/// What a subcommand writes: a file, or standard output where the path is "-". A file is written aside and takes its
/// name with finish(): until then whatever has that name stays.
class OutputFile {
 public:
  explicit OutputFile(std::string path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();
  bool is_standard_output() const { return path_ == "-"; }
  result<void> write(std::string_view bytes);
  result<void> finish();

 private:
  const std::string path_;
  std::string unfinished_;  // its name until then; empty where it is written in place
  PosixFileSystem files_;
  std::unique_ptr<File> file_;
  Descriptor device_;
};

}  // namespace penchant
