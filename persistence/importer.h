// Importing an export file (docs/export_format.md), ours or the predecessor's, in two passes over it: the first one
// checks all of it and learns what the second needs to know, the second one hands its records to a target.
//
//   ImportCheck check;
//   for (…) if (auto fed = check.feed(bytes); !fed) return fed;
//   auto plan = check.finish();
//   Importer importer(*plan, target);
//   if (auto begun = importer.begin(); !begun) …
//   for (…) if (auto fed = importer.feed(bytes); !fed) return fed;
//   auto report = importer.finish();
//
// Owner and thread: the caller's. Lifetime: what they are given outlives them. Memory: one record (json_items.h); the
// file's pools, to import_pools_bytes_max; of the predecessor's file 8 bytes for each pair that its records have, and
// the names of its checkpoints. Errors: one sentence, with the number of the record and the field.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <boost/unordered/unordered_set.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/context.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/result.h"
#include "persistence/json_items.h"
#include "persistence/record_json.h"

namespace penchant {

inline constexpr std::size_t import_pools_bytes_max = std::size_t{64} << 20;
inline constexpr std::uint64_t stat_records_max = 1000;  // in place of one statistic
inline constexpr std::string_view default_user = "default";

struct OwnedPool {
  std::string family;
  Tier tier = Tier::standard;
  std::vector<std::string> checkpoints;
};

/// What the first pass has learned of a file.
struct ImportPlan {
  bool is_predecessor = false;
  std::string user;           // of records that name none
  std::uint64_t records = 0;  // in the file
  std::vector<OwnedPool> pools;
  // Of the predecessor's file:
  boost::unordered_flat_set<std::uint64_t> pairs;  // hashes of what its records have counted, as stat_pair() makes them
  boost::unordered_set<std::string> checkpoints;   // their model keys
  std::optional<std::int64_t> newest_ms;           // of its records
};

struct ImportReport {
  std::uint64_t records = 0;  // in the file
  std::uint64_t recorded = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t stat_records = 0;  // of those recorded and those known: in place of statistics without records
  std::uint64_t stats = 0;         // such statistics
  std::uint64_t pools = 0;         // set
};

/// Where records go: a store, or something that only tries, or hands them on.
class ImportTarget {
 public:
  virtual ~ImportTarget() = default;
  /// Takes a record, which has an id; whether it counted.
  virtual result<Recorded::Kind> record(JsonRecord& read) = 0;
  /// Sets the pool where there is none of its name; whether it did.
  virtual result<bool> add_pool(const PoolSet& pool) = 0;
  /// Whether the record is one that the store has named so.
  virtual result<bool> has_named(std::string_view id, const Record& record) = 0;
  /// Whether this is a checkpoint of the user or of a pool.
  virtual bool knows_checkpoint(std::string_view user, std::string_view name) const = 0;
};

class ImportCheck {
 public:
  ImportCheck();
  result<void> feed(std::string_view bytes) { return items_.feed(bytes); }
  /// What the file says, all of it being right.
  result<ImportPlan> finish();

 private:
  result<void> take(const JsonItems::Part& part);
  result<void> take_field(const JsonItems::Part& part);
  result<void> take_record(const JsonItems::Part& part);
  result<void> take_stat(const JsonItems::Part& part);
  result<void> take_pool(const JsonItems::Part& part);

  JsonItems items_;
  RecordReader reader_;
  ContextReader prompts_;
  Context prompt_;
  ImportPlan plan_;
  std::string format_;
  std::string version_;
  std::size_t pool_bytes_ = 0;
};

class Importer {
 public:
  Importer(const ImportPlan& plan, ImportTarget& target);
  /// Adds the pools; before the first byte.
  result<void> begin();
  result<void> feed(std::string_view bytes) { return items_.feed(bytes); }
  result<ImportReport> finish();
  const ImportReport& report() const { return report_; }

 private:
  result<void> take_record(const JsonItems::Part& part);
  result<void> take_stat(const JsonItems::Part& part);
  result<void> take_pair(std::string_view key, std::uint64_t selected, std::uint64_t rejected);
  result<void> record(JsonRecord& read);
  std::size_t checkpoint_begin(std::string_view key) const;

  const ImportPlan& plan_;
  ImportTarget& target_;
  JsonItems items_;
  RecordReader reader_;
  ImportReport report_;
  std::string id_;
};

}  // namespace penchant
