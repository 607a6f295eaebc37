// Prompt to context: the keywords and LoRAs of one prompt. See docs/context.md for the grammar and rules.
//
//   ContextReader reader(WordLists::english());
//   Context context;
//   reader.read("(anime:1.2) girl <lora:ink:0.8>", {}, context);
//   // context.keywords(): anime 1.2, girl 1; context.loras(): ink 0.8
//
// Owner: the caller owns both; a Context is scratch to be reused, so that reading allocates nothing once
// it has grown. Lifetime: the views in a Context last until its next read or destruction; moving it keeps
// them, a copy of it has views into the original. A prompt must not be a view into the Context it is read to.
// Threading: a reader holds scratch, so one per thread.
// Errors: none. Every byte string has a context; bytes that are not UTF-8 separate words.
// Time: linear in the prompt, whose length the caller bounds. Limits: keywords_max, prompt_loras_max, and those of
// docs/context.md section 5; what is beyond is ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

inline constexpr std::size_t keywords_max = 64;       // a prompt's further words do not count
inline constexpr std::size_t prompt_loras_max = 64;   // a prompt's further LoRA tags do not count

enum class Dialect : std::uint8_t { a1111, comfy };

struct Keyword {
  std::string_view text;
  float weight = 1;  // attention: (x:1.2) is 1.2; kept with the record, not yet used in scores
};

struct LoraTag {
  std::string_view name;      // as written, folder and extension included
  double strength_model = 1;  // what ComfyUI calls strength_model, A1111 the unet multiplier
  double strength_clip = 1;
};

struct ReadOptions {
  Dialect dialect = Dialect::a1111;
  int steps = 20;  // to turn [a:b:10] into the share of the steps each text is active
};

class WordLists;  // word_lists.h

class Context {
 public:
  Context() = default;
  Context(const Context&) = delete;  // the views of a copy would point into the original
  Context& operator=(const Context&) = delete;
  Context(Context&&) = default;
  Context& operator=(Context&&) = default;

  std::span<const Keyword> keywords() const { return keywords_; }
  std::span<const LoraTag> loras() const { return loras_; }

 private:
  friend class ContextReader;
  std::vector<Keyword> keywords_;
  std::vector<LoraTag> loras_;
  std::string text_;  // what the views point into; never reallocated while a read is under way
};

class ContextReader {
 public:
  explicit ContextReader(const WordLists& lists);  // lists must outlive the reader
  ~ContextReader();
  ContextReader(ContextReader&&) noexcept;
  ContextReader& operator=(ContextReader&&) noexcept;

  /// Replaces what `context` held by the keywords and LoRAs of `prompt`, in order of first appearance.
  void read(std::string_view prompt, const ReadOptions& options, Context& context);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace penchant
