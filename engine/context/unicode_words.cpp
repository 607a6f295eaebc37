#include "engine/context/unicode_words.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr UChar32 hyphen = 0x2010;

// What goes beyond NFKC case folding. Each is one unit for one unit.
constexpr char16_t adapted(char16_t unit) {
  switch (unit) {
    case u'_': return u' ';
    case u'\u2019': return u'\'';  // what phones and word processors make of an apostrophe
    // UAX 29 breaks at '@'; ':' it joins letters with. Releases of CLDR differ in both, we break at both.
    case u'@':
    case u':': return u'!';
    default: return unit;
  }
}

// NFKC takes the vowel AM of Thai and Lao apart, and then the dictionaries do not know its words any more.
struct Vowel {
  char16_t first, second, whole;
};
constexpr Vowel vowels[] = {{0x0E4D, 0x0E32, 0x0E33}, {0x0ECD, 0x0EB2, 0x0EB3}};

/// The text with adapted units and whole vowels; answers its new size.
std::int32_t adapt(char16_t* text, std::int32_t size) {
  std::int32_t out = 0;
  for (std::int32_t i = 0; i < size; ++i) {
    const char16_t unit = adapted(text[i]);
    for (const Vowel& vowel : vowels) {
      if (unit != vowel.second || out == 0 || text[out - 1] != vowel.first) continue;
      --out;
      text[i] = vowel.whole;
    }
    text[out++] = adapted(text[i]);
  }
  return out;
}

bool is_gap(UChar32 c) { return c == '-' || c == hyphen || u_isUWhiteSpace(c); }

// Marks are none: a mark after a space is a segment with it.
bool is_letter_or_number(UChar32 c) { return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK)) != 0; }

bool is_latin(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(c, &status) == USCRIPT_LATIN;
}

struct Segment {
  bool is_word = false;  // has a letter or a digit
  bool is_gap = true;
  bool is_single = false;
};

Segment classify(const char16_t* text, std::int32_t size) {
  Segment segment;
  std::int32_t i = 0;
  UChar32 c = 0;
  while (i < size) {
    U16_NEXT(text, i, size, c);
    segment.is_word = segment.is_word || is_letter_or_number(c);
    segment.is_gap = segment.is_gap && is_gap(c);
    if (i == size && size == U16_LENGTH(c)) segment.is_single = u_isdigit(c) || is_latin(c);
  }
  return segment;
}

}  // namespace

void UnicodeWords::Close::operator()(UBreakIterator* breaks) const { ubrk_close(breaks); }

UnicodeWords::UnicodeWords() {
  UErrorCode status = U_ZERO_ERROR;
  folding_ = unorm2_getNFKCCasefoldInstance(&status);
  PENCHANT_CHECK(U_SUCCESS(status));
  breaks_.reset(ubrk_open(UBRK_WORD, "", nullptr, 0, &status));  // "" is the root locale: UAX 29 untailored
  PENCHANT_CHECK(U_SUCCESS(status));
}

UnicodeWords::~UnicodeWords() = default;
UnicodeWords::UnicodeWords(UnicodeWords&&) noexcept = default;
UnicodeWords& UnicodeWords::operator=(UnicodeWords&&) noexcept = default;

void UnicodeWords::start(std::string_view run) {
  const auto capacity = static_cast<std::int32_t>(run.size());  // UTF-16 units never outnumber UTF-8 bytes
  if (decoded_.size() < run.size()) decoded_.resize(run.size());
  std::int32_t size = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8WithSub(decoded_.data(), capacity, &size, run.data(), capacity, u' ', nullptr, &status);
  PENCHANT_CHECK(U_SUCCESS(status));
  fold(size);
  folded_size_ = adapt(folded_.data(), folded_size_);
  status = U_ZERO_ERROR;
  ubrk_setText(breaks_.get(), folded_.data(), folded_size_, &status);
  PENCHANT_CHECK(U_SUCCESS(status));
  position_ = ubrk_first(breaks_.get());
  adjoins_ = true;
}

void UnicodeWords::fold(std::int32_t size) {
  for (;;) {
    UErrorCode status = U_ZERO_ERROR;
    folded_size_ = unorm2_normalize(folding_, decoded_.data(), size, folded_.data(),
                                    static_cast<std::int32_t>(folded_.size()), &status);
    if (status != U_BUFFER_OVERFLOW_ERROR) {
      PENCHANT_CHECK(U_SUCCESS(status));
      return;
    }
    folded_.resize(static_cast<std::size_t>(folded_size_));
  }
}

std::optional<UnicodeWord> UnicodeWords::next() {
  for (;;) {
    const std::int32_t begin = position_;
    const std::int32_t end = ubrk_next(breaks_.get());
    if (end == UBRK_DONE) return std::nullopt;
    position_ = end;
    const char16_t* text = folded_.data() + begin;
    const Segment segment = classify(text, end - begin);
    if (!segment.is_word) {
      adjoins_ = adjoins_ && segment.is_gap;
      continue;
    }
    std::int32_t size = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strToUTF8(utf8_.data(), static_cast<std::int32_t>(utf8_.size()), &size, text, end - begin, &status);
    if (U_FAILURE(status)) {  // too long
      adjoins_ = false;
      continue;
    }
    const UnicodeWord word{{utf8_.data(), static_cast<std::size_t>(size)}, adjoins_, segment.is_single};
    adjoins_ = true;
    return word;
  }
}

}  // namespace penchant
