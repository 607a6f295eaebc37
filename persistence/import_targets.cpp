#include "persistence/import_targets.h"

#include <algorithm>

#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/record_loras.h"
#include "engine/validate.h"
#include "persistence/recovery.h"

namespace penchant {

bool LocalTarget::knows_checkpoint(std::string_view user, std::string_view name) const {
  if (engine().find_checkpoint(engine().find_user(user), name)) return true;
  const auto key = engine().find_name(model_key(name));
  return key && engine().pools().public_name(*key) != nullptr;
}

result<void> LocalTarget::complete(JsonRecord& read) {
  Record& record = read.record;
  if (!read.has_keywords) {
    reader_.read(record.prompt, {}, prompt_);
    record.keywords = prompt_.keywords();
    merge_loras(record.loras, prompt_.loras(), loras_);
    record.loras = loras_;
  }
  if (!read.has_negative_keywords) {
    reader_.read(record.negative_prompt, {}, negative_prompt_);
    record.negative_keywords = negative_prompt_.keywords();
  }
  if (engine().is_learning()) record.other_words = other_words_.read(record.prompt, record.keywords);
  return validate(record);
}

result<Recorded::Kind> StoreTarget::record(JsonRecord& read) {
  if (auto valid = complete(read); !valid) return valid.error();
  read.record.now_ms = now_ms_;
  read.record.is_accepted = true;  // a RoomTarget or a TrialTarget was asked before
  const auto recorded = store_.record(read.record);
  if (!recorded) return recorded.error();
  if (commits_ && store_.uncommitted_bytes() >= import_commit_bytes) {
    if (auto written = store_.commit(); !written) return written.error();
  }
  return recorded->kind;
}

result<bool> StoreTarget::add_pool(const PoolSet& pool) {
  if (engine().pools().find(pool.family, pool.tier) != nullptr) return false;
  PoolSet now = pool;
  now.now_ms = now_ms_;
  if (auto set = store_.set_pool(now); !set) return set.error();
  return true;
}

result<std::unique_ptr<TrialTarget>> TrialTarget::open(FileSystem& files, const std::string& directory,
                                                       const WordLists& lists, std::int64_t now_ms) {
  std::unique_ptr<TrialTarget> target(new TrialTarget(lists, now_ms));
  if (!files.list(directory)) return target;
  auto recovered = recover(files, directory, true, [](const std::string&) {});
  if (!recovered) return recovered.error();
  target->engine_ = std::move(recovered->engine);
  target->heads_ = std::move(recovered->heads);
  target->last_ = recovered->journal.next_sequence - 1;
  if (!recovered->journal.store_id) return target;
  target->named_.emplace(files, directory, *recovered->journal.store_id);
  target->lookup_.emplace(files, directory);
  target->former_names_.emplace(files, directory, *target->lookup_);
  return target;
}

result<Recorded::Kind> TrialTarget::record(JsonRecord& read) {
  if (auto valid = complete(read); !valid) return valid.error();
  read.record.now_ms = now_ms_;
  const auto recorded = engine_.record(read.record);
  if (!recorded) return recorded.error();
  return recorded->kind;
}

result<bool> TrialTarget::add_pool(const PoolSet& pool) {
  if (engine_.pools().find(pool.family, pool.tier) != nullptr) return false;
  if (auto set = engine_.set_pool(pool); !set) return set.error();
  return true;
}

result<bool> TrialTarget::has_named(std::string_view id, const Record& record) {
  const User* const user = engine_.find_user(record.user);
  if (!named_ || !user) return false;
  const auto has = named_->has(id, record, last_, 0);
  if (!has || *has) return has;
  return former_names_->has(id, record, {*user, heads_.of(user->number()), 0});
}

result<bool> SpreadTarget::add_pool(const PoolSet& pool) {
  bool is_new = false;
  for (const auto& target : targets_) {
    const auto added = target->add_pool(pool);
    if (!added) return added;
    is_new = is_new || *added;
  }
  return is_new;
}

result<Recorded::Kind> RoomTarget::record(JsonRecord& read) {
  if (auto valid = complete(read); !valid) return valid.error();
  if (auto fits = room_.add(read.record); !fits) return fits.error();
  return Recorded::Kind::counted;
}

result<bool> RoomTarget::add_pool(const PoolSet& pool) {
  if (engine().pools().find(pool.family, pool.tier) != nullptr) return false;
  if (engine().pools().all().size() + ++new_pools_ > pools_max) {
    return Failure{"there are as many pools as there may be, " + std::to_string(pools_max)};
  }
  return true;
}

}  // namespace penchant
