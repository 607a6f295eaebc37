// The oracle's suggestions: LoRAs with their strengths, negative keywords, parameters.
#pragma once

#include "engine/suggest.h"
#include "tests/engine/oracle_asked.h"

namespace penchant::test {

struct ExpectedValue {
  double mean = 0;
  double variance = 0;
  double observations = 0;
  double largest = 0;   // of the values it comes from, in size: what rounding goes by
  bool is_sure = true;  // false where rounding decides whether one of its sources has faded
};

struct ExpectedLora {
  Scored scored;
  std::optional<ExpectedValue> strength;
};

struct ExpectedParameter {
  std::string name;
  ExpectedValue value;
};

class OracleSuggester {
 public:
  OracleSuggester(const Oracle& oracle, const OracleCommunity* community, const SuggestQuestion& question)
      : asked_(oracle, community, question.user, question.keywords, question.at_ms),
        question_(question),
        checkpoint_(model_key(question.checkpoint)) {}

  double lost() const { return asked_.lost(); }

  /// In the order that breaks ties; none where rounding decides which they are.
  std::optional<std::vector<ExpectedLora>> loras() const {
    const auto candidates = lora_candidates();
    if (!candidates) return std::nullopt;
    std::vector<ExpectedLora> found;
    for (const OracleArm& lora : *candidates) {
      std::vector<Cell> cells = asked_.cells({.lora = lora.key});
      if (!checkpoint_.empty() && asked_.keywords().empty()) cells.clear();
      if (!checkpoint_.empty()) cells.push_back({.checkpoint = checkpoint_, .lora = lora.key});
      Scored scored = asked_.mean_rate(lora.name, cells);
      const Tally pair = checkpoint_.empty() ? Tally{} : asked_.counts({.checkpoint = checkpoint_, .lora = lora.key});
      const double edge = 1e-5 + asked_.lost();
      if (is_incompatible(pair, -edge)) continue;
      scored.is_optional = is_incompatible(pair, edge);
      found.push_back({scored, value([&](const Remembered& record) { return found_in(record.loras, lora.key); })});
    }
    return found;
  }

  /// By the alphabet.
  std::vector<Scored> negatives() const {
    std::set<std::string> words;
    const auto add_words = [&words](const Person& person) {
      for (const Remembered& record : person.records) words.insert(record.negatives.begin(), record.negatives.end());
    };
    if (asked_.person()) add_words(*asked_.person());
    if (asked_.community()) std::ranges::for_each(asked_.community()->sharers(), [&](auto* one) { add_words(*one); });
    std::vector<Scored> found;
    for (const std::string& word : words) {
      const auto cells = asked_.cells({.negative = word});
      Scored scored = asked_.mean_rate(word, cells);
      const double edge = 1e-8 + asked_.lost();
      const auto has_more_than = [&](double observations) {
        return std::ranges::any_of(cells, [&](const Cell& cell) {
          return asked_.counts(cell).observed > observations || asked_.prior(cell).counts;
        });
      };
      scored.is_optional = !scored.is_sure || !has_more_than(1e-6 + edge);
      if (!scored.is_sure || has_more_than(std::max(1e-6 - edge, 0.0))) found.push_back(scored);
    }
    return found;
  }

  /// In the order in which they are told.
  std::vector<ExpectedParameter> parameters() const {
    std::vector<ExpectedParameter> found;
    if (!asked_.person()) return found;
    const std::string family = asked_family();
    for (const auto& [of_family, name] : asked_.person()->parameters) {
      if (std::ranges::find(found, name, &ExpectedParameter::name) != found.end()) continue;
      if (!family.empty() && of_family != family) continue;
      const auto told = value([&](const Remembered& record) {
        return family.empty() || record.family == family ? found_in(record.parameters, name) : std::nullopt;
      });
      if (told) found.push_back({name, *told});
    }
    return found;
  }

 private:
  using Values = std::vector<std::pair<double, double>>;  // weight, value

  static std::optional<double> found_in(const std::map<std::string, double>& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }

