// UAX 29 words of text that is not ASCII, by ICU: NFKC case folding, then its word break iterator, which
// brings the dictionaries for Chinese, Japanese, Thai and other scripts without spaces.
//
//   UnicodeWords words;
//   words.start(run);
//   while (const auto word = words.next()) use(word->text);
//
// Owner: the caller. Lifetime: a word's text lasts until the next start() or next(). Threading: one thread at
// a time. Errors: none; bytes that are not UTF-8 separate words. That ICU does not find its own data is a
// broken installation and ends the process when the object is made, not at the first prompt that needs it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/context/words.h"

struct UBreakIterator;
struct UNormalizer2;

namespace penchant {

struct UnicodeWord {
  std::string_view text;    // folded, UTF-8
  bool adjoins = false;     // nothing but white space, '_' and hyphens since the word before it, or the start
  bool is_single = false;   // one Latin letter or one digit
};

class UnicodeWords {
 public:
  UnicodeWords();
  ~UnicodeWords();
  UnicodeWords(UnicodeWords&&) noexcept;
  UnicodeWords& operator=(UnicodeWords&&) noexcept;

  void start(std::string_view run);
  std::optional<UnicodeWord> next();  // words longer than keyword_bytes_max are skipped

  /// What stands between the last word and the end of the run lets a phrase go on. Ask after the last next().
  bool end_adjoins() const { return adjoins_; }

 private:
  struct Close {
    void operator()(UBreakIterator* breaks) const;
  };
  void fold(std::int32_t size);

  const UNormalizer2* folding_ = nullptr;  // ICU's own, never freed
  std::unique_ptr<UBreakIterator, Close> breaks_;
  std::vector<char16_t> decoded_;
  std::vector<char16_t> folded_;
  std::int32_t folded_size_ = 0;
  std::int32_t position_ = 0;
  bool adjoins_ = true;
  std::array<char, keyword_bytes_max> utf8_{};
};

}  // namespace penchant
