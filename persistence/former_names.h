// FormerNames: whether a user's records have a name that a store before this one gave them, for an import that brings
// them back. docs/history.md, "Names".
//
// Such a name is a field of the record's event: the user's chain is walked once, and what it says is kept for the user
// asked about last (24 bytes a name). Owner and thread: those of `lookup`, which outlives it. Errors: a sentence where
// the journal cannot be read.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/event.h"
#include "engine/result.h"
#include "persistence/event_codec.h"
#include "persistence/file.h"
#include "persistence/history.h"
#include "persistence/journal_lookup.h"

namespace penchant {

class FormerNames {
 public:
  FormerNames(FileSystem& files, std::string directory, JournalLookup& lookup)
      : files_(files), directory_(std::move(directory)), lookup_(lookup) {}

  /// Whether `id` is the name of one of the chain's records, and `record` what it names. Where the journal does not
  /// reach back so far any more, yes if later records of the same store are there.
  result<bool> has(std::string_view id, const Record& record, const History::Chain& chain);

 private:
  struct Name {
    std::uint64_t store = 0;  // the first 8 bytes of its id
    std::uint64_t sequence = 0;
    bool operator==(const Name&) const = default;
    friend std::size_t hash_value(const Name& name) {
      return static_cast<std::size_t>(name.store ^ name.sequence * 0x9E3779B97F4A7C15);
    }
  };
  static std::optional<Name> parse(std::string_view id);
  result<void> walk(const History::Chain& chain);
  result<std::optional<Record>> record_at(EventPlace place, const History::Chain& chain);

  FileSystem& files_;
  const std::string directory_;
  JournalLookup& lookup_;
  EventDecoder decoder_;
  std::optional<std::uint32_t> user_;  // the number of whose names these are
  boost::unordered_flat_map<Name, EventPlace> names_;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> first_;  // sequence that is there, by store
  bool begins_late_ = false;                                       // the journal
};

}  // namespace penchant
