#include "net/arguments.h"

#include <algorithm>

#include "net/lower_case.h"

namespace penchant {

std::string usage_of(std::string_view name, std::string_view syntax) {
  std::string usage(name);
  if (!syntax.empty()) usage.append(" ").append(syntax);
  return usage;
}

bool is_word(std::string_view text, std::string_view upper) {
  return text.size() == upper.size() && std::equal(text.begin(), text.end(), upper.begin(), [](char c, char expected) {
           return (c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c) == expected;
         });
}

std::string Arguments::lower_text(std::string_view what) { return lower_case(text(what)); }

Verdict Arguments::verdict() {
  const auto verdict = parse_verdict(lower_text("the verdict"));
  if (!verdict) fail("the verdict must be selected, rejected or neutral");
  return verdict.value_or(Verdict::neutral);
}

Tier Arguments::tier(std::string_view what) {
  const auto tier = parse_tier(left_.empty() ? std::string{} : lower_text(what));
  if (!tier) fail(std::string(what) + " must be draft, standard or quality");
  return tier.value_or(Tier::standard);
}

Policy Arguments::policy(std::string_view what) {
  const auto policy = parse_policy(left_.empty() ? std::string{} : lower_text(what));
  if (!policy) fail(std::string(what) + " must be banded, greedy, epsilon, thompson or squarecb");
  return policy.value_or(Policy::banded);
}

ScorerChoice Arguments::scorer(std::string_view what) {
  const auto choice = parse_scorer_choice(left_.empty() ? std::string{} : lower_text(what));
  if (!choice) fail(std::string(what) + " must be mean, weighted, logodds, evidence or auto");
  return choice.value_or(ScorerKind::mean);
}

double Arguments::real(std::string_view what) {
  if (failed_) return 0;
  const std::string_view value = left_.empty() ? std::string_view{} : text(what);
  double parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(parsed)) {
    fail(std::string(what) + " must be a number");
    return 0;
  }
  return parsed;
}

void Arguments::fail(std::string sentence) {
  if (!failed_) error_ = std::move(sentence.insert(0, "ERR "));
  failed_ = true;
}

void Arguments::fail_unknown_option() {
  if (!more()) return;
  fail("unknown option '" + std::string(left_.front().substr(0, 64)) + "'; it is " + usage_of(name_, syntax_));
}

}  // namespace penchant
