// Does again what an event of the journal did. Belongs to recovery and to the check of a folder.
#pragma once

#include "engine/engine.h"
#include "persistence/event_codec.h"
#include "persistence/history_heads.h"

namespace penchant {

/// A visitor of an event, which lies at `place`. A Failure where the engine refuses what it once took.
struct Replay {
  Engine& engine;
  HistoryHeads& heads;
  EventPlace place;

  result<void> operator()(const Record& record) const {
    const auto recorded = engine.record(record);
    if (!recorded) return recorded.error();
    heads.move(recorded->user, place);
    return {};
  }
  result<void> operator()(const PoolSet& event) const { return engine.set_pool(event); }
  result<void> operator()(const PoolDelete& event) const {
    engine.delete_pool(event);
    return {};
  }
  result<void> operator()(const DecayChange& event) const { return engine.change_decay(event); }
  result<void> operator()(const LearningChange& event) const {
    engine.change_learning(event);
    return {};
  }
  result<void> operator()(const Share& event) const { return engine.share(event); }
  result<void> operator()(const Forget& event) const {
    if (const User* user = engine.find_user(event.user)) heads.reset(user->number());
    (void)engine.forget(event);
    return {};
  }
  result<void> operator()(const Erased&) const { return {}; }
  result<void> operator()(const Respread&) const { return {}; }
};

}  // namespace penchant
