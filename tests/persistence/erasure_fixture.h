// The words that the tests of FORGET are written in: secret, other, forget, erase, traces. A store with small segments,
// in which `victim` has records whose texts are easily found.
#pragma once

#include <algorithm>
#include <string>

#include "tests/persistence/store_fixture.h"

namespace penchant::test {

inline const std::string victim = "ann-the-forgotten";

/// What only the victim's records say.
inline Texts secrets() {
  return {"secret-prompt", "secret-negative", "secret-note", "secret-session",   "secret-id",
          "secret-word",   "secret-model",    "secret-lora", "secret-parameter", "secret-family"};
}
inline Texts secrets_and_name() {
  Texts all = secrets();
  all.push_back(victim);
  return all;
}

inline constexpr std::size_t small_segment_bytes = 400;

class ErasureLife : public StoreLife {
 public:
  ErasureLife() : real_(disk) { options.journal.segment_bytes = small_segment_bytes; }
  ErasureLife(FileSystem& real, const std::string& directory) : StoreLife(real, directory), real_(real) {
    options.journal.segment_bytes = small_segment_bytes;
  }

  result<Recorded> secret(int i) {
    const std::string id = numbered('x', i) + "-secret-id";
    return tell({.verdict = Verdict::selected,
                 .user = victim,
                 .checkpoint = "secret-model.safetensors",
                 .prompt = "secret-prompt",
                 .negative_prompt = "secret-negative",
                 .family = "secret-family",
                 .session = "secret-session",
                 .id = i % 2 == 0 ? std::string_view(id) : std::string_view(),
                 .note = "secret-note",
                 .keywords = secret_keywords_,
                 .negative_keywords = secret_keywords_,
                 .loras = secret_loras_,
                 .parameters = secret_parameters_});
  }
  /// A record of the victim's that tells nothing but who and `prompt`.
  result<Recorded> fresh(std::string_view prompt) {
    return tell({.user = victim, .checkpoint = "A", .prompt = prompt, .keywords = keywords_});
  }
  result<Recorded> other(std::string_view prompt) {
    return tell(
        {.verdict = Verdict::rejected, .user = "bob", .checkpoint = "B", .prompt = prompt, .keywords = keywords_});
  }
  /// `count` records of each, one after the other, a commit after each pair.
  void live(int count) {
    for (int i = 1; i <= count; ++i) {
      BOOST_REQUIRE(other(numbered('p', ++others_)));
      BOOST_REQUIRE(secret(i));
      commit();
    }
  }
  Store::Forgotten forget(std::string_view user = victim) {
    const auto forgotten = store->forget(user, now_ms);
    BOOST_REQUIRE_MESSAGE(forgotten, forgotten.error().message);
    return *forgotten;
  }
  /// Whether all is erased: ticks until it is, or three tries have failed.
  bool erase() {
    int tries = 0;
    while (store->erasing() && !store->save(now_ms)) {
      if (++tries == 3) return false;
    }
    while (store->erasing() && tries < 3) {
      const auto news = store->tick(now_ms);
      if (news && news->is_failure) ++tries;
      if (store->erasure_failure()) now_ms += erasure_retry_ms;
      std::this_thread::yield();
    }
    return !store->erasing();
  }
  /// Which of `texts` stand in which files, a line each.
  std::string traces(const Texts& texts = secrets_and_name()) {
    std::string found;
    for (const std::string& name : *real_.list(options.directory)) {
      const std::string content = content_of(name);
      for (const std::string& text : texts) {
        if (content.find(text) != std::string::npos) found += name + ": " + text + "\n";
      }
    }
    return found;
  }
  /// The prompts of a user's history, newest first, spaces between; or why not.
  std::string told(std::string_view user, std::string_view cursor = "0") {
    std::string prompts;
    const auto page = store->history(
        {.user = user, .limit = history_limit_max, .cursor = cursor},
        [&](const HistoryRecord& one) { prompts.append(prompts.empty() ? "" : " ").append(one.record.prompt); });
    return page ? prompts : page.error().message;
  }
  Texts names(std::string_view beginning) {
    Texts all = *real_.list(options.directory);
    std::erase_if(all, [&](const std::string& name) { return !name.starts_with(beginning); });
    return all;
  }
  /// The process dies at once, the machine with it.
  void lose_power(MemoryFileSystem::Leftover leftover = {}) {
    files.lose_power_in(1);
    store.reset();
    disk.power_cut(leftover);
    files.heal();
  }

 private:
  std::string content_of(const std::string& name) {
    const auto file = real_.open_read(path_in(options.directory, name));
    BOOST_REQUIRE(file);
    Bytes bytes(static_cast<std::size_t>(*(*file)->size()));
    BOOST_REQUIRE(*(*file)->read_at(0, bytes) == bytes.size());
    return text_of(bytes);
  }

  FileSystem& real_;
  const std::vector<Keyword> keywords_ = words("ink cat");
  const std::vector<Keyword> secret_keywords_ = words("ink secret-word");
  const std::vector<LoraTag> secret_loras_ = {{"secret-lora"}};
  const std::vector<Parameter> secret_parameters_ = {{"secret-parameter", "7"}};
  int others_ = 0;
};

/// A store with a life behind it, several segments and two snapshots of it.
struct LivedLife : ErasureLife {
  LivedLife() {
    open();
    live(4);
    save();
    live(2);
    save();
    live(2);
  }
};

}  // namespace penchant::test
