#include "engine/record_loras.h"

#include <algorithm>

#include "engine/limits.h"
#include "engine/model_name.h"

namespace penchant {

void merge_loras(std::span<const LoraTag> given, std::span<const LoraTag> of_prompt, std::vector<LoraTag>& merged) {
  merged.clear();
  const auto add = [&merged](const LoraTag& lora) {
    const auto same = [&lora](const LoraTag& other) { return model_key(other.name) == model_key(lora.name); };
    if (std::ranges::none_of(merged, same)) merged.push_back(lora);
  };
  std::ranges::for_each(given, add);
  for (const LoraTag& lora : of_prompt) {
    // A tag is part of the prompt, not an option: one that names no model is text, and what is too many is left out.
    if (!model_key(lora.name).empty() && lora.name.size() <= model_name_bytes_max && merged.size() < record_loras_max) {
      add(lora);
    }
  }
}

}  // namespace penchant
