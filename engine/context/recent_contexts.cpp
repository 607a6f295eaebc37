#include "engine/context/recent_contexts.h"

#include "engine/text_hash.h"

namespace penchant {

const Context& RecentContexts::read(std::string_view prompt) {
  if (prompt.size() > recent_prompt_bytes_max) {
    reader_.read(prompt, {}, long_prompts_);
    return long_prompts_;
  }
  Kept& kept = kept_[TextHash()(prompt) % recent_prompts_max];
  if (kept.prompt != prompt) {
    reader_.read(prompt, {}, kept.context);
    kept.prompt = prompt;
  }
  return kept.context;
}

void RecentContexts::forget() {
  for (Kept& kept : kept_) kept = {};
  long_prompts_ = {};
}

}  // namespace penchant
