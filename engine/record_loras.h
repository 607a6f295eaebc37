// The LoRAs of a record: those it was given and those its prompt names.
#pragma once

#include <span>
#include <vector>

#include "engine/context/context.h"

namespace penchant {

/// `given`, then those of the prompt that name other models, to record_loras_max; each model once.
void merge_loras(std::span<const LoraTag> given, std::span<const LoraTag> of_prompt, std::vector<LoraTag>& merged);

}  // namespace penchant
