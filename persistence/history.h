// History: a user's records, newest first, read from the journal by the chain that docs/history.md describes.
//
// Owner and thread: the store's. Lifetime: as JournalLookup. Work: one call tells and looks at no more than the bounds
// below; then its page is short and the cursor goes on. Errors: a cursor that is none of this user's, a LIMIT out of
// bounds, a file that cannot be read: one sentence; records told before it was found stay told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/event.h"
#include "engine/result.h"
#include "engine/user.h"
#include "persistence/event_codec.h"
#include "persistence/journal_format.h"
#include "persistence/journal_lookup.h"

namespace penchant {

inline constexpr std::size_t history_limit_max = 1000;     // records told by one call
inline constexpr std::size_t history_limit_default = 100;  // where none is asked for
inline constexpr std::size_t history_examined_max = 4096;  // records looked at by one call
// Of payloads, told and looked at by one call. The first record counts whatever its size.
inline constexpr std::size_t history_bytes_max = std::size_t{16} << 20;
inline constexpr std::size_t history_examined_bytes_max = std::size_t{64} << 20;

/// What is asked of one user's history. Empty views: any.
struct HistoryQuery {
  std::string_view user;
  std::string_view checkpoint;  // by any name of the model; `lora` likewise
  std::string_view lora;
  std::string_view keyword;  // of the prompt, as the record has it
  std::string_view session;
  std::optional<Verdict> verdict;
  std::optional<std::int64_t> since_ms;  // of the record's own time, inclusive both
  std::optional<std::int64_t> until_ms;
  std::size_t limit = history_limit_default;  // from 1 to history_limit_max
  std::string_view cursor = "0";
};

struct HistoryRecord {
  std::string_view id;         // its own, or the one it gets from its store
  std::uint64_t sequence = 0;  // of its event
  const Record& record;
};
/// Views are valid during the call, which neither changes the store nor asks it for history.
using HistoryCallback = std::function<void(const HistoryRecord&)>;

struct HistoryPage {
  std::string cursor;       // where the next call goes on; "0": nothing lies behind
  std::size_t records = 0;  // told
};

/// What stands before the sequence in the name that this store gives a record without an id.
std::string record_name_prefix(const StoreId& id);
/// What a record is called: its ID, the name that it was given before, or the one that this store gives it. Valid as
/// long as the record and `scratch`.
std::string_view record_name(const Record& record, std::uint64_t sequence, std::string_view prefix,
                             std::string& scratch);
/// Whether the record is what its user's record with this id is now: no later one corrects it.
bool is_last_version(const Record& record, const User& user);

class History {
 public:
  History(FileSystem& files, const std::string& directory, const StoreId& store_id, const Journal& journal);

  /// Where a user's records are.
  struct Chain {
    const User& user;
    EventPlace head;
    std::uint64_t forgotten = 0;  // events up to this one are being erased
  };
  result<HistoryPage> tell(const HistoryQuery& query, const Chain& chain, const HistoryCallback& on_record);

  JournalLookup& lookup() { return lookup_; }

 private:
  struct Step {
    std::optional<Record> record;  // none: no record of this user is there
    bool gone = false;  // its segment was let go
    std::uint64_t sequence = 0;
    std::size_t bytes = 0;
  };
  result<Step> step_to(EventPlace place, std::string_view user, const Chain& chain);
  void tell_record(const Step& step, const HistoryCallback& on_record);

  JournalLookup lookup_;
  EventDecoder decoder_;
  const std::string id_prefix_;
  std::string id_;  // of the record that is told, where it is given one
};

}  // namespace penchant
