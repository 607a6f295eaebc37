// The words that the tests of a re-spread are written in: live_all, told, unsound, expect_same. A folder of one store
// or several, with all that is to live on when their number changes.
#pragma once

#include <bit>
#include <map>

#include "engine/suggest.h"
#include "persistence/folder_check.h"
#include "tests/persistence/export_fixture.h"
#include "tests/persistence/store_set_fixture.h"

namespace penchant::test {

inline constexpr LoraTag life_loras[] = {{"detail", 0.8, 0.8}, {"glow", 0.4, 0.4}};
inline constexpr Parameter life_parameters[] = {{"steps", "30"}, {"sampler", "euler"}};

/// Everything that a folder is asked for, by what was asked.
using Told = std::map<std::string, std::string>;

inline constexpr std::size_t folder_segment_bytes = 4000;

class Folder : public SetLife {
 public:
  Folder() { options.store.journal.segment_bytes = folder_segment_bytes; }
  Folder(FileSystem& real, const std::string& directory) : SetLife(real, directory) {
    options.store.journal.segment_bytes = folder_segment_bytes;
  }

  /// `rounds` records of each user, of all kinds.
  void live(int rounds, int begin = 0) {
    for (int i = begin; i < begin + rounds; ++i) {
      for (int u = 0; u < users_; ++u) record(numbered('u', u), i);
      now_ms += day_ms;
    }
    commit();
  }
  void share(std::string_view user) { BOOST_REQUIRE(store_for(user).share({now_ms, user, true})); }
  void pool(std::string_view family, std::string_view names) {
    const auto checkpoints = split(names);
    for (std::uint32_t k = 0; k < set->size(); ++k) {
      BOOST_REQUIRE(set->store(k).set_pool({now_ms, family, Tier::draft, checkpoints}));
    }
  }
  void decide_and_judge() {
    for (int u = 0; u < users_; ++u) {
      for (const std::string_view prompt : {"open", "judged"}) {
        const std::string id = decide(numbered('u', u), prompt);
        if (prompt == "judged") decisions_for(numbered('u', u)).mark_judged(id);
        ids.push_back(id);
      }
    }
    for (std::uint32_t k = 0; k < set->size(); ++k) BOOST_REQUIRE(set->decisions(k).wait_until_written());
  }
  void forget(std::string_view user) {
    BOOST_REQUIRE(store_for(user).forget(user, now_ms));
    decisions_for(user).erase_user(user);
    for (std::uint32_t k = 0; k < set->size(); ++k) BOOST_REQUIRE(set->decisions(k).wait_until_written());
  }
  void finish_erasures() {
    for (std::uint32_t k = 0; k < set->size(); ++k) {
      while (set->store(k).erasing()) {
        const auto news = set->store(k).tick(now_ms);
        BOOST_REQUIRE(!news || !news->is_failure);
      }
    }
  }
  void save() {
    for (std::uint32_t k = 0; k < set->size(); ++k) BOOST_REQUIRE(set->store(k).save(now_ms));
  }
  /// All that is to live on.
  void live_all() {
    pool("sdxl", "A B");
    live(3);
    share("u1");
    share("only-shares");
    pool("flux", "C");
    live(20, 3);  // most words have counts of their own
    decide_and_judge();
    commit();
  }

  Told told() {
    Told all;
    for (std::uint32_t k = 0; k < set->size(); ++k) {
      Store& store = set->store(k);
      for (const NamedUser& user : store.engine().users()) {
        all["sharing " + user.name] = user.user->is_sharing() ? "yes" : "no";
        all["export " + user.name] = exported(store, user.name);
        all["history " + user.name] = history(store, user.name);
        all["answers " + user.name] = answers(store.engine(), user.name);
      }
      all["pools"] = pools_told(store);
      all["decay"] = std::to_string(std::bit_cast<std::uint64_t>(store.engine().decay().half_lives(0))) + " " +
                     std::to_string(store.engine().decay().days());
    }
    for (const std::string& id : ids) all["decision " + id] = decision(id);
    return all;
  }

