// Whether a snapshot is what the journal's events give. Belongs to the check of a folder.
#pragma once

#include <string>

#include "engine/engine.h"
#include "persistence/history_heads.h"

namespace penchant {

struct StateView {
  const Engine& engine;
  const HistoryHeads& heads;
};

/// In which respect the two differ; empty where they do not. `bit_for_bit`: also in what an erasure changes, the
/// numbers that users and names have.
std::string difference(const StateView& snapshot, const StateView& replayed, bool bit_for_bit);

}  // namespace penchant
