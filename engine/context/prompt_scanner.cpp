#include "engine/context/prompt_scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/context/char_class.h"
#include "engine/context/choice.h"
#include "engine/context/lora_tag.h"
#include "engine/context/number.h"
#include "engine/context/words.h"

namespace penchant {
namespace {

constexpr std::string_view and_keyword = "AND";
constexpr std::string_view break_keyword = "BREAK";
constexpr std::string_view embedding_prefix = "embedding";
constexpr std::string_view escapable = "()[]{}\\:|";

bool is_one_of(char c, std::string_view set) { return set.find(c) != set.npos; }

}  // namespace

PromptScanner::PromptScanner(std::string_view prompt, Dialect dialect, std::string& text, std::vector<LoraTag>& loras,
                             ReaderScratch& scratch)
    : prompt_(prompt), dialect_(dialect), text_(text), loras_(loras), scratch_(scratch), masks_(fold()) {
  scratch_.keywords.start(text_);
}

MaskView PromptScanner::fold() {
  const std::size_t size = prompt_.size() + text_padding;
  text_.reserve(size + KeywordCollector::room);
  text_.resize(size);
  std::memset(text_.data() + prompt_.size(), 0, text_padding);
  return scratch_.masks.fold(prompt_, text_.data());
}

void PromptScanner::scan() {
  const MaskView masks = masks_;
  const std::size_t size = prompt_.size();
  const char* const text = text_.data();
  const char* const prompt = prompt_.data();
  for (std::size_t i = masks.next_active(0); i < size;) {
    const std::uint64_t word = masks.words(i);
    if ((word & 1) == 0) {
      i = masks.next_active(read_event(i));
      continue;
    }
    const auto length = static_cast<std::size_t>(std::countr_one(word));
    const std::size_t end = i + length;
    const std::uint64_t after = masks.active(end);
    // No short circuits: what follows a word is hard to predict, and each of these is cheap.
    const bool may_go_on = ((after | (after >> 1 & is_joiner(text[end]))) & 1) != 0;
    const bool may_be_grammar = (prompt[i] == 'A') | (prompt[i] == 'B');  // AND, BREAK
    if (may_go_on | may_be_grammar | (length >= MaskView::window_size)) {
      i = masks.next_active(read_unusual_word(i));
      continue;
    }
    add_word(i, end);
    const auto gap = static_cast<std::size_t>(std::countr_zero(after));
    i = gap < MaskView::window_size ? end + gap : masks.next_active(end);
  }
}

inline void PromptScanner::add_word(std::size_t begin, std::size_t end) {
  KeywordCollector& keywords = scratch_.keywords;
  if (keywords.is_holding() && !is_gap(last_end_, begin)) keywords.end_phrase();
  last_end_ = end;
  const std::string_view word(text_.data() + begin, end - begin);
  keywords.add({word_key_of_padded(word), scratch_.groups.current(), word.size() == 1, false});
}

/// A word that needs a closer look: it may be grammar, be long, or go on after its first letters and digits.
std::size_t PromptScanner::read_unusual_word(std::size_t i) {
  const std::size_t end = ascii_word_end(text_.data(), i);
  if (ends_foreign(text_.data(), end)) return read_unicode_run(unicode_run_begin(i, end));
  if (text_[end] == ':' && prompt_.substr(i, end - i) == embedding_prefix) {
    return skip_embedding(end + 1);
  }
  if (const std::size_t next = read_keyword_of_grammar(i); next != i) return next;
  if (end - i <= keyword_bytes_max) {
    add_word(i, end);
  } else {
    scratch_.keywords.end_phrase();
    last_end_ = end;
  }
  return end;
}

/// After AND or BREAK if the word starts with it, otherwise `begin`.
std::size_t PromptScanner::read_keyword_of_grammar(std::size_t begin) {
  const bool is_and = dialect_ == Dialect::a1111 && is_at(begin, and_keyword);
  if (!is_and && !is_at(begin, break_keyword)) return begin;
  scratch_.keywords.end_phrase();
  if (is_and) scratch_.groups.next_subprompt();
  return begin + (is_and ? and_keyword : break_keyword).size();
}

/// AND and BREAK count in upper case and by themselves; AUTOMATIC1111 takes '_' as part of a word here.
bool PromptScanner::is_at(std::size_t begin, std::string_view keyword_of_grammar) const {
  const auto is_word = [](char c) { return is_word_part(c) || c == '_'; };
  const std::size_t end = begin + keyword_of_grammar.size();
  return prompt_.substr(begin, keyword_of_grammar.size()) == keyword_of_grammar && !is_word(text_[end]) &&
         (begin == 0 || !is_word(text_[begin - 1]));
}

bool PromptScanner::is_gap(std::size_t begin, std::size_t end) const {
  for (; begin < end; ++begin) {
    const CharClass c = char_class(prompt_[begin]);
    if (c != CharClass::gap && c != CharClass::underscore) return false;
  }
  return true;
}

std::size_t PromptScanner::read_unicode_run(std::size_t i) {
  KeywordCollector& keywords = scratch_.keywords;
  if (!is_gap(last_end_, i)) keywords.end_phrase();
  const std::size_t end = unicode_run_end(prompt_, i);
  UnicodeWords& words = scratch_.unicode_words;
  words.start(std::string_view(text_).substr(i, end - i));
  while (const std::optional<UnicodeWord> found = words.next()) {
    if (!found->adjoins) keywords.end_phrase();
    keywords.add({word_key(found->text), scratch_.groups.current(), found->is_single, true});
  }
  if (!words.end_adjoins()) keywords.end_phrase();
  last_end_ = end;
  return end;
}

std::size_t PromptScanner::read_event(std::size_t i) {
  switch (char_class(prompt_[i])) {
    case CharClass::underscore: return read_underscore(i);
    case CharClass::foreign: return read_unicode_run(i);
    case CharClass::grammar: scratch_.keywords.end_phrase(); return read_grammar(i);
    default: return i + 1;
  }
}

std::size_t PromptScanner::read_underscore(std::size_t i) {
  if (!is_wildcard_start(i)) return i + 1;
  const std::string_view near = prompt_.substr(i + 2, wildcard_name_bytes_max + 2);
  for (std::size_t size = 0; size < near.size(); ++size) {
    if (near.substr(size, 2) == "__") {
      scratch_.keywords.end_phrase();
      return i + 2 + size + 2;
    }
    if (!is_word_part(near[size]) && !is_one_of(near[size], "_-/.*")) break;
  }
  return i + 1;
}

/// Two underscores, no third, and no word before them that they could be a space of.
bool PromptScanner::is_wildcard_start(std::size_t i) const {
  if (text_[i + 1] != '_' || text_[i + 2] == '_') return false;
  return i == 0 || !is_word_part(text_[i - 1]);
}

std::size_t PromptScanner::read_grammar(std::size_t i) {
  WeightGroups& groups = scratch_.groups;
  const bool a1111 = dialect_ == Dialect::a1111;
  switch (prompt_[i]) {
    case '(': groups.open_round(); break;
    case ')': groups.close_round(std::nullopt); break;
    case '[':
      if (a1111) groups.open_square();
      break;
    case ']':
      if (a1111) groups.close_square();
      break;
    case '{': return read_choice(i);
    case '}': groups.close_choice(); break;
    case ':': return read_colon(i);
    case '|': return read_bar(i);
    case '<': return read_tag(i);
    case '\\': return i + (i + 1 < prompt_.size() && is_one_of(prompt_[i + 1], escapable) ? 2 : 1);
    case '#':
      if (a1111) return std::min(prompt_.find('\n', i), prompt_.size());
      break;
    default: break;
  }
  return i + 1;
}

std::size_t PromptScanner::read_colon(std::size_t i) {
  if (const std::optional<PromptNumber> number = read_number(prompt_, i + 1)) {
    if (const std::optional<std::size_t> next = end_weighted(*number)) return *next;
  }
  scratch_.groups.colon();
  return i + 1;
}

/// Ends the bracket or sub-prompt that the number is the weight of and answers where the next thing starts; nothing
/// where it is the weight of neither.
std::optional<std::size_t> PromptScanner::end_weighted(const PromptNumber& number) {
  WeightGroups& groups = scratch_.groups;
  const std::size_t end = number.end;
  const bool a1111 = dialect_ == Dialect::a1111;
  if (text_[end] == ')' && end < prompt_.size() && groups.is_round_open()) {
    groups.close_round(number.value);
    return end + 1;
  }
  if (text_[end] == ']' && end < prompt_.size() && groups.can_schedule()) {
    groups.close_schedule(number);
    return end + 1;
  }
  if (a1111 && (end == prompt_.size() || is_at(end, and_keyword))) {
    groups.weigh_subprompt(number.value);
    return end;
  }
  return std::nullopt;
}

std::size_t PromptScanner::read_bar(std::size_t i) {
  WeightGroups& groups = scratch_.groups;
  if (groups.innermost() != '{') {
    groups.bar();
    return i + 1;
  }
  double weight = 1;
  const std::size_t end = read_option_weight(i + 1, weight);
  groups.next_option(weight);
  return end;
}

std::size_t PromptScanner::read_choice(std::size_t i) {
  const ChoiceBound bound = read_choice_bound(prompt_, i + 1);
  double weight = 1;
  const std::size_t end = read_option_weight(bound.end, weight);
  scratch_.groups.open_choice(bound.picks, weight);
  return end;
}

/// `2::` before an option of a choice.
std::size_t PromptScanner::read_option_weight(std::size_t i, double& weight) const {
  const std::optional<PromptNumber> number = read_number(prompt_, i);
  if (!number || number->value < 0 || prompt_.substr(number->end, 2) != "::") return i;
  weight = number->value;
  return number->end + 2;
}

std::size_t PromptScanner::read_tag(std::size_t i) {
  std::size_t kind_end = i + 1;
  while (is_alnum(text_[kind_end]) || text_[kind_end] == '_') ++kind_end;
  if (kind_end == i + 1 || text_[kind_end] != ':') return i + 1;
  const std::size_t body = kind_end + 1;
  const std::size_t end = std::min(prompt_.find_first_of("<>", body), prompt_.size());
  if (end == prompt_.size() || prompt_[end] == '<') {  // torn
    std::size_t torn_end = body;
    while (torn_end < end && !is_space(prompt_[torn_end]) && prompt_[torn_end] != ',') ++torn_end;
    return torn_end;
  }
  const std::string_view kind = prompt_.substr(i + 1, kind_end - i - 1);
  if (kind == "lora" || kind == "lyco") take_lora(body, end);
  return end + 1;
}

void PromptScanner::take_lora(std::size_t begin, std::size_t end) {
  if (loras_.size() == prompt_loras_max) return;
  std::optional<LoraTag> tag = parse_lora_tag(prompt_.substr(begin, end - begin), dialect_);
  if (!tag) return;
  // No keyword lies inside the tag, so the name as written can take its place in the text.
  char* place = text_.data() + (tag->name.data() - prompt_.data());
  std::memcpy(place, tag->name.data(), tag->name.size());
  tag->name = {place, tag->name.size()};
  loras_.push_back(*tag);
}

/// An embedding's name and the weight right after it, unless that is one of what stands around.
std::size_t PromptScanner::skip_embedding(std::size_t i) {
  scratch_.keywords.end_phrase();
  while (i < prompt_.size() && !is_space(prompt_[i]) && !is_one_of(prompt_[i], ",()[]{}|:<>")) ++i;
  if (i == prompt_.size() || prompt_[i] != ':' || is_space(text_[i + 1])) return i;
  const std::optional<PromptNumber> number = read_number(prompt_, i + 1);
  const bool starts_word = number && is_digit(text_[number->end - 1]) && is_word_part(text_[number->end]);
  if (!number || starts_word) return i;
  return end_weighted(*number).value_or(number->end);
}

}  // namespace penchant
