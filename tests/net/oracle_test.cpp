// Random lives told as requests: every command's reply is what the oracle says. Time passes as AT says, for the server
// has a clock of its own. How answers follow from counts is compared far more often without a wire, in tests/engine.
#include <cstdio>

#include "net/community_round.h"
#include "tests/engine/comparison.h"
#include "tests/engine/oracle_policies.h"
#include "tests/engine/oracle_suggest.h"
#include "tests/engine/random_life.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

using Request = std::vector<std::string>;

std::string joined(std::span<const Keyword> keywords) {
  std::string prompt;
  for (const Keyword& keyword : keywords) prompt.append(keyword.text).append(" ");
  return prompt;
}

void add(Request& request, const char* option, std::string_view value) {
  if (!value.empty()) request.insert(request.end(), {option, std::string(value)});
}

void add_names(Request& request, const char* option, std::span<const std::string_view> names) {
  if (names.empty()) return;
  request.insert(request.end(), {option, std::to_string(names.size())});
  request.insert(request.end(), names.begin(), names.end());
}

std::string upper(std::string_view text) {
  std::string letters(text);
  for (char& c : letters) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return letters;
}

/// The options of RECORD that a judged image has beside its user, checkpoint and prompt.
void add_options(Request& request, const Record& record) {
  add(request, "NEGATIVE", record.negative_prompt);
  add(request, "FAMILY", record.family);
  add(request, "STAGE", record.stage);
  add(request, "ID", record.id);
  if (record.tier) add(request, "TIER", to_string(*record.tier));
  add(request, "AT", std::to_string(*record.at_ms));
  for (const Parameter& one : record.parameters) {
    request.insert(request.end(), {"PARAM", std::string(one.name), std::string(one.value)});
  }
  // The last ones are the prompt's own.
  const auto tags = static_cast<std::size_t>(std::ranges::count(record.prompt, '<'));
  for (const LoraTag& one : record.loras.first(record.loras.size() - tags)) {
    std::ostringstream strength;
    strength << one.strength_model;
    request.insert(request.end(), {"LORA", std::string(one.name), strength.str()});
  }
}

class Wire : public Talk, public Comparison {
 public:
  explicit Wire(unsigned seed) : Talk(200), Comparison(seed), life(seed) {
    say("HELLO 3");
    oracle.change_decay({.now_ms = 0, .decay_days = 200});
  }

  void live(int events) {
    for (; events > 0; --events) {
      ++event_;
      std::visit([this](const auto& event) { tell(event); }, life.next_event());
    }
    Service* const one = &*service;
    community.make({&one, 1});
    shared.emplace(oracle);
  }

  OracleAsked asked(const Question& question) const {
    return {oracle, &*shared, question.user, question.keywords, question.at_ms};
  }
  std::int64_t now_ms() const { return service->now_ms(); }

  LocalCommunity community;
  RandomLife life;
  Oracle oracle;
  std::optional<OracleCommunity> shared;

  void expect_reply(const Request& request, const std::string& expected) {
    const std::string told = say(request);
    expect(told == expected, (request[0] + ": " + told + " for " + expected).c_str());
  }

 private:
  void tell(Record record) {
    if (!record.at_ms) record.at_ms = record.now_ms;
    record.weight_ms = {};  // is for imports
    Request request{"RECORD", std::string(record.user), std::string(to_string(record.verdict)),
                    std::string(record.checkpoint), std::string(record.prompt)};
    add_options(request, record);
    const std::string told = say(request);
    record.now_ms = now_ms();
    const Recorded recorded = oracle.record(record);
    const bool is_known = recorded.kind == Recorded::Kind::duplicate;
    expect(told == std::to_string(is_known ? 0 : recorded.sequence), "a record's number");
    if (life.below(8) == 0) reject_all(record);
  }
  void reject_all(Record record) {
    const std::string id(record.id);
    Request request{"REJECTALL", std::string(record.user), std::string(record.prompt), "2", "m0", "m1.ckpt"};
    add_options(request, record);
    const std::string told = say(request);
    record.now_ms = now_ms();
    record.verdict = Verdict::rejected;
    int recorded = 0;
    for (const auto& [checkpoint, number] : {std::pair{"m0", ":1"}, {"m1.ckpt", ":2"}}) {
      const std::string numbered_id = id.empty() ? "" : id + number;
      record.id = numbered_id;
      record.checkpoint = checkpoint;
      recorded += oracle.record(record).kind == Recorded::Kind::duplicate ? 0 : 1;
    }
    expect(told == std::to_string(recorded), "how many are rejected");
  }
  void tell(PoolSet event) {
    if (event.checkpoints.empty()) return;  // not said over the wire
    Request request{"POOL", "SET", std::string(event.family), std::string(to_string(event.tier))};
    request.insert(request.end(), event.checkpoints.begin(), event.checkpoints.end());
    expect_reply(request, "OK");
    event.now_ms = now_ms();
    oracle.set_pool(event);
  }
  void tell(PoolDelete event) {
    const std::string told = say(Request{"POOL", "DEL", std::string(event.family), std::string(to_string(event.tier))});
    event.now_ms = now_ms();
    expect(told == (oracle.delete_pool(event) ? "1" : "0"), "POOL DEL");
  }
  void tell(const DecayChange&) {}  // comes with a start
  void tell(Share event) {
    expect_reply({"SHARE", std::string(event.user), event.on ? "ON" : "OFF"}, "OK");
    event.now_ms = now_ms();
    oracle.share(event);
  }
  void tell(Forget event) {
    const std::string told = say(Request{"FORGET", std::string(event.user)});
    event.now_ms = now_ms();
    expect(told == std::to_string(oracle.forget(event)), "FORGET");
  }
};

