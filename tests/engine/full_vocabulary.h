// An engine whose vocabulary has as many texts as there may be.
#pragma once

#include <string>

#include "engine/engine.h"
#include "engine/limits.h"

namespace penchant::test {

/// One of many that differ, of so many bytes.
inline std::string long_text(std::size_t number, std::size_t bytes) {
  return std::string(bytes - 12, 'x') + std::to_string(100'000'000'000 + number);
}

/// Another name as long as names may be does not fit any more. There is a user, ann, who knows checkpoint A.
inline void fill_vocabulary(Engine& engine) {
  for (const std::size_t bytes : {std::size_t{1} << 20, model_name_bytes_max}) {
    for (std::size_t i = 0;; ++i) {
      const std::string text = long_text(i, bytes);
      const Keyword keyword{text};
      const Record record{.verdict = Verdict::selected, .user = "ann", .checkpoint = "A", .keywords = {&keyword, 1}};
      if (!engine.record(record)) break;
    }
  }
}

}  // namespace penchant::test
