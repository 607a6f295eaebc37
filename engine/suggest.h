// Suggesting what goes with a prompt beside its checkpoint: LoRAs, negative keywords, parameters. See docs/model.md.
//
//   Suggester suggester;
//   for (const LoraAnswer& lora : suggester.loras(engine, {.user = "ann", .keywords = keywords, .at_ms = now_ms})) ...
//
// Owner: the caller; a Suggester is scratch to be reused. Lifetime: answers are views that last until its next call or
// the engine's next event. Threading: none.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/asked.h"

namespace penchant {

/// A LoRA whose plain rate with a checkpoint is below this, on so many observations or more, does not go with it.
inline constexpr double incompatible_rate = 0.3;
inline constexpr double incompatible_observations = 3;

struct SuggestQuestion {
  std::string_view user;
  std::span<const Keyword> keywords;
  std::string_view checkpoint;  // empty where none is told
  std::string_view family;
  std::span<const std::string_view> among;
  std::optional<std::uint32_t> top;
  std::int64_t at_ms = 0;
  const Community* community = nullptr;
};

/// What values worked: none where no selected record tells.
struct ValueAnswer {
  double mean = 0;
  double sd = 0;
  double observations = 0;
};

struct LoraAnswer {
  std::string_view lora;
  double score = 0;
  double observations = 0;
  std::optional<ValueAnswer> strength;
};

struct NegativeAnswer {
  std::string_view keyword;
  double score = 0;
  double observations = 0;
};

struct ParameterAnswer {
  std::string_view name;
  ValueAnswer value;
  std::uint32_t first_column = 0;  // of the name in the user's table: their order
};

class Suggester {
 public:
  /// Best first; those that do not go with the checkpoint are left out.
  std::span<const LoraAnswer> loras(const Engine& engine, const SuggestQuestion& question);
  /// Best first; those that were ever seen with one of the prompt's keywords, or at all where it has none.
  std::span<const NegativeAnswer> negatives(const Engine& engine, const SuggestQuestion& question);
  /// In order of first record.
  std::span<const ParameterAnswer> parameters(const Engine& engine, const SuggestQuestion& question);

 private:
  struct Lora {
    std::string_view name;
    ArmColumns columns;
    Interner::Id key = 0;
    bool is_known = false;  // whether `key` is one
  };
  void gather_loras(const Engine& engine, const SuggestQuestion& question);
  void add_lora(const Engine& engine, std::string_view name);
  bool goes_with(const Lora& lora) const;
  LoraAnswer answer_of(const Lora& lora) const;
  void add_set(const Engine& engine, std::uint32_t set, const Counts& stored);
  void add_own_negatives(const Engine& engine, std::size_t keyword);
  void add_shared_negatives(std::size_t keyword);
  void add_overall_negatives(const Engine& engine);
  void gather_parameters(const ParameterTable& table);
  std::optional<ValueAnswer> value_of(std::span<const std::uint32_t> columns) const;

  Asked asked_;
  ArmColumns checkpoint_;  // of the question
  bool has_checkpoint_ = false;
  std::optional<Interner::Id> family_;  // whose parameters are asked for; all families' where there is none

  std::vector<Lora> loras_;
  boost::unordered_flat_set<std::string_view> seen_keys_;
  std::vector<LoraAnswer> lora_answers_;

  struct Negative {
    double moved = 0;  // sum over the keywords of the rate's distance from the prior mean
    double observations = 0;
  };
  struct Pair {
    Counts counts;
    double prior = prior_mean;
    bool is_shared = false;  // it counts in the community
  };
  boost::unordered_flat_map<std::string_view, Pair> pairs_;  // of one keyword
  boost::unordered_flat_map<std::string_view, Negative> negatives_;
  std::vector<NegativeAnswer> negative_answers_;

  struct NamedColumn {
    Interner::Id name = 0;
    std::uint32_t column = 0;
  };
  std::vector<NamedColumn> named_columns_;
  std::vector<std::uint32_t> columns_;  // of one parameter
  std::vector<ParameterAnswer> parameter_answers_;
};

}  // namespace penchant
