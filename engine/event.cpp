#include "engine/event.h"

#include "engine/check.h"

namespace penchant {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::selected: return "selected";
    case Verdict::rejected: return "rejected";
    case Verdict::neutral: return "neutral";
  }
  PENCHANT_CHECK(false);
}

std::string_view to_string(Tier tier) {
  switch (tier) {
    case Tier::draft: return "draft";
    case Tier::standard: return "standard";
    case Tier::quality: return "quality";
  }
  PENCHANT_CHECK(false);
}

std::optional<Verdict> parse_verdict(std::string_view text) {
  for (const Verdict verdict : {Verdict::selected, Verdict::rejected, Verdict::neutral}) {
    if (text == to_string(verdict)) return verdict;
  }
  return std::nullopt;
}

std::optional<Tier> parse_tier(std::string_view text) {
  for (const Tier tier : {Tier::draft, Tier::standard, Tier::quality}) {
    if (text == to_string(tier)) return tier;
  }
  return std::nullopt;
}

}  // namespace penchant
