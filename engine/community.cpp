#include "engine/community.h"

namespace penchant {

std::size_t Community::cells() const {
  return keyword_checkpoints_.cells() + keyword_loras_.cells() + checkpoint_loras_.cells() + keyword_negatives_.cells();
}

void CommunityBuilder::start(const Engine& engine) {
  visit(engine);
  community_ = {};
  const double half_lives = engine.decay().half_lives(engine.now_ms());
  community_.landmark_ = landmark_at(half_lives);
  notice_ = noticed_observations * weight_at(half_lives, community_.landmark_);
}

Community community_of(const Engine& engine) {
  CommunityBuilder builder;
  builder.start(engine);
  (void)builder.advance(engine, std::numeric_limits<std::size_t>::max());
  return builder.take();
}

void CommunityBuilder::visit(const Engine& engine) {
  forgotten_ = engine.forgotten_count();
  next_ = engine.users().begin();
}

CommunityBuilder::Turn CommunityBuilder::advance(const Engine& engine, std::size_t cells_max) {
  if (forgotten_ != engine.forgotten_count()) return Turn::stale;  // next_ may be gone
  for (std::size_t cells = 0; next_ != engine.users().end(); ++next_) {
    if (cells >= cells_max) return Turn::more;
    if (!next_->user->is_sharing()) {
      ++cells;
      continue;
    }
    add(engine, *next_->user);
    cells += next_->user->cells() + next_->user->rows().size();
  }
  return Turn::done;
}

void CommunityBuilder::add(const Engine& engine, const User& user) {
  ++community_.user_count_;
  community_.newest_half_lives_ = std::max(community_.newest_half_lives_, user.newest_half_lives());
  factor_ = exp2_exact(static_cast<double>(user.landmark() - community_.landmark_));
  add_arms(engine, user.checkpoints(), community_.checkpoint_keys_, community_.checkpoints_, checkpoints_);
  add_arms(engine, user.loras(), community_.lora_keys_, community_.loras_, loras_);
  add_checkpoint_loras(user.checkpoint_loras());
  for (std::uint32_t row = 0; row < user.rows().size(); ++row) add_keyword(engine, user, row);
}

void CommunityBuilder::add_cell(CommunityCell& cell, const Counts& counts) const {
  cell.selected += static_cast<float>(counts.selected * factor_);
  cell.observed += static_cast<float>(counts.observed * factor_);
  ++cell.users;
}

void CommunityBuilder::add_arms(const Engine& engine, const ArmTable& arms, Interner& keys,
                                std::vector<CommunityArm>& to, std::vector<std::uint32_t>& columns) {
  columns.clear();
  for (std::uint32_t column = 0; column < arms.size(); ++column) {
    const Arm& arm = arms[column];
    columns.push_back(keys.acquire(engine.name_text(arm.key)));
    if (columns.back() == to.size()) to.push_back({std::string(engine.name_text(arm.key)), {}, {}});
    CommunityArm& shared = to[columns.back()];
    if (arm.has_family()) shared.family = engine.name_text(arm.family);
    if (is_noticed(arm.overall)) add_cell(shared.overall, arm.overall);
  }
}

/// One user stands behind a pair once, however many records or negative prompts hold it.
void CommunityBuilder::add_keyword(const Engine& engine, const User& user, std::uint32_t row) {
  const std::uint32_t shared_row = community_.words_.acquire(engine.keyword_text(user.rows().keyword(row)));
  const auto add_up = [this](std::uint32_t column, const Counts& counts) { sums_[column].add(counts); };
  user.each_checkpoint(row, add_up);
  add_sums(community_.keyword_checkpoints_, shared_row, checkpoints_);
  user.each_lora(row, add_up);
  add_sums(community_.keyword_loras_, shared_row, loras_);
  user.each_negative_set(row, [&](std::uint32_t set, const Counts& counts) {
    for (const Interner::Id keyword : user.negatives().keywords(set)) sums_[keyword].add(counts);
  });
  add_negative_sums(engine, shared_row);
}

void CommunityBuilder::add_sums(Community::Table& to, std::uint32_t row, std::span<const std::uint32_t> columns) {
  for (const auto& [column, counts] : sums_) {
    if (is_noticed(counts)) add_cell(to.find_or_add(row, columns[column]), counts);
  }
  sums_.clear();
}

void CommunityBuilder::add_negative_sums(const Engine& engine, std::uint32_t row) {
  for (const auto& [keyword, counts] : sums_) {
    if (!is_noticed(counts)) continue;
    const std::uint32_t column = community_.words_.acquire(engine.keyword_text(keyword));
    add_cell(community_.keyword_negatives_.find_or_add(row, column), counts);
  }
  sums_.clear();
}

void CommunityBuilder::add_checkpoint_loras(const CountMatrix& from) {
  for (std::uint32_t checkpoint = 0; checkpoint < from.row_count(); ++checkpoint) {
    from.each_in_row(checkpoint, [&](std::uint32_t lora, const Counts& counts) {
      if (!is_noticed(counts)) return;
      add_cell(community_.checkpoint_loras_.find_or_add(checkpoints_[checkpoint], loras_[lora]), counts);
    });
  }
}

}  // namespace penchant
