// Community: what the users who share have counted, all together: the prior of everybody's cells.
//
// Derived from an engine's users, and no part of its state: CommunityBuilder makes a new one now and then, a slice at a
// time. It has its own texts, since the engine's numbers may come to mean other words while it lives.
// A cell counts once community_users_min distinct users stand behind it, each with more than noticed_observations;
// before that it is as if it were not there, so that nobody's taste can be read off it. Counts are scaled to
// landmark().
//
// Owner: whoever asks. Lifetime: views last as long as the community. Threading: none.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/packed_rows.h"

namespace penchant {

inline constexpr std::uint32_t community_users_min = 3;

struct CommunityCell {
  float selected = 0;
  float observed = 0;
  std::uint32_t users = 0;

  bool counts() const { return users >= community_users_min; }
};

struct CommunityArm {
  std::string name;    // its key: how one user names a folder is that user's affair
  std::string family;  // as the last of them has it; empty where nobody told
  CommunityCell overall;
};

class Community {
 public:
  using Table = PackedRows<CommunityCell>;

  bool empty() const { return user_count_ == 0; }
  std::uint32_t user_count() const { return user_count_; }
  std::int64_t landmark() const { return landmark_; }
  /// Of the newest judged record of them all: no question is about a time before it.
  double newest_half_lives() const { return newest_half_lives_; }
  std::size_t cells() const;

  /// The row of a keyword; the column of an arm, by its model key.
  std::optional<std::uint32_t> keyword(std::string_view text) const { return words_.find(text); }
  std::optional<std::uint32_t> checkpoint(std::string_view key) const { return checkpoint_keys_.find(key); }
  std::optional<std::uint32_t> lora(std::string_view key) const { return lora_keys_.find(key); }

  /// In order of first sight; also those that do not count.
  const std::vector<CommunityArm>& checkpoints() const { return checkpoints_; }
  const std::vector<CommunityArm>& loras() const { return loras_; }

  const Table& keyword_checkpoints() const { return keyword_checkpoints_; }
  const Table& keyword_loras() const { return keyword_loras_; }
  const Table& checkpoint_loras() const { return checkpoint_loras_; }
  const Table& keyword_negatives() const { return keyword_negatives_; }  // columns are rows of keywords, too
  std::string_view keyword_text(std::uint32_t keyword) const { return words_.text(keyword); }

 private:
  friend class CommunityBuilder;

  std::uint32_t user_count_ = 0;
  std::int64_t landmark_ = 0;
  double newest_half_lives_ = std::numeric_limits<double>::lowest();
  Interner words_;
  Interner checkpoint_keys_;
  Interner lora_keys_;
  std::vector<CommunityArm> checkpoints_;
  std::vector<CommunityArm> loras_;
  Table keyword_checkpoints_;
  Table keyword_loras_;
  Table checkpoint_loras_;
  Table keyword_negatives_;
};

/// Adds up the sharing users of engines, one engine after another, some users at a time; between two slices the engines
/// may take events.
class CommunityBuilder {
 public:
  /// Begins anew, with the users of this engine.
  void start(const Engine& engine);
  /// Goes on with those of another, whose counts fade as those of the first do.
  void visit(const Engine& engine);

  /// stale: a user was forgotten meanwhile, nothing was added: start() again.
  enum class Turn : std::uint8_t { more, done, stale };
  /// Adds users of the engine that start() or visit() named last, until `cells_max` of their cells have been looked at
  /// or all are done.
  Turn advance(const Engine& engine, std::size_t cells_max);
  /// What was added up.
  Community take() { return std::exchange(community_, {}); }

 private:
  void add(const Engine& engine, const User& user);
  void add_arms(const Engine& engine, const ArmTable& arms, Interner& keys, std::vector<CommunityArm>& to,
                std::vector<std::uint32_t>& columns);
  void add_keyword(const Engine& engine, const User& user, std::uint32_t row);
  void add_negative_sums(const Engine& engine, std::uint32_t row);
  void add_checkpoint_loras(const CountMatrix& from);
  void add_sums(Community::Table& to, std::uint32_t row, std::span<const std::uint32_t> columns);
  bool is_noticed(const Counts& counts) const { return counts.observed * factor_ > notice_; }
  void add_cell(CommunityCell& cell, const Counts& counts) const;

  std::uint64_t forgotten_ = 0;  // how many users of the engine had been when it was named
  std::list<NamedUser>::const_iterator next_;
  Community community_;
  double factor_ = 1;  // from the user's landmark to the community's
  double notice_ = 0;  // to stand behind a cell takes more observations than this, to the community's landmark
  // Scratch: the community's numbers of the user's columns.
  std::vector<std::uint32_t> checkpoints_;
  std::vector<std::uint32_t> loras_;
  boost::unordered_flat_map<std::uint32_t, Counts> sums_;  // of one row, by column or negative keyword
};

/// The community of one engine's sharing users, at once.
Community community_of(const Engine& engine);

}  // namespace penchant
