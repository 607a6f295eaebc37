// SpreadTarget: an import's records, each to the target of the store that its user is in; pools to all of them.
//
// Owner: who imports. Errors: those of the targets. Threading: none; the stores' threads rest meanwhile.
#pragma once

#include <memory>
#include <vector>

#include "persistence/importer.h"
#include "persistence/store_layout.h"

namespace penchant {

class SpreadTarget final : public ImportTarget {
 public:
  using Targets = std::vector<std::unique_ptr<ImportTarget>>;
  /// By the number of their store; at least one.
  explicit SpreadTarget(Targets targets) : targets_(std::move(targets)) {}

  result<Recorded::Kind> record(JsonRecord& read) override { return of(read.record.user).record(read); }
  result<bool> add_pool(const PoolSet& pool) override {
    bool is_new = false;
    for (const auto& target : targets_) {
      const auto added = target->add_pool(pool);
      if (!added) return added;
      is_new = is_new || *added;
    }
    return is_new;
  }
  result<bool> has_named(std::string_view id, const Record& record) override {
    return of(record.user).has_named(id, record);
  }
  bool knows_checkpoint(std::string_view user, std::string_view name) const override {
    return of(user).knows_checkpoint(user, name);
  }

 private:
  ImportTarget& of(std::string_view user) const {
    return *targets_[store_of(user, static_cast<std::uint32_t>(targets_.size()))];
  }

  Targets targets_;
};

}  // namespace penchant
