#include "persistence/record_stats.h"

#include <algorithm>

#include "engine/model_name.h"

namespace penchant {

RecordStats::Number RecordStats::Names::number_of(std::string_view key, std::string_view text) {
  const auto found = numbers_.find(key);
  if (found != numbers_.end()) return found->second;
  const auto number = static_cast<Number>(texts_.size());
  keys_.emplace_back(key);
  texts_.emplace_back(text);
  numbers_.emplace(keys_.back(), number);
  return number;
}

void RecordStats::count(const Record& record) {
  if (record.verdict == Verdict::neutral) return;
  const auto add = [&record](Pairs& pairs, std::uint64_t first, Number second) {
    Counted& counted = pairs[first << 32 | second];
    counted.selected += record.verdict == Verdict::selected ? 1 : 0;
    ++counted.total;
  };
  const auto keep = [](std::vector<Number>& numbers, Number number) {
    if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
  };
  const Number checkpoint = checkpoint_names_.number_of(model_key(record.checkpoint), record.checkpoint);
  record_loras_.clear();
  for (const LoraTag& lora : record.loras) keep(record_loras_, lora_names_.number_of(model_key(lora.name), lora.name));
  record_keywords_.clear();
  for (const Keyword& keyword : record.keywords) {
    keep(record_keywords_, keyword_names_.number_of(keyword.text, keyword.text));
  }
  for (const Number keyword : record_keywords_) {
    add(keyword_checkpoints_, keyword, checkpoint);
    for (const Number lora : record_loras_) add(keyword_loras_, keyword, lora);
  }
  add(checkpoints_, 0, checkpoint);
  for (const Number lora : record_loras_) {
    add(checkpoint_loras_, checkpoint, lora);
    add(loras_, 0, lora);
  }
}

result<void> RecordStats::each_of(std::string_view type, const Pairs& pairs, const Names* first, const Names& second,
                                  const std::function<result<void>(const Stat&)>& on_stat) const {
  const auto second_of = [](std::uint64_t pair) { return static_cast<Number>(pair); };
  const auto first_of = [](std::uint64_t pair) { return static_cast<Number>(pair >> 32); };
  std::vector<std::uint64_t> sorted;
  sorted.reserve(pairs.size());
  for (const auto& [pair, counted] : pairs) sorted.push_back(pair);
  std::ranges::sort(sorted, [&](std::uint64_t a, std::uint64_t b) {
    const bool is_same = first_of(a) == first_of(b);
    return is_same ? second.text(second_of(a)) < second.text(second_of(b))
                   : first->text(first_of(a)) < first->text(first_of(b));
  });
  std::string key;
  for (const std::uint64_t pair : sorted) {
    key.clear();
    if (first) key.append(first->text(first_of(pair))).append(":");
    key += second.text(second_of(pair));
    const Counted& counted = pairs.find(pair)->second;
    if (auto taken = on_stat({type, key, counted.selected, counted.total}); !taken) return taken;
  }
  return {};
}

result<void> RecordStats::each(const std::function<result<void>(const Stat&)>& on_stat) const {
  struct Table {
    std::string_view type;
    const Pairs& pairs;
    const Names* first;
    const Names& second;
  };
  for (const Table& table :
       {Table{"keyword_checkpoint", keyword_checkpoints_, &keyword_names_, checkpoint_names_},
        Table{"keyword_lora", keyword_loras_, &keyword_names_, lora_names_},
        Table{"checkpoint_lora", checkpoint_loras_, &checkpoint_names_, lora_names_},
        Table{"checkpoint", checkpoints_, nullptr, checkpoint_names_}, Table{"lora", loras_, nullptr, lora_names_}}) {
    if (auto told = each_of(table.type, table.pairs, table.first, table.second, on_stat); !told) return told;
  }
  return {};
}

}  // namespace penchant
