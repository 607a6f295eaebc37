// Progress: one line on standard error that says how far a long job is, where that is a terminal; nothing elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace penchant {

class Progress {
 public:
  /// `doing`: "Importing". It lasts as long as this object, which takes its line away again.
  explicit Progress(std::string_view doing);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// `done` of `total` of whatever it is; tells so a few times a second.
  void show(std::uint64_t done, std::uint64_t total);

 private:
  const std::string_view doing_;
  const bool is_told_;
  bool has_line_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace penchant
