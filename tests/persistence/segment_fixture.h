// The words that the tests of closed segments are written in: compressed, keep, closed. A store with small segments on
// a disk in memory.
#pragma once

#include <atomic>
#include <string>

#include "persistence/compressed_format.h"
#include "persistence/segment_keeping.h"
#include "persistence/segments.h"
#include "tests/persistence/erasure_fixture.h"

namespace penchant::test {

/// A store whose segments are compressed and let go when keep() says so.
class KeptLife : public ErasureLife {
 public:
  KeptLife() { options.segments.compress = true; }

  /// Ticks until a pass has ended; its failure, if it has one.
  std::string keep() {
    const std::string before = segments();
    now_ms += segments_every_ms;
    for (int quiet = 0; quiet < 2000; ++quiet) {
      const auto news = store->tick(now_ms);
      if (news && news->is_failure) return news->sentence;
      if (!store->keeping()) return "";
      std::this_thread::yield();
      if (store->keeping()) quiet = 0;
    }
    return "no pass";
  }
  /// First sequences of the folder's segments, "z" behind those that are compressed.
  std::string segments() {
    std::string told;
    for (const SegmentName& segment : *list_segments(disk, folder)) {
      told += (told.empty() ? "" : " ") + std::to_string(segment.first_sequence) + (segment.is_compressed ? "z" : "");
    }
    return told;
  }
  std::uint64_t begins_with() { return list_segments(disk, folder)->front().first_sequence; }
  /// What the segments hold, uncompressed, one after the other: by first sequence and content.
  std::string content() {
    std::string all;
    for (const SegmentName& segment : *list_segments(disk, folder)) {
      const auto opened = open_segment(disk, folder, segment.first_sequence);
      BOOST_REQUIRE_MESSAGE(opened, opened.error().message);
      Bytes bytes(static_cast<std::size_t>(*opened->file->size()));
      const auto got = opened->file->read_at(0, bytes);
      BOOST_REQUIRE_MESSAGE(got, got.error().message);
      all += std::to_string(segment.first_sequence) + ":" + text_of(bytes) + "\n";
    }
    return all;
  }
  /// Which of `texts` the segments hold, uncompressed.
  std::string content_traces(const Texts& texts) {
    std::string found;
    const std::string all = content();
    for (const std::string& text : texts) {
      if (all.find(text) != std::string::npos) found += text + " ";
    }
    return found;
  }
};

}  // namespace penchant::test
