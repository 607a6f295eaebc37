#include "net/memory_walk.h"

namespace penchant {

void MemoryParts::add(const User& user) {
  const std::size_t rows = user.rows().bytes();
  const std::size_t listed = user.lessons().bytes();
  const std::size_t negative = user.negatives().bytes();
  const std::size_t parameter = user.parameters().bytes();
  matrices += user.bytes() - rows - listed - negative - parameter;
  keyword_rows += rows;
  lessons += listed;
  negatives += negative;
  parameters += parameter;
}

void MemoryParts::add(const MemoryParts& other) {
  matrices += other.matrices;
  keyword_rows += other.keyword_rows;
  lessons += other.lessons;
  negatives += other.negatives;
  parameters += other.parameters;
}

void MemoryWalk::advance(const Engine& engine, std::size_t users) {
  if (!next_ || forgotten_ != engine.forgotten_count()) {  // where it stopped there may be nobody any more
    next_ = engine.users().begin();
    forgotten_ = engine.forgotten_count();
    sum_ = {};
  }
  for (; users > 0 && *next_ != engine.users().end(); --users, ++*next_) sum_.add(*(*next_)->user);
  if (*next_ != engine.users().end()) return;
  found_ = sum_;
  next_.reset();
}

}  // namespace penchant
