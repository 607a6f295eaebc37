// The vocabulary of the context tests: a prompt in, its keywords or LoRAs out as text to compare.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/word_lists.h"

namespace penchant::test {

inline std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", number);
  return text;
}

inline Context read(std::string_view prompt, ReadOptions options = {}) {
  static ContextReader reader(WordLists::english());
  Context context;
  reader.read(prompt, options, context);
  return context;
}

inline std::string keyword_text(const Context& context) {
  std::string text;
  for (const Keyword& keyword : context.keywords()) {
    if (!text.empty()) text += ", ";
    text += keyword.text;
    if (keyword.weight != 1) text.append(" ").append(number_text(keyword.weight));
  }
  return text;
}

/// "anime 1.2, girl": a weight of 1 is left out.
inline std::string keywords(std::string_view prompt, ReadOptions options = {}) {
  return keyword_text(read(prompt, options));
}

inline std::string comfy_keywords(std::string_view prompt) { return keywords(prompt, {Dialect::comfy}); }

/// "ink model 0.8 clip 0.4, x model 1 clip 1".
inline std::string loras(std::string_view prompt, ReadOptions options = {}) {
  const Context context = read(prompt, options);
  std::string text;
  for (const LoraTag& lora : context.loras()) {
    if (!text.empty()) text += ", ";
    text += lora.name;
    text.append(" model ").append(number_text(lora.strength_model));
    text.append(" clip ").append(number_text(lora.strength_clip));
  }
  return text;
}

inline std::string comfy_loras(std::string_view prompt) { return loras(prompt, {Dialect::comfy}); }

inline std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

}  // namespace penchant::test
