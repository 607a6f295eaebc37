#include "engine/context/context.h"
#include "engine/context/prompt_scanner.h"
#include "engine/context/word_lists.h"

namespace penchant {

struct ContextReader::State {
  ReaderScratch scratch;
};

ContextReader::ContextReader(const WordLists& lists) : state_(new State{ReaderScratch(lists)}) {}
ContextReader::~ContextReader() = default;
ContextReader::ContextReader(ContextReader&&) noexcept = default;
ContextReader& ContextReader::operator=(ContextReader&&) noexcept = default;

void ContextReader::read(std::string_view prompt, const ReadOptions& options, Context& context) {
  ReaderScratch& scratch = state_->scratch;
  context.loras_.clear();
  scratch.groups.start(options);
  PromptScanner(prompt, options.dialect, context.text_, context.loras_, scratch).scan();
  scratch.groups.finish();
  scratch.keywords.finish(scratch.groups, context.keywords_);
}

}  // namespace penchant
