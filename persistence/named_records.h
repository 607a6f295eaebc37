// NamedRecords: whether a store still has a record that it named itself, for an import that brings it back.
//
// A name tells the number of the record's event; the journal is read forward to it, so that names in ascending order,
// as exports have them, cost one pass. Owner and thread: any one. Lifetime: `files` outlives it. Errors: a sentence
// where the journal cannot be read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/event.h"
#include "engine/result.h"
#include "persistence/event_codec.h"
#include "persistence/file.h"
#include "persistence/journal_events.h"
#include "persistence/journal_format.h"

namespace penchant {

/// Whether the record to be imported is the one that has its name: by user, time, checkpoint and prompt.
bool is_what_was_named(const Record& kept, const Record& record);

class NamedRecords {
 public:
  NamedRecords(FileSystem& files, const std::string& directory, const StoreId& id);

  /// Whether `id` is such a name and `record` (by user, time, checkpoint and prompt) what it names. Where the journal
  /// does not reach back so far any more, yes. `last`: the last event written; `forgotten`: those of this user up to
  /// there are being erased.
  result<bool> has(std::string_view id, const Record& record, std::uint64_t last, std::uint64_t forgotten);
  /// As JournalLookup::close_files().
  void close_files() { events_.close(); }

 private:
  const std::string prefix_;
  JournalEvents events_;
  EventDecoder decoder_;
};

}  // namespace penchant
