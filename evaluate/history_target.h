// HistoryTarget: an export file's records, read as an import reads them, into a replay. docs/evaluate.md.
//
// Lifetime: what it is given outlives it. Threading: none.
#pragma once

#include <string>

#include "evaluate/history_replay.h"
#include "persistence/import_targets.h"

namespace penchant {

class HistoryTarget final : public LocalTarget {
 public:
  /// `user`: whose records alone; everybody's where it is empty.
  HistoryTarget(HistoryReplay& replay, std::string user, const WordLists& lists)
      : LocalTarget(lists), replay_(replay), user_(std::move(user)) {}

  result<Recorded::Kind> record(JsonRecord& read) override {
    if (!user_.empty() && read.record.user != user_) return Recorded::Kind::duplicate;
    if (auto valid = complete(read); !valid) return valid.error();
    if (auto added = replay_.add(read.record); !added) return added.error();
    return Recorded::Kind::counted;
  }
  result<bool> add_pool(const PoolSet&) override { return false; }
  result<bool> has_named(std::string_view, const Record&) override { return false; }

 private:
  const Engine& engine() const override { return replay_.engine(); }

  HistoryReplay& replay_;
  const std::string user_;
};

}  // namespace penchant
