// Random lives: each cell of the community is what the oracle says, and nothing of those who do not share is in it.
#include "tests/engine/both.h"

namespace penchant::test {
namespace {

constexpr std::array<const char*, 11> all_words{"ink",      "cat", "moon",   "oil",   "dog", "anime",
                                                "portrait", "fog", "blurry", "hands", "text"};

class SharedCells {
 public:
  explicit SharedCells(Both& both)
      : both_(both),
        community_(*both.community(true)),
        oracle_(*both.shared(true)),
        at_ms_(both.engine.now_ms() - both.life.below(2) * 50 * day_ms),
        expected_(both.oracle, &oracle_, "", {}, at_ms_),
        keywords_(all_words.begin(), all_words.end()) {
    std::vector<Keyword> keywords;
    for (const std::string& word : keywords_) keywords.push_back({word});
    told_.ask(both.engine, &community_, nullptr, keywords, at_ms_);
  }

  /// Models are there by key, in order of first sight; those that nobody who shares ever named are not.
  void compare_arms(const std::vector<CommunityArm>& told, const std::vector<OracleArm>& expected, bool are_loras) {
    both_.expect(told.size() == expected.size(), "the number of the community's models");
    for (std::size_t i = 0; i < told.size(); ++i) {
      both_.expect(told[i].name == expected[i].key, "the community's model");
      both_.expect(told[i].family == expected[i].family, "the family of the community's model");
      const std::string_view key = expected[i].key;
      compare(told[i].overall, are_loras ? Cell{.lora = key} : Cell{.checkpoint = key});
    }
  }

  void compare_tables() {
    const auto checkpoints = oracle_.checkpoints();
    const auto loras = oracle_.loras();
    for (std::uint32_t i = 0; i < keywords_.size(); ++i) {
      const std::string& word = keywords_[i];
      const auto row = community_.keyword(word);
      if (row) both_.expect(oracle_.knows_word(word), "that no sharer ever used a word");
      for (std::uint32_t column = 0; column < checkpoints.size(); ++column) {
        compare(community_.keyword_checkpoints(), row, column,
                {.keyword = word, .checkpoint = checkpoints[column].key});
      }
      for (std::uint32_t column = 0; column < loras.size(); ++column) {
        compare(community_.keyword_loras(), row, column, {.keyword = word, .lora = loras[column].key});
      }
      for (const std::string& negative : keywords_) {
        compare(community_.keyword_negatives(), row, community_.keyword(negative),
                {.keyword = word, .negative = negative});
      }
    }
    for (std::uint32_t row = 0; row < checkpoints.size(); ++row) {
      for (std::uint32_t column = 0; column < loras.size(); ++column) {
        compare(community_.checkpoint_loras(), row, column,
                {.checkpoint = checkpoints[row].key, .lora = loras[column].key});
      }
    }
  }

  std::uint64_t counting() const { return counting_; }

 private:
  void compare(const Community::Table& table, std::optional<std::uint32_t> row, std::optional<std::uint32_t> column,
               const Cell& cell) {
    const CommunityCell* const told = row && column ? table.find(*row, *column) : nullptr;
    compare(told ? *told : CommunityCell{}, cell);
  }
  void compare(const CommunityCell& told, const Cell& cell) {
    const Prior prior = expected_.prior(cell);
    if (!both_.is_sure(prior.is_sure)) return;
    both_.expect(told.counts() == prior.counts, "whether three users stand behind a cell");
    both_.expect(Comparison::is_close(told_.prior(told), prior.mean, 1e-6 + expected_.lost()), "a cell's prior mean");
    counting_ += prior.counts ? 1 : 0;
  }

  Both& both_;
  const Community& community_;
  const OracleCommunity& oracle_;
  std::int64_t at_ms_;
  OracleAsked expected_;
  Asked told_;
  std::vector<std::string> keywords_;
  std::uint64_t counting_ = 0;
};

BOOST_AUTO_TEST_SUITE(oracle)

BOOST_AUTO_TEST_CASE(the_community_is_what_the_oracle_says) {
  std::uint64_t counting = 0;
  live_and_ask([&](Both& both) {
    if (!both.shared(true) || both.life.below(4) > 0) return;
    SharedCells cells(both);
    cells.compare_arms(both.community(true)->checkpoints(), both.shared(true)->checkpoints(), false);
    cells.compare_arms(both.community(true)->loras(), both.shared(true)->loras(), true);
    cells.compare_tables();
    both.expect(both.community(true)->user_count() == both.shared(true)->sharers().size(), "how many share");
    counting += cells.counting();
  });
  BOOST_TEST(counting > 1000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test
