#include "net/metrics.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/folders.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

struct Scraped : Talk {
  /// Its samples by name and labels.
  std::map<std::string, std::string> samples() {
    std::map<std::string, std::string> found;
    std::istringstream lines(metrics_text(runtime));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('#')) continue;
      const std::size_t space = line.rfind(' ');
      BOOST_TEST(found.emplace(line.substr(0, space), line.substr(space + 1)).second, line << " comes twice");
    }
    return found;
  }
  std::set<std::string> families() {
    std::set<std::string> names;
    std::istringstream lines(metrics_text(runtime));
    for (std::string hash, word, name; lines >> hash;) {
      if (hash == "#" && lines >> word >> name && word == "TYPE") names.insert(name);
      lines.ignore(1000, '\n');
    }
    return names;
  }
};

BOOST_FIXTURE_TEST_SUITE(metrics, Scraped)

BOOST_AUTO_TEST_CASE(commands_have_a_histogram_each) {
  send("PING\r\nPING\r\nPING a b\r\nSELECT 1\r\n");
  auto told = samples();
  BOOST_TEST(told["penchant_command_duration_seconds_count{command=\"ping\"}"] == "2");
  BOOST_TEST(told["penchant_command_duration_seconds_bucket{command=\"ping\",le=\"+Inf\"}"] == "2");
  BOOST_TEST(told["penchant_command_duration_seconds_bucket{command=\"ping\",le=\"17.179869184\"}"] == "2");
  BOOST_TEST(std::stod(told["penchant_command_duration_seconds_sum{command=\"ping\"}"]) > 0);
  BOOST_TEST(told["penchant_commands_rejected_total{command=\"ping\"}"] == "1");
  BOOST_TEST(told["penchant_commands_failed_total{command=\"select\"}"] == "1");
  BOOST_TEST(!told.contains("penchant_command_duration_seconds_count{command=\"record\"}"));
}

BOOST_AUTO_TEST_CASE(buckets_grow_to_the_count) {
  for (int i = 0; i < 50; ++i) kept("ann", "A", "ink");
  std::istringstream lines(metrics_text(runtime));
  long before = 0;
  int buckets = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("penchant_command_duration_seconds_bucket{command=\"record\"")) continue;
    const long count = std::stol(line.substr(line.rfind(' ')));
    BOOST_TEST(count >= before);
    before = count;
    ++buckets;
  }
  BOOST_TEST(buckets == 15);
  BOOST_TEST(before == 50);
}

BOOST_AUTO_TEST_CASE(what_is_known_and_decided_is_told) {
  kept("ann", "A", "ink", 3);
  BOOST_TEST(samples()["penchant_decisions_kept_ratio"] == "NaN");
  const std::string id = field(ask("RECOMMEND ann ink"), "decision").text;
  say("JUDGE " + id + " selected A");
  say("JUDGE " + id + " rejected A");
  auto told = samples();
  BOOST_TEST(told["penchant_users"] == "1");
  BOOST_TEST(told["penchant_records"] == "5");
  BOOST_TEST(told["penchant_recorded_total"] == "5");
  BOOST_TEST(told["penchant_decisions_total{band=\"explore\"}"] == "1");
  BOOST_TEST(told["penchant_decisions_total{band=\"exploit\"}"] == "0");
  BOOST_TEST(told["penchant_decisions_judged_total"] == "2");
  BOOST_TEST(told["penchant_decisions_kept_ratio"] == "0.5");
  BOOST_TEST(told["penchant_journal_unsynced_events"] ==
             std::to_string(store->written_sequence() - store->synced_sequence()));
  BOOST_TEST(told["penchant_read_only"] == "0");
  BOOST_TEST(told["penchant_connections"] == "1");
}

BOOST_AUTO_TEST_CASE(every_family_stands_in_the_documentation_and_the_other_way_round) {
  say("PING");
  std::ifstream page(source_file("docs/metrics.md"));
  std::set<std::string> documented;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    const std::string names = line.substr(0, line.find(" |", 2));
    for (std::size_t at = names.find('`'); at != std::string::npos;) {
      const std::size_t end = names.find('`', at + 1);
      documented.insert(names.substr(at + 1, end - at - 1));
      at = names.find('`', end + 1);
    }
  }
  const std::set<std::string> told = families();
  BOOST_TEST(documented == told, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test
