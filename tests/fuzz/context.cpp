// Any bytes, read as a prompt in both dialects: what a context promises holds.
#include <unicode/utf8.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "engine/check.h"
#include "engine/context/context.h"
#include "engine/context/lora_tag.h"
#include "engine/context/number.h"
#include "engine/context/word_lists.h"

namespace {

using namespace penchant;

bool is_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
    if (c < 0) return false;
  }
  return true;
}

void check_context(const Context& context) {
  PENCHANT_CHECK(context.keywords().size() <= keywords_max);
  PENCHANT_CHECK(context.loras().size() <= prompt_loras_max);
  std::set<std::string_view> seen;
  for (const Keyword& keyword : context.keywords()) {
    PENCHANT_CHECK(!keyword.text.empty() && keyword.text.size() <= keyword_bytes_max);
    PENCHANT_CHECK(is_utf8(keyword.text));
    PENCHANT_CHECK(seen.insert(keyword.text).second);
    PENCHANT_CHECK(std::abs(keyword.weight) <= weight_max);
    for (const char c : keyword.text) PENCHANT_CHECK(c != ' ' && c != '_' && !(c >= 'A' && c <= 'Z'));
  }
  for (const LoraTag& lora : context.loras()) {
    PENCHANT_CHECK(!lora.name.empty() && lora.name.size() <= lora_name_bytes_max && is_utf8(lora.name));
    PENCHANT_CHECK(std::abs(lora.strength_model) <= weight_max && std::abs(lora.strength_clip) <= weight_max);
  }
}

/// Keywords by themselves, apart from one another, are a prompt with no weights and no LoRAs.
void check_stable(ContextReader& reader, const Context& context, const ReadOptions& options) {
  std::string prompt;
  for (const Keyword& keyword : context.keywords()) prompt.append(keyword.text).append(" , ");
  Context again;
  reader.read(prompt, options, again);
  PENCHANT_CHECK(again.loras().empty());
  check_context(again);
  for (const Keyword& keyword : again.keywords()) PENCHANT_CHECK(keyword.weight == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ContextReader reader(WordLists::english());
  const std::string_view prompt(reinterpret_cast<const char*>(data), size);
  for (const Dialect dialect : {Dialect::a1111, Dialect::comfy}) {
    const ReadOptions options{dialect, size % 2 == 0 ? 20 : static_cast<int>(size) - 8};
    Context context;
    reader.read(prompt, options, context);
    check_context(context);
    check_stable(reader, context, options);
  }
  // The same bytes as a word list: a result or a sentence, never anything else.
  if (const result<WordLists> lists = WordLists::parse(prompt); !lists) {
    PENCHANT_CHECK(lists.error().message.starts_with("word list line "));
  }
  return 0;
}
