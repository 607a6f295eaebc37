// Reading prompts: to keywords by ContextReader, to the words between what is no letter by a plain loop, and through
// RecentContexts, where every prompt comes twice in a row.
//
// Usage: bench_context [PROMPTS...]  (files with a prompt a line; without any, made ones of 14 words)
#include <cctype>
#include <cstdio>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "bench/bench.h"
#include "bench/teacher.h"
#include "engine/context/recent_contexts.h"

namespace {

using namespace penchant;
using bench::keep;

constexpr int rounds = 9;

/// What a first draft would do: letters in lower case, each word once. It knows no grammar and leaves no word out.
std::size_t count_words(std::string_view prompt) {
  std::unordered_set<std::string> words;
  std::string word;
  for (const char c : prompt) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.insert(word);
  return words.size();
}

template <class Read>
double seconds_a_round(const std::vector<std::string>& prompts, const Read& read) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    seconds.push_back(bench::seconds_of([&] {
      for (const std::string& prompt : prompts) read(prompt);
    }));
  }
  return bench::median(seconds);
}

}  // namespace

int main(int argc, char** argv) {
  auto prompts = bench::read_prompts(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (prompts.empty()) prompts = bench::make_prompts();
  std::size_t bytes = 0;
  for (const std::string& prompt : prompts) bytes += prompt.size();

  ContextReader reader(WordLists::english());
  Context context;
  RecentContexts recent(WordLists::english());
  std::size_t keywords = 0;
  for (const std::string& prompt : prompts) {
    reader.read(prompt, {}, context);
    keywords += context.keywords().size();
    if (recent.read(prompt).keywords().size() != context.keywords().size()) return 1;
  }

  const auto tell = [&](const char* name, double seconds) {
    std::printf("%-36s %7.0f ns a prompt, %6.0f MB/s\n", name, seconds * 1e9 / static_cast<double>(prompts.size()),
                static_cast<double>(bytes) / seconds / 1e6);
    return seconds;
  };
  std::printf("%zu prompts of %.0f bytes, %.1f keywords\n", prompts.size(),
              static_cast<double>(bytes) / static_cast<double>(prompts.size()),
              static_cast<double>(keywords) / static_cast<double>(prompts.size()));
  const double read = tell("ContextReader", seconds_a_round(prompts, [&](const std::string& prompt) {
                             reader.read(prompt, {}, context);
                             keep(context);
                           }));
  tell("RecentContexts, each twice", seconds_a_round(prompts, [&](const std::string& prompt) {
         keep(recent.read(prompt));
         keep(recent.read(prompt));
       }));
  const double plain =
      tell("plain loop", seconds_a_round(prompts, [](const std::string& prompt) { keep(count_words(prompt)); }));
  std::printf("the plain loop takes %.1f times as long\n", plain / read);
}
