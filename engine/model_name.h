// Names of model files. Two names are the same model when they agree without folder and model extension:
// "sdxl/epicrealismXL.safetensors" and "epicrealismXL". Case counts, as it does on the disks they come from.
#pragma once

#include <string_view>

namespace penchant {

/// The part of `name` that identifies the model: no folder ('/' or '\'), no .safetensors, .ckpt, .pt or .gguf.
/// A view into `name`; never empty unless `name` names no file ("", "models/").
std::string_view model_key(std::string_view name);

}  // namespace penchant
