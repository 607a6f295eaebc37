#include "net/crossing.h"

#include <algorithm>

#include "net/route.h"
#include "persistence/store_layout.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

/// Three stores that have no thread of their own, and a client of the first one's.
class Studio {
 public:
  Studio() {
    for (std::uint32_t k = 0; k < stores_count; ++k) {
      runtime.shards.emplace_back(*talks_[k].service);
    }
  }

  /// A user of that store.
  std::string user(std::uint32_t store, int which = 0) const {
    for (int i = 0;; ++i) {
      std::string name = "user" + std::to_string(i);
      if (store_of(name, stores_count) == store && which-- == 0) return name;
    }
  }
  Route route(const std::vector<std::string_view>& request) { return route_of(request, client, runtime); }
  /// As the threads of the stores, one after another; what there is to tell then.
  std::string run_once(Crossing& crossing) {
    for (const auto& parcel : crossing.parcels()) {
      if (!parcel->is_due()) continue;
      parcel->run(scratch_);
      BOOST_TEST(talks_[parcel->store()].store->commit().has_value());
      parcel->arrive();
    }
    OutputBuffer replies;
    crossing.take_replies(replies);
    return std::string(replies.view());
  }
  std::string run(Crossing& crossing) {
    std::string replies;
    while (!crossing.is_done()) replies += run_once(crossing);
    return replies;
  }

  static constexpr std::uint32_t stores_count = 3;
  Runtime runtime;
  Client client;

 private:
  std::array<Talk, stores_count> talks_;
  OutputBuffer scratch_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(crossing, Studio)

BOOST_AUTO_TEST_CASE(a_request_goes_to_the_store_of_its_user) {
  for (std::uint32_t store = 0; store < stores_count; ++store) {
    const std::string name = user(store);
    for (const char* command : {"RECORD", "recommend", "STATS", "FORGET", "EXPORT", "History"}) {
      const Route one = route({command, name, "x"});
      BOOST_TEST((one.kind == Route::Kind::store && one.store == store && !one.is_about_connection));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_about_nobody_runs_anywhere_and_what_is_about_all_alone) {
  for (const char* command : {"KEYWORDS", "TIME", "NONSENSE", "RECORD", "JUDGE"}) {
    BOOST_TEST((route({command}).kind == Route::Kind::any));
  }
  for (const char* command : {"INFO", "USERS", "SAVE", "SHUTDOWN", "POOL", "IMPORT"}) {
    BOOST_TEST((route({command, "x"}).kind == Route::Kind::everywhere));
  }
  BOOST_TEST((route({"CLIENT", "list"}).kind == Route::Kind::everywhere));
  BOOST_TEST((route({"CLIENT", "ID"}).kind == Route::Kind::any));
  BOOST_TEST(route({"HELLO"}).is_about_connection);
}

BOOST_AUTO_TEST_CASE(a_decision_is_for_the_store_that_told_it_in_this_life) {
  const std::uint64_t start = runtime.shards[1].service.decisions().start();
  const DecisionIdText told({start, 9});
  BOOST_TEST((route({"JUDGE", told.view()}).kind == Route::Kind::store));
  BOOST_TEST((route({"JUDGE", "1-1"}).kind == Route::Kind::everywhere));
  BOOST_TEST((route({"JUDGE", "nonsense"}).kind == Route::Kind::any));
}

BOOST_AUTO_TEST_CASE(a_transaction_goes_where_all_its_requests_go) {
  client.transaction.emplace();
  const auto add = [this](const std::vector<std::string_view>& request) { client.transaction->add(request); };
  BOOST_TEST((route({"RECORD", user(1)}).kind == Route::Kind::any));  // it is queued
  add({"PING"});
  BOOST_TEST((route({"EXEC"}).kind == Route::Kind::any));
  add({"STATS", user(1)});
  add({"STATS", user(1, 1)});
  BOOST_TEST((route({"EXEC"}).kind == Route::Kind::store && route({"EXEC"}).store == 1));
  add({"STATS", user(2)});
  BOOST_TEST((route({"EXEC"}).kind == Route::Kind::everywhere));
}

BOOST_AUTO_TEST_CASE(replies_come_in_the_order_of_the_requests) {
  Crossing requests(runtime, client);
  std::array<int, stores_count> records{};
  std::string expected;
  for (std::uint32_t i = 0; i < 30; ++i) {
    const std::uint32_t store = i * 7 % 5 % stores_count;
    requests.add(store, std::vector<std::string_view>{"RECORD", user(store), "selected", "A", "ink"}, false);
    expected += ":" + std::to_string(++records[store]) + "\r\n";
  }
  BOOST_TEST(run(requests) == expected);
}

BOOST_AUTO_TEST_CASE(replies_beyond_a_batch_wait_for_room_and_none_is_lost) {
  Crossing requests(runtime, client);
  const std::string large(300'000, 'x');
  for (int i = 0; i < 40; ++i) {
    const auto store = static_cast<std::uint32_t>(i < 10 ? 0 : i % 3);
    requests.add(store, std::vector<std::string_view>{"ECHO", large}, false);
  }
  std::size_t bytes = 0;
  int rounds = 0;
  for (; !requests.is_done(); ++rounds) {
    bytes += run_once(requests).size();
    const std::size_t parcel_bytes_max = parcel_replies_bytes + batch_output_bytes + 2 * large.size();
    BOOST_TEST(requests.waiting_bytes() < stores_count * parcel_bytes_max);
  }
  BOOST_TEST(rounds > 3);
  BOOST_TEST(bytes == 40 * (large.size() + std::string("$300000\r\n\r\n").size()));
}

BOOST_AUTO_TEST_CASE(writes_that_fail_are_refused_each_in_its_place) {
  Crossing requests(runtime, client);
  const std::string name = user(1);
  for (const char* const prompt : {"ink", "cat"}) {
    requests.add(1, std::vector<std::string_view>{"STATS", name}, false);
    requests.add(1, std::vector<std::string_view>{"RECORD", name, "selected", "A", prompt}, false);
    requests.add(1, std::vector<std::string_view>{"ECHO", prompt}, false);
  }
  OutputBuffer scratch;
  Parcel& parcel = *requests.parcels().front();
  parcel.run(scratch);
  parcel.refuse(Failure{"no space"});
  parcel.arrive();
  std::vector<std::string> told;
  for (OutputBuffer one; parcel.take_reply(one); one.clear()) told.emplace_back(one.view());
  BOOST_TEST(told.size() == 6U);
  BOOST_TEST(told[1] == "-READONLY nothing can be recorded: no space\r\n");
  BOOST_TEST(told[2] == "$3\r\nink\r\n");
  BOOST_TEST(told[4] == told[1]);
  BOOST_TEST(told[5] == "$3\r\ncat\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test
