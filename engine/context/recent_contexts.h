// RecentContexts: prompts to contexts, as a ContextReader reads them; those read last are kept. A prompt comes again
// soon: it is asked about and recorded, LORAS, PARAMS and NEGATIVES want the same one, and people make many images of
// one.
//
//   RecentContexts prompts(WordLists::english());
//   const Context& context = prompts.read("castle, fog");
//
// Owner: the caller. Lifetime: a context lasts until the next read() or forget(). Threading: none.
// Errors: none. Limits: of prompts up to recent_prompt_bytes_max, recent_prompts_max are kept at the most: a prompt
// whose hash falls on another's place takes it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/context.h"

namespace penchant {

inline constexpr std::size_t recent_prompts_max = 256;
inline constexpr std::size_t recent_prompt_bytes_max = 2048;

class RecentContexts {
 public:
  explicit RecentContexts(const WordLists& lists) : reader_(lists), kept_(recent_prompts_max) {}

  const Context& read(std::string_view prompt);

  /// Nothing of any prompt stays.
  void forget();

 private:
  struct Kept {
    std::string prompt;  // at first empty, as its context is
    Context context;
  };

  ContextReader reader_;
  std::vector<Kept> kept_;  // by the prompt's hash
  Context long_prompts_;
};

}  // namespace penchant