  /// A plain rate below 0.3 on 3 or more observations; seconds do not decide. `edge` makes it easier.
  static bool is_incompatible(const Tally& pair, double edge) {
    return pair.observed >= 3 - 1e-3 - edge && pair.selected / pair.observed < 0.3 - 1e-3 + edge;
  }

  std::optional<std::vector<OracleArm>> lora_candidates() const {
    std::vector<OracleArm> found;
    for (const std::string_view name : question_.among) Oracle::add(found, name);
    const Person* const person = asked_.person();
    if (found.empty() && person) {
      for (const OracleArm& lora : person->loras) {
        if (person->names_lora(lora.key)) found.push_back(lora);
      }
    }
    if (person) OracleAsked::give_names(found, person->loras);
    if (!found.empty() || !asked_.community()) return found;
    for (const OracleArm& lora : asked_.community()->loras()) {
      const Prior shared = asked_.prior({.lora = lora.key});
      if (!shared.is_sure) return std::nullopt;
      if (shared.counts) found.push_back(lora);
    }
    if (person) OracleAsked::give_names(found, person->loras);
    return found;
  }

  /// FAMILY, else the checkpoint's, else none.
  std::string asked_family() const {
    if (!question_.family.empty()) return std::string(question_.family);
    const auto& own = asked_.person()->checkpoints;
    const auto checkpoint = std::ranges::find(own, checkpoint_, &OracleArm::key);
    return checkpoint == own.end() ? "" : checkpoint->family;
  }

  template <class ValueOf>
  Values values(const Cell& cell, const ValueOf& value_of) const {
    Values found;
    for (const auto& [record, weight] : asked_.mine()) {
      const auto value = value_of(*record);
      if (record->verdict == Verdict::selected && cell.has(*record) && value) found.emplace_back(weight, *value);
    }
    return found;
  }

  struct Spread {
    double weight = 0;
    double mean = 0;
    double variance = 0;
  };
  static Spread spread(const Values& values) {
    Spread all;
    for (const auto& [weight, value] : values) all.weight += weight;
    for (const auto& [weight, value] : values) all.mean += weight * value / all.weight;
    for (const auto& [weight, value] : values) all.variance += weight * std::pow(value - all.mean, 2) / all.weight;
    return all.weight > 0 ? all : Spread{};
  }

  /// What the prompt's words and the checkpoint say of a value, each weighed by how well it foretells one.
  template <class ValueOf>
  std::optional<ExpectedValue> value(const ValueOf& value_of) const {
    std::vector<Cell> cells = asked_.cells({});
    if (!checkpoint_.empty() && asked_.keywords().empty()) cells.clear();
    if (!checkpoint_.empty()) cells.push_back({.checkpoint = checkpoint_});
    const Values all = values({}, value_of);
    const Spread overall = spread(all);
    const double usual = std::max(overall.variance, std::pow(1e-6 * overall.mean, 2) + 1e-18);
    ExpectedValue told;
    for (const auto& [weight, value] : all) told.largest = std::max(told.largest, std::abs(value));
    std::vector<std::pair<Spread, double>> sources;
    double sum = 0;
    for (const Cell& cell : cells) {
      const Spread source = spread(values(cell, value_of));
      if (source.weight == 0 || source.weight + lost() < 0.99e-6) continue;
      if (std::abs(source.weight - 1e-6) <= 1e-8 || lost() > 1e-8 * source.weight) told.is_sure = false;
      if (source.weight < 1e-6) continue;
      const double s = (source.weight * source.variance + 2 * usual) / (source.weight + 2);
      const double q = 1 / (s * (1 + 1 / source.weight));
      sources.emplace_back(source, q);
      sum += q;
      told.observations += source.weight;
    }
    for (const auto& [source, q] : sources) told.mean += source.mean * q / sum;
    for (const auto& [source, q] : sources) {
      told.variance += (source.variance + std::pow(source.mean - told.mean, 2)) * q / sum;
    }
    return sources.empty() && told.is_sure ? std::nullopt : std::optional(told);
  }

  OracleAsked asked_;
  const SuggestQuestion& question_;
  std::string checkpoint_;
};

}  // namespace penchant::test
