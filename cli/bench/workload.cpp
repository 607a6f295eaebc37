#include "cli/bench/workload.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "net/request_bytes.h"

namespace penchant::bench {
namespace {

constexpr std::size_t made_prompts = 20'000;

constexpr std::array<std::string_view, 64> common_words = {
    "portrait",   "woman",      "detailed",   "light",        "hair",    "man",       "background", "dramatic",
    "painting",   "face",       "eyes",       "cinematic",    "fantasy", "girl",      "city",       "night",
    "photo",      "forest",     "dark",       "red",          "blue",    "style",     "anime",      "sky",
    "mountain",   "watercolor", "castle",     "realistic",    "concept", "landscape", "armor",      "golden",
    "water",      "dress",      "cat",        "robot",        "neon",    "street",    "oil",        "sunset",
    "dragon",     "vintage",    "soft",       "illustration", "ocean",   "cyberpunk", "flowers",    "smile",
    "futuristic", "snow",       "ink",        "warrior",      "clouds",  "studio",    "garden",     "moon",
    "ruins",      "minimalist", "lighthouse", "fog",          "horse",   "river",     "mask",       "crystal"};

/// 16 words on average, as in prompts that people typed.
std::string make_prompt(std::mt19937_64& random, const Zipf& words) {
  std::string prompt;
  for (std::uint64_t left = 4 + random() % 25; left > 0;) {
    const std::uint64_t phrase_words = std::min<std::uint64_t>(left, 1 + random() % 4);
    const bool is_weighted = random() % 10 == 0;
    if (!prompt.empty()) prompt += ", ";
    if (is_weighted) prompt += "(";
    for (std::uint64_t i = 0; i < phrase_words; ++i) {
      if (i > 0) prompt += " ";
      prompt += word_of(words.draw(random));
    }
    if (is_weighted) prompt += ":1.2)";
    left -= phrase_words;
  }
  return prompt;
}

std::vector<std::string> read_prompts(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::array<char, 65536> chunk;
  while (file && text.size() <= prompt_file_bytes_max) {
    file.read(chunk.data(), chunk.size());
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (text.size() > prompt_file_bytes_max) throw std::runtime_error(path + " has more than 64 MiB of prompts");
  if (!file.eof()) throw std::runtime_error("cannot read " + path + " (" + std::strerror(errno) + ")");
  std::vector<std::string> prompts;
  std::istringstream lines(std::move(text));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) prompts.push_back(std::move(line));
  }
  if (prompts.empty()) throw std::runtime_error(path + " has no prompt: one a line is wanted");
  return prompts;
}

void name(std::string& out, std::string_view stem, std::uint64_t number) {
  out.assign(stem).append(std::to_string(number));
}

}  // namespace

std::string word_of(std::uint32_t rank) {
  if (rank < common_words.size()) return std::string(common_words[rank]);
  // Three syllables at least: no common word, and none that the word lists leave out, looks like that.
  static constexpr std::string_view consonants = "bdfgjklmnprtvwxz";
  static constexpr std::string_view vowels = "aeiou";
  std::string word;
  std::uint32_t left = rank;
  for (int syllable = 0; syllable < 3 || left > 0; ++syllable) {
    word += consonants[left % consonants.size()];
    left /= static_cast<std::uint32_t>(consonants.size());
    word += vowels[left % vowels.size()];
    left /= static_cast<std::uint32_t>(vowels.size());
  }
  return word + "q";  // no plural or other ending that would be taken off
}

Workload::Workload(const Load& load)
    : records_percent_(load.records_percent), checkpoints_(load.checkpoints), users_(load.users, load.user_exponent) {
  if (!load.request.empty()) {
    append_request(given_, load.request);
    return;
  }
  if (!load.prompt_file.empty()) {
    prompts_ = read_prompts(load.prompt_file);
    return;
  }
  const Zipf words(load.words, load.word_exponent);
  prompts_.reserve(made_prompts);
  for (std::size_t i = 0; i < made_prompts; ++i) prompts_.push_back(make_prompt(random_, words));
}

Kind Workload::append(std::string& out) {
  if (!given_.empty()) {
    out += given_;
    return Kind::given;
  }
  name(user_, "bench-", users_.draw(random_));
  if (random_() % 100 >= records_percent_) {
    append_request(out, {"RECOMMEND", user_, any_prompt()});
    return Kind::recommend;
  }
  name(checkpoint_, "checkpoint-", random_() % checkpoints_);
  append_request(out, {"RECORD", user_, random_() % 3 == 0 ? "rejected" : "selected", checkpoint_, any_prompt()});
  return Kind::record;
}

void Workload::append_lesson(std::string& out, std::uint32_t user, std::uint32_t checkpoint) {
  name(user_, "bench-", user);
  name(checkpoint_, "checkpoint-", checkpoint);
  const std::string_view verdict = checkpoint % 3 == 0 ? "rejected" : "selected";
  append_request(out, {"RECORD", user_, verdict, checkpoint_, any_prompt(), "ID", checkpoint_});
}

}  // namespace penchant::bench