std::vector<Told> told_lines(const Reply& rows) {
  std::vector<Told> lines;
  for (const Reply& row : rows.elements) {
    lines.push_back({row.elements[0].text, number(row.elements[1]), number(row.elements[2])});
  }
  return lines;
}

/// As a record with the context of what was asked.
void judge(Wire& wire, const std::string& decision, const Question& question) {
  const std::string told = wire.say(Request{"JUDGE", decision, "selected", "m1"});
  const std::string prompt = joined(question.keywords);
  const Recorded expected = wire.oracle.record({.now_ms = wire.now_ms(),
                                                .verdict = Verdict::selected,
                                                .tier = question.tier,
                                                .user = question.user,
                                                .checkpoint = "m1",
                                                .prompt = prompt,
                                                .family = question.family});
  wire.expect(told == std::to_string(expected.sequence), "the number of a judged record");
}

/// `images` spread over the arms that have a chance: evenly, or drawn one by one.
std::string expected_plan(const Question& question, std::span<const ArmChance> chances, const Reply& rows,
                          std::uint64_t images) {
  const auto arms = static_cast<std::uint64_t>(
      std::ranges::count_if(chances, [](const ArmChance& chance) { return chance.probability > 0; }));
  std::vector<std::uint64_t> planned(chances.size());
  for (std::uint64_t image = 0; image < images; ++image) {
    const std::uint64_t evenly = image < images / arms * arms ? image % arms : 0;
    ++planned[question.policy == Policy::banded ? evenly : drawn(chances, splitmix64(question.seed, image))];
  }
  std::string plan;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    if (planned[i] == 0) continue;
    plan += (plan.empty() ? "[" : ", [") + rows.elements[i].elements[0].text + ", " + std::to_string(planned[i]) + "]";
  }
  return "[" + plan + "]";
}

void compare_recommend(Wire& wire) {
  const Question question = wire.life.next_question(wire.now_ms());
  Request request{"RECOMMEND", std::string(question.user), joined(question.keywords), "TOP", "1000"};
  add(request, "FAMILY", question.family);
  if (question.tier) add(request, "TIER", to_string(*question.tier));
  add_names(request, "AMONG", question.among);
  add(request, "POLICY", upper(to_string(question.policy)));
  add(request, "SEED", std::to_string(question.seed));
  add(request, "AT", std::to_string(question.at_ms));
  const OracleAsked asked = wire.asked(question);
  const auto arms = asked.arms(question);
  if (!wire.is_sure(arms.has_value())) return;
  const Reply reply = wire.ask(request);
  wire.expect((reply.kind == Reply::Kind::error) == arms->empty(), "whether there are arms");
  if (arms->empty()) return;
  std::vector<Scored> expected;
  for (const OracleArm& arm : *arms) expected.push_back(asked.checkpoint(arm));
  const Reply rows = field(reply, "arms");
  wire.compare_ranking(told_lines(rows), expected, 1000, asked.lost());

  std::vector<ArmChance> chances;  // of all of them, best first
  for (std::uint32_t i = 0; i < rows.elements.size(); ++i) chances.push_back({i, number(rows.elements[i].elements[3])});
  const bool is_banded = question.policy == Policy::banded;
  const std::size_t place = is_banded ? 0 : drawn(chances, splitmix64(question.seed, 0));
  wire.expect(field(reply, "checkpoint").text == rows.elements[place].elements[0].text, "the checkpoint");
  wire.expect(field(reply, "policy").text == to_string(question.policy), "the policy");

  request[0] = "PLAN";
  request[3] = "COUNT";
  request[4] = "7";
  const std::string plan = shown(field(wire.ask(request), "checkpoints"));
  wire.expect(plan == expected_plan(question, chances, rows, 7), "a plan");
  if (wire.life.below(2) == 0) judge(wire, field(reply, "decision").text, question);
}

