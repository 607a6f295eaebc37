// The oracle: what docs/model.md says, in the slowest way that is plainly right. Every verdict is kept in a list;
// every answer goes through all of them, in doubles, with one std::exp each. Slow, and small enough to be believed.
//
// Here: what happened, who is who, and which checkpoints are in question. What is counted from it: oracle_asked.h.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/model_name.h"

namespace penchant::test {

/// What weighs `weight` at `since_ms`, and from then on fades.
struct Fading {
  double weight = 0;
  std::int64_t since_ms = 0;
};

/// One verdict. Models are named by their keys.
struct Remembered {
  std::string id;
  Verdict verdict = Verdict::neutral;
  std::string family;
  std::string checkpoint;
  std::vector<std::string> keywords;
  std::vector<std::string> negatives;
  std::map<std::string, double> loras;       // and how strong they were
  std::map<std::string, double> parameters;  // those to be learned
  Fading age;
};

/// A verdict that counts, and what it weighs when it is asked about.
struct Weighed {
  const Remembered* record;
  double weight;
};
using Verdicts = std::vector<Weighed>;

/// What a record must name to be counted in a cell of some table; where empty, it may name anything.
struct Cell {
  std::string_view keyword;
  std::string_view checkpoint;
  std::string_view lora;
  std::string_view negative;

  bool has(const Remembered& record) const {
    const auto names = [](const auto& all, std::string_view one) {
      return one.empty() || std::find(all.begin(), all.end(), one) != all.end();
    };
    return (checkpoint.empty() || record.checkpoint == checkpoint) && names(record.keywords, keyword) &&
           names(record.negatives, negative) && (lora.empty() || record.loras.contains(std::string(lora)));
  }
};

struct Tally {
  double selected = 0;
  double observed = 0;
};

inline Tally tally(const Verdicts& verdicts, const Cell& cell) {
  Tally sum;
  for (const auto& [record, weight] : verdicts) {
    if (!cell.has(*record)) continue;
    sum.observed += weight;
    if (record->verdict == Verdict::selected) sum.selected += weight;
  }
  return sum;
}

struct OracleArm {
  std::string key;
  std::string name;
  std::string family;
};

struct Person {
  std::string name;
  std::vector<Remembered> records;     // each with its last verdict
  std::vector<OracleArm> checkpoints;  // in order of first record, as all that follow
  std::vector<OracleArm> loras;
  std::vector<std::pair<std::string, std::string>> parameters;  // by family and name
  std::set<std::string> words;                                  // that have not been dropped
  double landmark = 0;
  bool shares = false;
  std::optional<Fading> newest;  // the judged one of the latest time
  Fading lost;                   // at most so many observations of a cell, of what is taken for nothing

  std::uint64_t verdicts(Verdict verdict) const {
    return static_cast<std::uint64_t>(std::ranges::count(records, verdict, &Remembered::verdict));
  }
  bool names_checkpoint(const std::string& key) const {
    return std::ranges::find(records, key, &Remembered::checkpoint) != records.end();
  }
  bool names_lora(const std::string& key) const {
    return std::ranges::any_of(records, [&](const Remembered& r) { return r.loras.contains(key); });
  }
};

/// Of a prompt in the grammar of RandomLife: its words in order, each once.
inline std::vector<std::string> read_words(std::string_view prompt) {
  std::vector<std::string> words;
  std::string word;
  bool is_tag = false;
  for (const char c : std::string(prompt) + ' ') {
    if (c >= 'a' && c <= 'z' && !is_tag) word += c;
    if (c == '<') is_tag = true;
    if (c == '>') is_tag = false;
    if ((c >= 'a' && c <= 'z') || word.empty()) continue;
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
    word.clear();
  }
  return words;
}

class Oracle {
 public:
  std::int64_t now_ms() const { return now_ms_; }
  const std::vector<Person>& people() const { return people_; }
  const Person* find(std::string_view user) const {
    const auto found = std::ranges::find(people_, user, &Person::name);
    return found == people_.end() ? nullptr : &*found;
  }
  double weight(const Fading& fading, std::int64_t at_ms) const {
    const double days = static_cast<double>(at_ms - fading.since_ms) / 86'400'000.0;
    return days_ == 0 ? fading.weight : fading.weight * std::exp(-days / days_);
  }

