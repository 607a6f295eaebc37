#include "persistence/event_codec.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "engine/limits.h"
#include "persistence/journal_format.h"
#include "tests/folders.h"

namespace penchant::test {
namespace {

using Bytes = std::vector<std::byte>;

Bytes encoded(const Event& event) {
  Bytes bytes;
  encode(event, bytes);
  bytes.shrink_to_fit();  // so that a sanitizer sees a read behind the end
  return bytes;
}

/// "01 d00f" as bytes.
Bytes hex(std::string_view digits) {
  Bytes bytes;
  std::string pair;
  for (const char digit : digits) {
    if (digit == ' ') continue;
    pair += digit;
    if (pair.size() < 2) continue;
    bytes.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
    pair.clear();
  }
  return bytes;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Why the payload is refused; empty where it is an event.
std::string refusal(const Bytes& payload) {
  EventDecoder decoder;
  const auto event = decoder.decode(payload);
  if (event) return "";
  const std::string prefix = "the event is not one of this version: ";
  const std::string& message = event.error().message;
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

/// A record that is an event, to which a test appends what is wrong.
const Bytes minimal = hex("01 0100 0401 0601 61 0701 41");

constexpr Keyword keywords[] = {{"ink", 1.0F}, {"cat", 1.25F}, {"", -0.5F}};
constexpr Keyword negative_keywords[] = {{"blurry", 1.0F}};
constexpr Keyword other_words[] = {{"of"}, {"the"}};
constexpr LoraTag loras[] = {{"detail", 0.8, -1e300}, {"folder/wash.safetensors", 1, 1}};
constexpr Parameter parameters[] = {{"steps", "30"}, {"sampler", ""}};
constexpr std::string_view checkpoints[] = {"A", "", "folder/B.ckpt"};

const Record full{.now_ms = 1'750'000'000'123,
                  .at_ms = 1'740'000'000'000,
                  .weight_ms = 1'749'000'000'000,
                  .verdict = Verdict::rejected,
                  .tier = Tier::quality,
                  .user = "ann",
                  .checkpoint = "sdxl/A.safetensors",
                  .prompt = "ink (cat:1.25)",
                  .negative_prompt = "blurry",
                  .family = "sdxl",
                  .stage = "2",
                  .session = "s",
                  .generation = "g",
                  .id = "i",
                  .decision = "d",
                  .note = "漢",
                  .vision = "a cat",
                  .keywords = keywords,
                  .negative_keywords = negative_keywords,
                  .other_words = other_words,
                  .loras = loras,
                  .parameters = parameters,
                  .shadow_checkpoint = "folder/B.ckpt",
                  .name = "00112233445566aa-17"};

/// One of each kind, and records with and without everything.
const std::vector<Event> samples = {full,
                                    Record{.now_ms = -1, .user = "ann", .checkpoint = "A"},
                                    PoolSet{5, "sdxl", Tier::draft, checkpoints},
                                    PoolSet{5, "", Tier::standard, {}},
                                    PoolDelete{6, "sdxl", Tier::quality},
                                    DecayChange{7, 0.25},
                                    DecayChange{7, 0.25, -17.5},
                                    Respread{8},
                                    LearningChange{9, true, true}};

BOOST_AUTO_TEST_SUITE(event_codec)

BOOST_AUTO_TEST_CASE(a_record_that_is_read_was_accepted_when_it_was_made) {
  EventDecoder decoder;
  BOOST_TEST(std::get<Record>(*decoder.decode(minimal)).is_accepted);
}

BOOST_AUTO_TEST_CASE(every_field_of_a_record_comes_back) {
  const Bytes payload = encoded(full);
  EventDecoder decoder;
  const auto event = decoder.decode(payload);
  BOOST_REQUIRE(event);
  const Record& record = std::get<Record>(*event);
  BOOST_TEST(record.now_ms == full.now_ms);
  BOOST_TEST(*record.at_ms == *full.at_ms);
  BOOST_TEST(*record.weight_ms == *full.weight_ms);
  BOOST_TEST((record.verdict == full.verdict && record.tier == full.tier));
  for (std::string_view Record::*field :
       {&Record::user, &Record::checkpoint, &Record::prompt, &Record::negative_prompt, &Record::family, &Record::stage,
        &Record::session, &Record::generation, &Record::id, &Record::decision, &Record::note, &Record::vision,
        &Record::name, &Record::shadow_checkpoint}) {
    BOOST_TEST((record.*field == full.*field));
  }
  const auto same_keyword = [](const Keyword& a, const Keyword& b) { return a.text == b.text && a.weight == b.weight; };
  BOOST_TEST(std::ranges::equal(record.keywords, keywords, same_keyword));
  BOOST_TEST(std::ranges::equal(record.negative_keywords, negative_keywords, same_keyword));
  BOOST_TEST(std::ranges::equal(record.other_words, other_words, same_keyword));
  BOOST_TEST(std::ranges::equal(record.loras, loras, [](const LoraTag& a, const LoraTag& b) {
    return a.name == b.name && a.strength_model == b.strength_model && a.strength_clip == b.strength_clip;
  }));
  BOOST_TEST(std::ranges::equal(record.parameters, parameters, [](const Parameter& a, const Parameter& b) {
    return a.name == b.name && a.value == b.value;
  }));
}

BOOST_AUTO_TEST_CASE(what_a_record_does_not_have_comes_back_as_nothing) {
  const Bytes payload = encoded(Record{.now_ms = 9, .user = "ann", .checkpoint = "A"});
  EventDecoder decoder;
  const Record record = std::get<Record>(*decoder.decode(payload));
  BOOST_TEST((!record.at_ms && !record.weight_ms && !record.tier));
  BOOST_TEST((record.verdict == Verdict::neutral));
  BOOST_TEST((record.prompt.empty() && record.keywords.empty() && record.loras.empty() && record.parameters.empty()));
}

BOOST_AUTO_TEST_CASE(what_is_no_record_comes_back) {
  EventDecoder decoder;
  const Bytes set_payload = encoded(samples[2]);
  const PoolSet set = std::get<PoolSet>(*decoder.decode(set_payload));
  BOOST_TEST((set.now_ms == 5 && set.family == "sdxl" && set.tier == Tier::draft));
  BOOST_TEST(std::ranges::equal(set.checkpoints, checkpoints));
  const Bytes delete_payload = encoded(samples[4]);
  const PoolDelete deleted = std::get<PoolDelete>(*decoder.decode(delete_payload));
  BOOST_TEST((deleted.now_ms == 6 && deleted.family == "sdxl" && deleted.tier == Tier::quality));
  const DecayChange change = std::get<DecayChange>(*decoder.decode(encoded(samples[5])));
  BOOST_TEST((change.now_ms == 7 && change.decay_days == 0.25 && !change.half_lives_at_epoch));
  const DecayChange exact = std::get<DecayChange>(*decoder.decode(encoded(samples[6])));
  BOOST_TEST((exact.decay_days == 0.25 && exact.half_lives_at_epoch == -17.5));
  BOOST_TEST(std::get<Respread>(*decoder.decode(encoded(samples[7]))).now_ms == 8);
  const LearningChange begun = std::get<LearningChange>(*decoder.decode(encoded(samples[8])));
  BOOST_TEST((begun.now_ms == 9 && begun.is_on && begun.is_from_counts));
}

BOOST_AUTO_TEST_CASE(times_come_back_however_far_apart) {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EventDecoder decoder;
  for (const std::int64_t now_ms : {least, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, most}) {
    for (const std::int64_t at_ms : {least, std::int64_t{-64}, std::int64_t{63}, most}) {
      const Bytes payload =
          encoded(Record{.now_ms = now_ms, .at_ms = at_ms, .weight_ms = now_ms, .user = "ann", .checkpoint = "A"});
      const Record record = std::get<Record>(*decoder.decode(payload));
      BOOST_TEST(record.now_ms == now_ms);
      BOOST_TEST(record.at_ms.value_or(now_ms) == at_ms);
      BOOST_TEST(record.weight_ms.value_or(at_ms) == now_ms);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_example_of_the_format_page_is_what_is_written) {
  std::ifstream page(source_file("docs/event_format.md"));
  std::string line;
  while (std::getline(page, line) && line != "## Example") continue;
  while (std::getline(page, line) && line != "```") continue;
  Bytes example;
  while (std::getline(page, line) && line != "```") example = example + hex(line.substr(0, line.find("  ")));
  constexpr Keyword words[] = {{"ink"}, {"cat"}};
  const Bytes written = encoded(Record{.now_ms = 1000,
                                       .verdict = Verdict::selected,
                                       .user = "ann",
                                       .checkpoint = "A",
                                       .prompt = "ink cat",
                                       .keywords = words});
  BOOST_TEST(!example.empty());
  BOOST_TEST((written == example));
}

/// Decodes a damaged payload. If it is an event all the same, it is one that is written and read like any other.
void try_payload(const Bytes& payload) {
  const Bytes exact(payload.begin(), payload.end());
  EventDecoder decoder;
  const auto event = decoder.decode(exact);
  if (!event) {
    BOOST_REQUIRE(!event.error().message.empty());
    return;
  }
  const Bytes again = encoded(*event);
  const auto second = decoder.decode(again);
  BOOST_REQUIRE(second);
  BOOST_REQUIRE((encoded(*second) == again));
}

BOOST_AUTO_TEST_CASE(a_payload_cut_anywhere_is_refused_or_is_a_shorter_event) {
  for (const Event& event : samples) {
    const Bytes payload = encoded(event);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      try_payload(Bytes(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_payload_with_any_byte_changed_is_refused_or_is_another_event) {
  for (const Event& event : samples) {
    Bytes payload = encoded(event);
    for (std::byte& byte : payload) {
      const std::byte right = byte;
      for (unsigned value = 0; value < 256; ++value) {
        byte = static_cast<std::byte>(value);
        try_payload(payload);
      }
      byte = right;
    }
  }
}

BOOST_AUTO_TEST_CASE(what_was_added_later_keeps_its_bytes) {
  BOOST_TEST((encoded(Respread{.now_ms = 1000}) == hex("08 01d00f")));
  BOOST_TEST((encoded(DecayChange{1000, 0.5, -2.0}) == hex("04 01d00f 17000000000000e03f 1d00000000000000c0")));
  BOOST_TEST((encoded(Record{.user = "a", .checkpoint = "A", .shadow_checkpoint = "B", .name = "n-1"}) ==
              hex("01 0100 0403 060161 070141 1c036e2d31 200142")));
  BOOST_TEST((encoded(LearningChange{1000, true}) == hex("09 01d00f 1f01")));
  BOOST_TEST((encoded(LearningChange{1000, true, true}) == hex("09 01d00f 1f02")));
  BOOST_TEST((encoded(Record{.user = "a", .checkpoint = "A", .other_words = std::span(other_words).first(1)}) ==
              hex("01 0100 0403 060161 070141 1e 01 04 6f66")));
  for (const char* flag : {"03", "ff"}) BOOST_TEST(refusal(hex("09 0100 1f") + hex(flag)) != "", flag);
}

BOOST_AUTO_TEST_CASE(an_unknown_kind_is_refused) {
  for (const char* kind : {"00", "0a", "ff"}) {
    BOOST_TEST(refusal(hex(kind)) == "it is of a kind this version does not know");
  }
  BOOST_TEST(refusal({}) == "it ends too early");
}

BOOST_AUTO_TEST_CASE(an_unknown_field_or_one_of_another_kind_is_refused) {
  BOOST_TEST(refusal(minimal) == "");
  for (const char* field : {"0000", "1600", "17 0000000000000000", "1800", "1f00", "2100", "4000", "6000", "ff00"}) {
    BOOST_TEST(refusal(minimal + hex(field)) == "it has a field this version does not know", field);
  }
  for (const char* event :
       {"03 0100 0501 1600", "09 0100 0501 1f01", "09 0100 1f01 2000", "04 0100 0501 17 0000000000000000"}) {
    BOOST_TEST(refusal(hex(event)) == "it has a field this version does not know", event);
  }
}

BOOST_AUTO_TEST_CASE(fields_out_of_order_or_twice_are_refused) {
  for (const char* payload :
       {"01 0401 0100 060161 070141", "01 0100 0401 060161 060161 070141", "02 0100 0501 0a0161 0501 1600",
        "02 0501 0100 1600", "09 1f01 0100", "04 17 0000000000000000 0100"}) {
    BOOST_TEST(refusal(hex(payload)) == "its fields are out of order", payload);
  }
}

BOOST_AUTO_TEST_CASE(a_missing_field_is_refused) {
  for (const char* payload :
       {"01 0401 060161 070141", "01 0100 060161 070141", "02 0501 1600", "02 0100 1600", "02 0100 0501", "03 0501",
        "03 0100", "04 0100", "04 17 0000000000000000", "04", "09 0100", "09 1f01"}) {
    BOOST_TEST(refusal(hex(payload)) == "it lacks a field", payload);
  }
  BOOST_TEST(refusal(hex("01 0100 0401 070141")) == "the user is empty");
  BOOST_TEST(refusal(hex("01 0100 0401 060161")) == "the checkpoint names no model");
}

BOOST_AUTO_TEST_CASE(an_unknown_verdict_or_tier_is_refused) {
  for (const char* verdict : {"00", "04", "ff"}) {
    BOOST_TEST(refusal(hex("01 0100 04") + hex(verdict) + hex("060161 070141")) == "there is no such verdict");
    BOOST_TEST(refusal(hex("03 0100 05") + hex(verdict)) == "there is no such tier");
  }
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_end_is_refused) {
  for (const char* length : {"02 78", "7f 78", "ffffffff0f 78", "ffffffffffffffffff01 78"}) {
    BOOST_TEST(refusal(minimal + hex("08") + hex(length)) == "a text ends too early", length);
  }
  BOOST_TEST(refusal(minimal + hex("12 01 ffffffffffffffffff01")) == "a text ends too early");
  BOOST_TEST(refusal(minimal + hex("12 01 0378")) == "a text ends too early");  // its weight is missing
}

BOOST_AUTO_TEST_CASE(a_number_of_more_than_64_bits_is_refused) {
  BOOST_TEST(refusal(minimal + hex("08 ffffffffffffffffff02")) == "a number is too long");
  BOOST_TEST(refusal(minimal + hex("08 80808080808080808080 01")) == "a number is too long");
  BOOST_TEST(refusal(hex("04 01 ffffffffffffffffff01 17 0000000000000000")) == "");  // the least time there is
}

BOOST_AUTO_TEST_CASE(a_list_longer_than_its_bound_or_the_payload_is_refused) {
  const std::vector<Keyword> words(keywords_max + 1, {"x"});
  const std::vector<LoraTag> many_loras(record_loras_max + 1, {"x"});
  const std::vector<Parameter> many_parameters(record_parameters_max + 1, {"x", "1"});
  const std::vector<std::string_view> many_checkpoints(pool_checkpoints_max + 1, "x");
  const auto refused = [&](std::size_t more) {
    Record record{.user = "ann", .checkpoint = "A"};
    std::string sentences;
    record.keywords = std::span(words).first(keywords_max + more);
    sentences += refusal(encoded(record));
    record.keywords = {};
    record.negative_keywords = std::span(words).first(keywords_max + more);
    sentences += refusal(encoded(record));
    record.negative_keywords = {};
    record.other_words = std::span(words).first(keywords_max + more);
    sentences += refusal(encoded(record));
    record.other_words = {};
    record.loras = std::span(many_loras).first(record_loras_max + more);
    sentences += refusal(encoded(record));
    record.loras = {};
    record.parameters = std::span(many_parameters).first(record_parameters_max + more);
    sentences += refusal(encoded(record));
    sentences +=
        refusal(encoded(PoolSet{.checkpoints = std::span(many_checkpoints).first(pool_checkpoints_max + more)}));
    return sentences;
  };
  BOOST_TEST(refused(0) == "");
  const std::string sentence = "a list is too long";
  BOOST_TEST(refused(1) == sentence + sentence + sentence + sentence + sentence + sentence);
  for (const char* list : {"12 01", "13 02 02", "14 01", "15 40 00", "1e 01"}) {
    BOOST_TEST(refusal(minimal + hex(list)) == sentence, list);
  }
}

BOOST_AUTO_TEST_CASE(a_real_that_is_not_finite_is_refused) {
  for (const char* wrong : {"000000000000f07f", "000000000000f0ff", "000000000000f87f"}) {
    BOOST_TEST(refusal(hex("04 0100 17") + hex(wrong)) == "a real is not finite");
    BOOST_TEST(refusal(minimal + hex("14 01 0178 0000000000000000") + hex(wrong)) == "a real is not finite");
    BOOST_TEST(refusal(minimal + hex("14 01 0178") + hex(wrong) + hex("0000000000000000")) == "a real is not finite");
  }
  BOOST_TEST(refusal(minimal + hex("12 01 0378 0000807f")) == "a weight is not finite");
  BOOST_TEST(refusal(minimal + hex("12 01 0378 0000c0ff")) == "a weight is not finite");
}

BOOST_AUTO_TEST_CASE(a_record_over_the_engines_bounds_is_refused_with_its_sentence) {
  const std::string text(identifier_bytes_max + 1, 'x');
  Record record{.user = "ann", .checkpoint = "A", .id = std::string_view(text).substr(1)};
  BOOST_TEST(refusal(encoded(record)) == "");
  record.id = text;
  BOOST_TEST(refusal(encoded(record)) == "ID is longer than 256 bytes");
  BOOST_TEST(refusal(encoded(Record{.user = "ann", .checkpoint = "models/"})) == "the checkpoint names no model");
  const LoraTag nameless{""};
  BOOST_TEST(refusal(encoded(Record{.user = "ann", .checkpoint = "A", .loras = {&nameless, 1}})) ==
             "a LoRA has no name");
}

BOOST_AUTO_TEST_CASE(the_largest_record_comes_back_and_fits_the_journal) {
  const std::string x(prompt_bytes_max, 'x');
  const auto text = [&x](std::size_t size) { return std::string_view(x).substr(0, size); };
  const std::vector<Keyword> words(keywords_max, {text(128), 1.5F});
  const std::vector<LoraTag> tags(record_loras_max, {text(model_name_bytes_max)});
  const std::vector<Parameter> settings(record_parameters_max, {text(label_bytes_max), text(text_bytes_max)});
  Record record = full;
  record.user = text(user_bytes_max);
  record.checkpoint = record.shadow_checkpoint = text(model_name_bytes_max);
  record.prompt = record.negative_prompt = text(prompt_bytes_max);
  record.family = record.stage = text(label_bytes_max);
  record.session = record.generation = record.id = record.decision = text(identifier_bytes_max);
  record.note = record.vision = text(text_bytes_max);
  record.keywords = record.negative_keywords = record.other_words = words;
  record.loras = tags;
  record.parameters = settings;
  const Bytes payload = encoded(record);
  EventDecoder decoder;
  const auto event = decoder.decode(payload);
  BOOST_REQUIRE(event);
  BOOST_TEST((encoded(*event) == payload));
  BOOST_TEST(payload.size() < journal_payload_bytes_max);
}

BOOST_AUTO_TEST_CASE(a_decoder_reused_forgets_the_last_event) {
  EventDecoder decoder;
  const Bytes first = encoded(full);
  const Bytes second = encoded(samples[1]);
  BOOST_REQUIRE(decoder.decode(first));
  BOOST_TEST((encoded(*decoder.decode(second)) == second));
  const Bytes pool = encoded(samples[2]);
  const Bytes empty_pool = encoded(samples[3]);
  BOOST_REQUIRE(decoder.decode(pool));
  BOOST_TEST((encoded(*decoder.decode(empty_pool)) == empty_pool));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test
