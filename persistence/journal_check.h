// The part of a check that reads every segment: checksums, the chain of sequences, each event, and whether the
// snapshots are what the events give. Belongs to folder_check.h, where all is said of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "persistence/event_codec.h"
#include "persistence/folder_check.h"
#include "persistence/history_heads.h"
#include "persistence/segment_reader.h"

namespace penchant {

class JournalCheck {
 public:
  JournalCheck(FileSystem& files, const std::string& directory, bool in_use, FolderFound& found)
      : files_(files), directory_(directory), in_use_(in_use), found_(found) {}

  /// `on_bytes` is told how much of the segments, uncompressed, has been read.
  result<void> run(const std::vector<SegmentName>& segments, const std::function<void(std::uint64_t)>& on_bytes);

 private:
  struct State {
    Engine engine;
    HistoryHeads heads;
  };
  result<void> begin();
  result<void> read_segment(const SegmentName& segment, std::uint64_t after);
  result<void> read_frames(SegmentReader& reader, const SegmentName& segment);
  void take(const Frame& frame, const SegmentName& segment);
  bool replay(const Event& event, const EventPlace& place);
  void reach_snapshot();
  result<bool> load(SnapshotFound& snapshot, State& state);
  void judge_end(SegmentReader& reader, const SegmentName& segment, std::uint64_t after);
  void judge_damage(SegmentReader& reader, const SegmentName& segment, std::uint64_t after);
  void damaged(const SegmentName& segment, std::uint64_t after, const std::string& what, std::uint64_t offset);
  std::string lost_in(const SegmentName& segment, std::uint64_t until);
  void finish(const std::vector<SegmentName>& segments);
  bool is_there(const std::string& name);
  void find(Finding finding) { found_.findings.push_back(std::move(finding)); }

  FileSystem& files_;
  const std::string& directory_;
  const bool in_use_;
  FolderFound& found_;
  const std::function<void(std::uint64_t)>* on_bytes_ = nullptr;
  std::uint64_t read_bytes_ = 0;
  std::uint64_t due_ = 1;          // the event that comes next
  std::optional<State> state_;     // while it is known what the events up to here give
  std::size_t next_snapshot_ = 0;  // of found_.snapshots
  bool is_renumbered_ = false;  // a Respread stands before, and no snapshot behind it: only a snapshot has its numbers
  EventDecoder decoder_;
};

}  // namespace penchant