  /// The judged ones of a user's. Asked about a time before `newest`, that weighs 1, and the others less.
  Verdicts verdicts(const Person& person, std::int64_t at_ms, const Fading& newest) const {
    Verdicts found;
    const double most = std::max(weight(newest, at_ms), 1.0);
    for (const Remembered& record : person.records) {
      if (record.verdict != Verdict::neutral) found.push_back({&record, weight(record.age, at_ms) / most});
    }
    return found;
  }
  Verdicts verdicts(const Person* person, std::int64_t at_ms) const {
    return person ? verdicts(*person, at_ms, person->newest.value_or(Fading{})) : Verdicts{};
  }

  /// By how much, at most, counts of the person's are off at a time.
  double lost(const Person& person, std::int64_t at_ms, const Fading& newest) const {
    return weight(person.lost, at_ms) / std::max(weight(newest, at_ms), 1.0);
  }

  Recorded record(const Record& event) {
    Person* const known_person = const_cast<Person*>(find(event.user));
    Remembered* known = nullptr;
    for (std::size_t i = 0; known_person && !event.id.empty() && i < known_person->records.size(); ++i) {
      if (known_person->records[i].id == event.id) known = &known_person->records[i];
    }
    const auto number = [&] { return static_cast<std::uint64_t>(known - known_person->records.data() + 1); };
    if (known && known->verdict == event.verdict) return {Recorded::Kind::duplicate, number()};

    now_ms_ = std::max(now_ms_, event.now_ms);
    Person& person = find_or_add(event.user);
    keep_landmark_near(person);
    Remembered record = remembered(event, person);
    if (record.verdict != Verdict::neutral) {
      person.words.insert(record.keywords.begin(), record.keywords.end());
      if (!person.newest || weight(record.age, now_ms_) > weight(*person.newest, now_ms_)) person.newest = record.age;
    }
    if (known) {
      note_taken_back(person, *known);
      *known = std::move(record);
      return {Recorded::Kind::corrected, number()};
    }
    person.records.push_back(std::move(record));
    return {Recorded::Kind::counted, person.records.size()};
  }

  void change_decay(const DecayChange& event) {
    now_ms_ = std::max(now_ms_, event.now_ms);
    const auto fade = [this](Fading& fading) { fading = {weight(fading, now_ms_), now_ms_}; };
    for (Person& person : people_) {
      for (Remembered& record : person.records) fade(record.age);
      if (person.newest) fade(*person.newest);
      fade(person.lost);
    }
    // The clock of half-lives goes on from here; while there is nobody, it begins with time.
    half_lives_then_ = people_.empty() ? 0 : half_lives(now_ms_);
    then_ms_ = people_.empty() ? 0 : now_ms_;
    days_ = event.decay_days;
  }

  void share(const Share& event) {
    find_or_add(event.user).shares = event.on;
    now_ms_ = std::max(now_ms_, event.now_ms);
  }

  std::uint64_t forget(const Forget& event) {
    const Person* const person = find(event.user);
    if (!person) return 0;
    now_ms_ = std::max(now_ms_, event.now_ms);
    const std::uint64_t records = person->records.size();
    people_.erase(people_.begin() + (person - people_.data()));
    return records;
  }

  void set_pool(const PoolSet& event) {
    now_ms_ = std::max(now_ms_, event.now_ms);
    const std::string family(event.family);
    if (pools_of(family).empty()) {
      std::erase(families_, family);
      families_.push_back(family);
    }
    std::vector<OracleArm>& pool = pools_[{family, event.tier}];
    pool.clear();
    for (const std::string_view name : event.checkpoints) add(pool, name);
  }

  bool delete_pool(const PoolDelete& event) {
    if (pools_.erase({std::string(event.family), event.tier}) == 0) return false;
    now_ms_ = std::max(now_ms_, event.now_ms);
    return true;
  }

  std::vector<std::pair<Tier, const std::vector<OracleArm>*>> pools_of(const std::string& family) const {
    std::vector<std::pair<Tier, const std::vector<OracleArm>*>> found;
    for (const auto& [place, pool] : pools_) {
      if (place.first == family) found.emplace_back(place.second, &pool);
    }
    return found;
  }

  /// Adds a model unless it is there.
  static void add(std::vector<OracleArm>& arms, std::string_view name) {
    const std::string key(model_key(name));
    if (std::ranges::find(arms, key, &OracleArm::key) == arms.end()) arms.push_back({key, std::string(name), ""});
  }

 private:
  double half_lives(std::int64_t at_ms) const {
    const double days = static_cast<double>(at_ms - then_ms_) / 86'400'000.0;
    return half_lives_then_ + (days_ == 0 ? 0 : days / (days_ * std::numbers::ln2));
  }

