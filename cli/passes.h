// Passes over an input file, told on a terminal.
//
// Errors: std::runtime_error with the file's name and what was wrong.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/progress.h"
#include "cli/spool.h"
#include "persistence/importer.h"

namespace penchant {

inline constexpr std::size_t pass_read_at_once = std::size_t{1} << 20;

inline void require(const result<void>& done) {
  if (!done) throw std::runtime_error(done.error().message);
}
inline void require(const result<void>& done, const InputFile& input) {
  if (!done) throw std::runtime_error(input.name() + ": " + done.error().message);
}

/// Feeds all of it to `pass`, from the beginning.
template <class Pass>
void feed_all(const InputFile& input, Pass& pass, std::string_view doing) {
  Progress progress(doing);
  std::vector<char> chunk(pass_read_at_once);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = input.read_at(at, chunk);
    if (got == 0) return;
    require(pass.feed({chunk.data(), got}), input);
    progress.show(at += got, input.size());
  }
}

/// What an import of it would be.
ImportPlan plan_import(const InputFile& input);
/// Hands what it holds to `target`.
ImportReport run_pass(const InputFile& input, const ImportPlan& plan, ImportTarget& target, std::string_view doing);

}  // namespace penchant
