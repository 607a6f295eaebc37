// Pools: which checkpoints are available for a model family and tier. Shared by all users.
//
// Order matters: it breaks ties between equal scores. A checkpoint named twice is in a pool once, under the name
// first given. Limits: pools_max, pool_checkpoints_max, checked by the engine.
#pragma once

#include <boost/serialization/access.hpp>
#include <boost/serialization/split_member.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event.h"
#include "engine/interner.h"

namespace penchant {

struct PoolEntry {
  Interner::Id key = 0;
  Interner::Id name = 0;
};

struct Pool {
  std::string family;
  Tier tier = Tier::standard;
  std::vector<PoolEntry> checkpoints;
};

class Pools {
 public:
  /// All pools, by family in order of first mention, then draft, standard, quality.
  const std::vector<Pool>& all() const { return pools_; }

  const Pool* find(std::string_view family, Tier tier) const;

  /// Replaces the pool, or adds it; keeps the first of entries with the same key. What is in it no more: those before,
  /// and those named twice.
  std::vector<PoolEntry> set(std::string_view family, Tier tier, std::vector<PoolEntry> checkpoints);
  /// What was in it.
  std::vector<PoolEntry> erase(std::string_view family, Tier tier);

  /// The name under which some pool has this checkpoint: public, unlike the names in users' records.
  const Interner::Id* public_name(Interner::Id key) const;

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned version) const;  // engine/serialization.h
  template <class Archive>
  void load(Archive& archive, unsigned version);
  BOOST_SERIALIZATION_SPLIT_MEMBER()

  std::vector<Pool> pools_;
};

}  // namespace penchant