/// A real, or null where there is none.
void expect_real(Wire& wire, const Reply& told, std::optional<double> expected, double tolerance, const char* what) {
  wire.expect((told.kind == Reply::Kind::null) == !expected, what);
  if (expected) wire.expect(Comparison::is_close(number(told), *expected, tolerance), what);
}

struct Evidence {
  double kept = 0;
  double seen = 0;
  char word[64] = {};
};

/// Each "12 of your 15 'ink'" and "3 of 4 'cat'".
std::vector<Evidence> evidence_in(const std::string& reason) {
  std::vector<Evidence> found;
  for (std::size_t of = reason.find(" of "); of != std::string::npos; of = reason.find(" of ", of + 1)) {
    const char* const kept = reason.c_str() + (reason.find_last_of(' ', of - 1) + 1);
    Evidence one;
    const auto reads = [&](const char* form) { return std::sscanf(kept, form, &one.kept, &one.seen, one.word) == 3; };
    if (reads("%lf of your %lf '%63[a-z0-9]'") || reads("%lf of %lf '%63[a-z0-9]'")) found.push_back(one);
  }
  return found;
}

/// "12 of your 15 'ink' images with m1 were kept, and 3 of 4 'cat'": the counts of words of the prompt, told in tenths.
void compare_reason(Wire& wire, const std::string& reason, const Question& question, const OracleAsked& asked) {
  const std::vector<Evidence> told = evidence_in(reason);
  for (const Evidence& one : told) {
    const Tally cell = asked.counts({.keyword = one.word, .checkpoint = "m1"});
    const double tolerance = 0.0502 + asked.lost();
    wire.expect(Comparison::is_close(one.kept, cell.selected, tolerance), "how many a reason says were kept");
    wire.expect(Comparison::is_close(one.seen, cell.observed, tolerance), "how many a reason says there were");
    const auto asks = [&one](const Keyword& keyword) { return keyword.text == one.word; };
    wire.expect(std::ranges::any_of(question.keywords, asks), "a reason's word");
  }
  double most = 0;
  for (const Keyword& keyword : question.keywords) {
    most = std::max(most, asked.counts({.keyword = keyword.text, .checkpoint = "m1"}).observed);
  }
  if (most > 0.051 + asked.lost()) wire.expect(!told.empty(), "a reason where there is evidence");
  if (most < 0.049 - asked.lost()) wire.expect(told.empty(), "no evidence where there is none");
}

void compare_explain(Wire& wire) {
  Question question = wire.life.next_question(wire.now_ms());
  const std::string user(question.user);
  const std::string prompt = joined(question.keywords);
  const Reply scores = wire.ask(Request{"SCORE", user, prompt, "2", "m0", "old/m1.pt"});
  const Reply told = wire.ask(Request{"EXPLAIN", user, prompt, "m1.gguf"});
  question.at_ms = wire.now_ms();
  const OracleAsked asked = wire.asked(question);
  const double lost = asked.lost();
  const Scored first = asked.checkpoint({.key = "m0", .name = "", .family = ""});
  const Scored second = asked.checkpoint({.key = "m1", .name = "", .family = ""});
  if (!wire.is_sure(first.is_sure && second.is_sure)) return;
  expect_real(wire, scores.elements[0], first.score, 2e-6 + lost, "the first score");
  expect_real(wire, scores.elements[1], second.score, 2e-6 + lost, "the second score");
  expect_real(wire, field(told, "score"), second.score, 2e-6 + lost, "a score that is explained");
  expect_real(wire, field(told, "confidence"), std::min(second.observations / 100, 1.0), 0.53e-4 + lost, "confidence");
  compare_reason(wire, field(told, "reason").text, question, asked);
  const Reply rows = field(told, "keywords");
  wire.expect(rows.elements.size() == question.keywords.size(), "the number of keywords");
  for (std::size_t i = 0; i < rows.elements.size(); ++i) {
    const std::vector<Reply>& row = rows.elements[i].elements;
    const Tally cell = asked.counts({.keyword = question.keywords[i].text, .checkpoint = "m1"});
    wire.expect(row[0].text == question.keywords[i].text, "a keyword");
    expect_real(wire, row[1], cell.selected, 1e-4 + lost, "how many were kept");
    expect_real(wire, row[2], cell.observed, 1e-4 + lost, "how many were seen");
    if (cell.observed > 1e-3 + lost) expect_real(wire, row[3], cell.selected / cell.observed, 1e-3, "a rate");
  }
}

void compare_value(Wire& wire, std::span<const Reply> told, const std::optional<ExpectedValue>& expected) {
  if (expected && !wire.is_sure(expected->is_sure)) return;
  const double size = expected ? std::max(expected->largest, 1.0) : 1;
  expect_real(wire, told[0], expected ? std::optional(expected->mean) : std::nullopt, 1e-6 * size, "a mean");
  const auto sd = expected ? std::optional(std::sqrt(expected->variance)) : std::nullopt;
  expect_real(wire, told[1], sd, 1e-4 * size, "a deviation");
}