  Person& find_or_add(std::string_view user) {
    if (const Person* person = find(user)) return *const_cast<Person*>(person);
    people_.push_back({.name = std::string(user), .landmark = std::floor(half_lives(now_ms_))});
    return people_.back();
  }

  /// Words and negative prompts that have faded below notice go when the landmark moves.
  void keep_landmark_near(Person& person) {
    if (half_lives(now_ms_) - person.landmark <= 32) return;
    person.landmark = std::floor(half_lives(now_ms_));
    const Verdicts all = verdicts(&person, now_ms_);
    double lost = 0;  // a question about the past may tell
    std::erase_if(person.words, [&](const std::string& word) {
      double most = 0;
      for (const OracleArm& checkpoint : person.checkpoints) {
        most = std::max(most, tally(all, {.keyword = word, .checkpoint = checkpoint.key}).observed);
      }
      if (most <= 1e-6) lost = std::max(lost, tally(all, {.keyword = word}).observed);
      return most <= 1e-6;
    });
    for (const auto& [record, weight] : all) {
      if (weight <= 1e-6 && !record->negatives.empty()) lost += weight;
    }
    note_lost(person, lost);
  }

  Remembered remembered(const Record& event, Person& person) {
    const std::int64_t at_ms = std::min(event.at_ms.value_or(now_ms_), now_ms_);
    Remembered record{.id = std::string(event.id),
                      .verdict = event.verdict,
                      .family = std::string(event.family),
                      .checkpoint = meet(person.checkpoints, event.checkpoint, event.family),
                      .keywords = read_words(event.prompt),
                      .negatives = read_words(event.negative_prompt),
                      .age = {1, std::min(event.weight_ms.value_or(at_ms), now_ms_)}};
    for (const LoraTag& lora : event.loras) {
      record.loras.emplace(meet(person.loras, lora.name, event.family), lora.strength_model);
    }
    std::set<std::string_view> named;
    for (const Parameter& parameter : event.parameters) {
      const auto value = number(parameter);
      if (!named.insert(parameter.name).second || !value) continue;
      record.parameters.emplace(parameter.name, *value);
      const std::pair<std::string, std::string> column(event.family, parameter.name);
      if (std::ranges::find(person.parameters, column) == person.parameters.end()) person.parameters.push_back(column);
    }
    return record;
  }

  /// A parameter's value, where it is one to learn.
  static std::optional<double> number(const Parameter& parameter) {
    const std::string text(parameter.value);
    if (parameter.name == "seed" || parameter.name == "Seed") return std::nullopt;
    if (text.empty() || text.find_first_not_of("-.0123456789e") != std::string::npos) return std::nullopt;
    const double value = std::stod(text);
    return std::abs(value) <= 1e15 ? std::optional(value) : std::nullopt;
  }

  /// What is left of a cell is taken for what rounding leaves, where it is less than 1e-4 of what is taken back.
  void note_taken_back(Person& person, const Remembered& taken) {
    if (taken.verdict == Verdict::neutral) return;
    double lost = 0;
    const double taken_weight = weight(taken.age, now_ms_);
    for (const auto& [record, weight] : verdicts(&person, now_ms_)) {
      if (weight < 1.01e-4 * taken_weight) lost += weight;
    }
    note_lost(person, lost);
  }
  void note_lost(Person& person, double lost) { person.lost = {weight(person.lost, now_ms_) + lost, now_ms_}; }

  /// The key of a model a user records, met now or before.
  std::string meet(std::vector<OracleArm>& arms, std::string_view name, std::string_view family) {
    const std::string key(model_key(name));
    add(arms, public_name(key).value_or(std::string(name)));
    const auto arm = std::ranges::find(arms, key, &OracleArm::key);
    if (!family.empty()) arm->family = family;
    return key;
  }

  std::optional<std::string> public_name(const std::string& key) const {
    for (const std::string& family : families_) {
      for (const auto& [tier, pool] : pools_of(family)) {
        const auto arm = std::ranges::find(*pool, key, &OracleArm::key);
        if (arm != pool->end()) return arm->name;
      }
    }
    return std::nullopt;
  }

  std::int64_t now_ms_ = 0;
  double days_ = 30;
  double half_lives_then_ = 0;  // at the last change of the decay
  std::int64_t then_ms_ = 0;
  std::vector<Person> people_;
  std::vector<std::string> families_;  // in order of first mention
  std::map<std::pair<std::string, Tier>, std::vector<OracleArm>> pools_;
};

}  // namespace penchant::test