  /// Why the folder is not sound, or what could not be compared.
  std::string unsound(std::uint64_t compared) {
    std::string found;
    for (const std::string& directory :
         store_directories(options.store.directory, *read_layout(files, options.store.directory))) {
      const auto checked = check_folder(files, directory, false, [](auto, auto) {});
      BOOST_REQUIRE(checked);
      for (const Finding& finding : checked->findings) {
        if (finding.what.find("not a file of Penchant's") == std::string::npos)
          found += finding.file + ": " + finding.what + "; ";
      }
      if (checked->compared_snapshots != compared) {
        found += std::to_string(checked->compared_snapshots) + " snapshots of " + directory + " compared; ";
      }
    }
    return found;
  }

  Texts ids;  // of decisions

 private:
  void record(const std::string& user, int i) {
    const std::string id = numbered('x', i / 2) + user;  // every other one corrects the one before
    const std::string prompt = "ink cat " + numbered('w', i % 4) + " " + numbered('r', i);
    const std::string at = user + numbered('n', i % 2);
    const std::string negative_prompt = "blurry " + numbered('b', i % 3);
    const std::vector<Keyword> negative = words(negative_prompt);
    BOOST_REQUIRE(tell({.at_ms = now_ms - i * second_ms,
                        .verdict = i % 3 == 0 ? Verdict::rejected : Verdict::selected,
                        .user = user,
                        .checkpoint = i % 2 == 0 ? "A.safetensors" : "folder/B",
                        .prompt = prompt,
                        .negative_prompt = negative_prompt,
                        .family = i % 5 == 0 ? "" : "sdxl",
                        .id = i % 3 == 1 ? std::string_view() : id,
                        .note = at,
                        .negative_keywords = negative,
                        .loras = life_loras,
                        .parameters = life_parameters}));
  }
  static std::string exported(Store& store, const std::string& user) {
    std::string text;
    Exporter exporter([&text](std::string_view bytes) -> result<void> {
      text += bytes;
      return {};
    });
    exporter.begin(user, 0);
    BOOST_REQUIRE(store.each_record(user, [&](const HistoryRecord& one) { return exporter.add(one.id, one.record); }));
    BOOST_REQUIRE(exporter.end(pools_of(store.engine())));
    return text;
  }
  static std::string history(Store& store, const std::string& user) {
    std::string text;
    const auto page = store.history({.user = user, .limit = 1000}, [&](const HistoryRecord& one) {
      append_record_json(text, one.id, one.record);
      text += '\n';
    });
    BOOST_REQUIRE_MESSAGE(page, page.error().message);
    return text + page->cursor;
  }
  std::string answers(const Engine& engine, const std::string& user) const {
    std::string text;
    for (const std::string_view prompt : {"ink cat", "w1 r3", "r20 unknown", ""}) {
      const std::vector<Keyword> keywords = words(prompt);
      Recommender recommender{Bands{}};
      const auto answer = recommender.recommend(
          engine, {.user = user, .keywords = keywords, .family = "sdxl", .top = 9, .at_ms = now_ms});
      if (!answer) continue;
      for (const ArmAnswer& arm : answer->arms) {
        text += std::string(arm.checkpoint) + std::to_string(std::bit_cast<std::uint64_t>(arm.score)) + " ";
      }
      Suggester suggester;
      for (const auto& one : suggester.negatives(engine, {.user = user, .keywords = keywords, .at_ms = now_ms})) {
        text += std::string(one.keyword) + std::to_string(std::bit_cast<std::uint64_t>(one.score)) + " ";
      }
    }
    return text;
  }
  std::string decision(const std::string& id) {
    std::string text;
    for (std::uint32_t k = 0; k < set->size(); ++k) {
      const auto found = set->decisions(k).find(id);
      if (!found) continue;
      BOOST_TEST(store_of(found->decision.user, set->size()) == k);
      text += std::string(found->decision.user) + " " + std::string(found->decision.prompt);
      text += " " + std::string(found->decision.would_be);
      text += (found->is_judged ? " judged" : "") + std::string(found->arms.size() == 2 ? " of 2" : "");
    }
    return text;
  }

  const int users_ = 6;
};

inline void expect_same(const Told& before, const Told& after) {
  for (const auto& [asked, answer] : before) {
    const auto found = after.find(asked);
    BOOST_REQUIRE_MESSAGE(found != after.end(), asked << " is not told any more");
    BOOST_TEST(found->second == answer,
               asked << ": " << found->second.substr(0, 3000) << "\nbefore: " << answer.substr(0, 3000));
  }
  BOOST_TEST(after.size() == before.size());
}

}  // namespace penchant::test
