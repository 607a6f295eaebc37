// The texts of a record that become part of the vocabulary, for who counts what they take.
#pragma once

#include "engine/event.h"
#include "engine/learner/features.h"
#include "engine/model_name.h"

namespace penchant {

/// Calls on_keyword(text) and on_name(text) for each, also for what the record names twice. `features`: where learners
/// are kept, to be read for what they know the prompt by; else null.
template <class OnKeyword, class OnName>
void each_text(const Record& record, Features* features, const OnKeyword& on_keyword, const OnName& on_name) {
  const auto on_model = [&on_name](std::string_view name) {
    on_name(model_key(name));
    on_name(name);
  };
  if (features) {
    features->read(record.keywords, record.other_words);
    for (const std::string_view text : features->texts()) on_keyword(text);
  } else {
    for (const Keyword& keyword : record.keywords) on_keyword(keyword.text);
  }
  for (const Keyword& keyword : record.negative_keywords) on_keyword(keyword.text);
  on_model(record.checkpoint);
  for (const LoraTag& lora : record.loras) on_model(lora.name);
  for (const Parameter& parameter : record.parameters) on_name(parameter.name);
  on_name(record.family);
}

}  // namespace penchant
