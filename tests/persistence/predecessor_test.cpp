// The file of the predecessor: its records, and what becomes of its statistics without records.
#include "tests/persistence/export_fixture.h"

namespace penchant::test {
namespace {

struct Predecessor : ExportLife {
  /// Its file, with these records and statistics.
  static std::string old_file(std::string_view records, std::string_view stats) {
    return std::string(R"({"version":"1.0","user_id":"ann","total_preferences":1,"preferences":[)")
        .append(records)
        .append("],\"stats\":[")
        .append(stats)
        .append("]}");
  }
  static std::string stat(std::string_view key, int selected, int total) {
    return std::string(R"({"type":"keyword_checkpoint","key":")")
        .append(key)
        .append("\",\"selected\":" + std::to_string(selected) + ",\"total\":" + std::to_string(total) +
                ",\"rate\":0.5}");
  }
  /// "keyword checkpoint selected/total; …" of the user.
  std::string pairs() {
    std::string text;
    RecordStats stats;
    BOOST_REQUIRE(store->each_record("ann", [&stats](const HistoryRecord& one) -> result<void> {
      stats.count(one.record);
      return {};
    }));
    BOOST_REQUIRE(stats.each([&text](const Stat& one) -> result<void> {
      if (one.type != "keyword_checkpoint") return {};
      text.append(text.empty() ? "" : ", ").append(one.key).append(" ");
      text += std::to_string(one.selected) + "/" + std::to_string(one.total);
      return {};
    }));
    return text;
  }
};

const std::string beach =
    R"({"prompt":"a beach","keywords":["beach"],"checkpoint":"name","loras":[],"action":"selected",)"
    R"("timestamp":"2025-03-01T12:00:00.123456"})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(predecessor, Predecessor)

BOOST_AUTO_TEST_CASE(records_are_what_counts) {
  BOOST_TEST(imported(old_file(beach, stat("beach:name", 5, 9))) == "1 recorded, 0 known");
  BOOST_TEST(report.stats == 0U);
  BOOST_TEST(pairs() == "beach:name 1/1");
  BOOST_TEST(lines().find("\"timestamp\":\"2025-03-01T12:00:00.123Z\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_statistic_without_records_becomes_records) {
  BOOST_TEST(imported(old_file(beach, stat("sea:name", 3, 4) + "," + stat("sky:other", 0, 2))) ==
             "7 recorded, 0 known");
  BOOST_TEST(report.stats == 2U);
  BOOST_TEST(report.stat_records == 6U);
  BOOST_TEST(pairs() == "beach:name 1/1, sea:name 3/4, sky:other 0/2");
  BOOST_TEST(imported(old_file(beach, stat("sea:name", 3, 4) + "," + stat("sky:other", 0, 2))) ==
             "0 recorded, 7 known");
  BOOST_TEST(lines().find("2025-03-01T12:00:00.123Z\",\"user_id\":\"ann\",\"prompt\":\"sea\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_statistic_stands_for_a_bounded_number_of_records_at_its_rate) {
  BOOST_TEST(imported(old_file("", stat("sea:name", 750, 1000))) == "1000 recorded, 0 known");
  BOOST_TEST(imported(old_file("", stat("sky:name", 1000, 4000))) == "1000 recorded, 0 known");
  BOOST_TEST(pairs() == "sea:name 750/1000, sky:name 250/1000");
}

BOOST_AUTO_TEST_CASE(the_longest_known_name_behind_a_colon_is_the_checkpoint) {
  BOOST_REQUIRE(pool("sdxl", "pool:xl"));
  const std::string known =
      R"({"prompt":"x","keywords":["x"],"checkpoint":"models/a:b.safetensors","action":"neutral"})";
  imported(old_file(known, stat("sea:a:b", 1, 1) + "," + stat("one:two:a:b.safetensors", 1, 1) + "," +
                               stat("sky:far:pool:xl", 1, 1) + "," + stat("new:c:d", 1, 1)));
  BOOST_TEST(pairs() == "new:c:d 1/1, one:two:a:b 1/1, sea:a:b 1/1, sky:far:pool:xl 1/1");
  const std::string told = lines();
  for (const char* const keyword : {"\"sea\"", "\"one:two\"", "\"sky:far\"", "\"new\""}) {
    BOOST_TEST(told.find(std::string("\"keywords\":[") + keyword + "]") != std::string::npos, keyword);
  }
}

BOOST_AUTO_TEST_CASE(a_checkpoint_statistic_makes_its_name_known) {
  imported(old_file("", stat("a:b:c", 1, 1) + R"(,{"type":"checkpoint","key":"c","selected":1,"total":1})"));
  BOOST_TEST(lines().find(R"("keywords":["a:b"],"checkpoint":"c")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_statistic_that_is_none_is_told_and_nothing_is_recorded) {
  const std::string before = state();
  const auto told = [this](const std::string& one) {
    return imported(old_file(beach, stat("sea:x", 1, 1) + "," + one));
  };
  BOOST_TEST(told("7") == "statistic 2: it must be an object");
  BOOST_TEST(told(stat("sea:name", 2, 1)) == "statistic 2: selected is more than total");
  BOOST_TEST(told(stat("sea:name", -1, 1)) == "statistic 2: selected must be a count");
  BOOST_TEST(told(R"({"type":"keyword_checkpoint","key":"x:y","total":1e16})") == "statistic 2: total must be a count");
  BOOST_TEST(state() == before);
}

BOOST_AUTO_TEST_CASE(a_key_that_is_no_pair_is_found_by_a_trial) {
  const auto told = [this](const std::string& key) {
    RoomTarget room(store->engine(), WordLists::english());
    const auto tried = import_into(room, old_file("", stat(key, 1, 1)));
    return tried ? std::string() : tried.error().message;
  };
  BOOST_TEST(told("sea:name") == "");
  BOOST_TEST(told("sea") == "statistic 1: its key is not keyword:checkpoint");
  BOOST_TEST(told(":name") == "statistic 1: its key is not keyword:checkpoint");
  BOOST_TEST(told("sea:") == "statistic 1: the checkpoint names no model");
  BOOST_TEST(told(std::string(129, 'x') + ":name") == "statistic 1: its keyword is longer than 128 bytes");
}

BOOST_AUTO_TEST_CASE(statistics_may_stand_before_the_records) {
  std::string text =
      R"({"stats":[)" + stat("beach:name", 5, 9) + R"(],"preferences":[)" + beach + R"(],"version":"1.0"})";
  BOOST_TEST(imported(text) == "1 recorded, 0 known");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test