void compare_suggestions(Wire& wire) {
  const SuggestQuestion question = wire.life.next_suggest_question(wire.now_ms());
  const auto request = [&question](const char* command) {
    Request words{command, std::string(question.user), joined(question.keywords)};
    add(words, "AT", std::to_string(question.at_ms));
    return words;
  };
  const OracleSuggester oracle(wire.oracle, &*wire.shared, question);
  Request loras = request("LORAS");
  add(loras, "CHECKPOINT", question.checkpoint);
  add_names(loras, "AMONG", question.among);
  if (question.top) add(loras, "TOP", std::to_string(*question.top));
  if (const auto expected = oracle.loras(); wire.is_sure(expected.has_value())) {
    const Reply rows = wire.ask(loras);
    std::vector<Scored> scored;
    for (const ExpectedLora& lora : *expected) scored.push_back(lora.scored);
    wire.compare_ranking(told_lines(rows), scored, question.top, oracle.lost());
    for (const Reply& row : rows.elements) {
      const auto same = std::ranges::find(scored, row.elements[0].text, &Scored::name);
      compare_value(wire, std::span(row.elements).subspan(3), (*expected)[same - scored.begin()].strength);
    }
  }
  const OracleSuggester of_negatives(wire.oracle, question.keywords.empty() ? nullptr : &*wire.shared, question);
  const Reply negatives = wire.ask(request("NEGATIVES"));
  wire.compare_ranking(told_lines(negatives), of_negatives.negatives(), {}, oracle.lost());

  Request parameters = request("PARAMS");
  add(parameters, "CHECKPOINT", question.checkpoint);
  add(parameters, "FAMILY", question.family);
  const Reply rows = wire.ask(parameters);
  const auto expected = oracle.parameters();
  const bool all_sure = std::ranges::all_of(expected, [](const auto& one) { return one.value.is_sure; });
  if (!wire.is_sure(all_sure)) return;
  wire.expect(rows.elements.size() == expected.size(), "the number of parameters");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::vector<Reply>& row = rows.elements[i].elements;
    wire.expect(row[0].text == expected[i].name, "a parameter's name");
    compare_value(wire, std::span(row).subspan(1), expected[i].value);
    expect_real(wire, row[3], expected[i].value.observations, 1e-6, "a value's observations");
  }
}

void compare_stats(Wire& wire) {
  std::string names;
  for (const Person& person : wire.oracle.people()) {
    names += (names.empty() ? "" : ", ") + person.name;
    const Reply told = wire.ask(Request{"STATS", person.name});
    const auto figure = [&](const char* key, std::uint64_t expected) {
      wire.expect(shown(field(told, key)) == std::to_string(expected), key);
    };
    figure("records", person.records.size());
    figure("selected", person.verdicts(Verdict::selected));
    figure("rejected", person.verdicts(Verdict::rejected));
    figure("neutral", person.verdicts(Verdict::neutral));
    figure("keywords", person.words.size());
    const Question question{.user = person.name, .at_ms = wire.now_ms()};
    const OracleAsked asked(wire.oracle, nullptr, person.name, {}, question.at_ms);
    const auto arms = asked.arms(question);
    std::vector<Scored> expected;
    for (const OracleArm& arm : *arms) expected.push_back(asked.checkpoint(arm));
    figure("checkpoints", expected.size());
    wire.compare_ranking(told_lines(field(told, "top_checkpoints")), expected, 10, asked.lost());
  }
  wire.expect_reply({"USERS"}, "[" + names + "]");
}

void compare_keywords(Wire& wire) {
  const std::string prompt(wire.life.next_prompt());
  std::string words;
  for (const std::string& word : read_words(prompt)) words += (words.empty() ? "" : ", ") + word;
  wire.expect_reply({"KEYWORDS", prompt}, "[" + words + "]");
}

BOOST_AUTO_TEST_SUITE(oracle)

BOOST_AUTO_TEST_CASE(every_command_replies_as_the_oracle_does) {
  std::uint64_t compared = 0;
  std::uint64_t doubtful = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    Wire wire(seed);
    for (int i = 0; i < 15; ++i) {
      wire.live(6);
      compare_recommend(wire);
      compare_explain(wire);
      compare_suggestions(wire);
      compare_stats(wire);
      compare_keywords(wire);
    }
    compared += wire.compared;
    doubtful += wire.doubtful;
  }
  BOOST_TEST(compared > 10'000U);
  BOOST_TEST(doubtful * 100 < compared, doubtful << " doubtful of " << compared);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test
