#include "net/slow_log.h"

namespace penchant {

void SlowLog::add(SlowEntry entry) {
  entry.number = next_number_++;
  entries_.push_front(std::move(entry));
  if (entries_.size() > max_entries_) entries_.resize(max_entries_);
}

void SlowLog::set_max(std::size_t max_entries) {
  max_entries_ = max_entries;
  if (entries_.size() > max_entries_) entries_.resize(max_entries_);
}

}  // namespace penchant
