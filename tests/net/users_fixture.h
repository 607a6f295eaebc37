// Users: the words in which the tests of judging, sharing and forgetting are written.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include "net/community_round.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {

struct Users : Talk {
  explicit Users(double decay_days = 0) : Talk(decay_days) { say("HELLO 3"); }
  void start() {
    Talk::start();
    say("HELLO 3");
  }
  void restart() {
    stop();
    start();
  }
  std::string decision(const std::string& user, const std::string& prompt) {
    return field(ask({"RECOMMEND", user, prompt}), "decision").text;
  }
  void share(const std::string& user) {
    kept(user, "A", "ink", 4);
    BOOST_TEST(say("SHARE " + user + " ON") == "OK");
    renew();
  }
  LocalCommunity community;
  void renew() {
    Service* const one = &*service;
    community.make({&one, 1});
  }
  /// As a server's ticks until all is erased or that has failed; the sentence, if so.
  std::string erase() {
    (void)store->save(now_ms);
    while (store->erasing() && !store->erasure_failure()) {
      decisions->flush();
      (void)service->tick(now_ms);
      std::this_thread::yield();
    }
    return store->erasing() ? store->erasure_failure()->message : "";
  }
  bool disk_holds(const std::string& text) {
    const auto names = *disk.list("/data");
    return std::ranges::any_of(names, [&](const std::string& name) {
      const Bytes bytes = disk.bytes("/data/" + name);
      return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).find(text) !=
             std::string::npos;
    });
  }
  bool info(const std::string& line) { return ask("INFO").text.find("\r\n" + line + "\r\n") != std::string::npos; }

  std::int64_t now_ms = clock_ms();
};

}  // namespace penchant::test
