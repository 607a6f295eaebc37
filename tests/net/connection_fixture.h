// Talk: one client's conversation with a server that has no socket and whose disk is memory.
//
//   Talk talk;
//   talk.kept("ann", "A", "ink cat", 3);
//   BOOST_TEST(talk.say("RECORD ann selected A 'ink cat' ID 1") == "4");
//   BOOST_TEST(talk.say("KEYWORDS 'ink cat'") == "[ink, cat]");
//
// Counts do not fade unless a test asks for it, so that they are whole numbers.
#pragma once

#include <array>
#include <boost/test/unit_test.hpp>
#include <charconv>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/word_lists.h"
#include "net/connection.h"
#include "net/reply_parser.h"
#include "tests/persistence/faulty_file_system.h"
#include "tests/persistence/memory_file_system.h"

namespace penchant::test {

/// A request as clients send it.
inline std::string request(const std::vector<std::string>& arguments) {
  std::string bytes = "*" + std::to_string(arguments.size()) + "\r\n";
  for (const std::string& one : arguments) bytes += "$" + std::to_string(one.size()) + "\r\n" + one + "\r\n";
  return bytes;
}

/// A reply for people: [array], {map: value}, texts and numbers as they are, an error behind its minus.
inline std::string shown(const Reply& reply) {
  const auto list = [&reply](const char* open, const char* between, const char* close) {
    std::string text = open;
    for (std::size_t i = 0; i < reply.elements.size(); ++i) {
      if (i > 0) text += i % 2 == 1 ? between : ", ";
      text += shown(reply.elements[i]);
    }
    return text + close;
  };
  std::array<char, 32> number{};
  switch (reply.kind) {
    case Reply::Kind::error: return "-" + reply.text;
    case Reply::Kind::integer: return std::to_string(reply.integer);
    case Reply::Kind::boolean: return reply.integer != 0 ? "true" : "false";
    case Reply::Kind::null: return "null";
    case Reply::Kind::real:
      return {number.data(), std::to_chars(number.data(), &number.back(), reply.real).ptr};
    case Reply::Kind::map: return list("{", ": ", "}");
    case Reply::Kind::array: return list("[", ", ", "]");
    case Reply::Kind::set:
    case Reply::Kind::push: return list("<", ", ", ">");
    default: return reply.text;
  }
}

/// The value of a map's key, in RESP2 or RESP3; a reply without it fails the test.
inline Reply field(const Reply& map, std::string_view key) {
  for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
    if (map.elements[i].text == key) return map.elements[i + 1];
  }
  BOOST_FAIL("no " << key << " in " << shown(map));
  return {};
}

inline double number(const Reply& reply) {
  if (reply.kind == Reply::Kind::real) return reply.real;
  double value = 0;
  const char* const end = reply.text.data() + reply.text.size();
  BOOST_REQUIRE_MESSAGE(std::from_chars(reply.text.data(), end, value).ptr == end, shown(reply)
                                                                                       << " is no number");
  return value;
}

class Talk {
 public:
  explicit Talk(double decay_days = 0) : decay_days_(decay_days) {
    runtime.shut_down = [this](bool save) { shut_down = save; };
    start();
  }

  MemoryFileSystem disk;
  FaultyFileSystem files{disk};
  std::unique_ptr<Store> store;
  std::unique_ptr<DecisionRing> decisions;
  std::optional<Service> service;
  Runtime runtime;
  std::unique_ptr<Connection> connection;
  OutputBuffer output;            // of the last batch
  std::optional<bool> shut_down;    // whether with a snapshot
  std::optional<bool> is_learning;  // whether users have learners from the next start on

  /// The process starts, and ends in order where its files let it.
  void start() {
    StoreOptions options{.directory = "/data",
                         .durability = Durability::os,
                         .decay_days = decay_days_,
                         .is_learning = is_learning};
    auto opened = Store::open(
        files, options, clock_ms(), [](const result<std::uint64_t>&) {}, [](const std::string&) {});
    BOOST_REQUIRE_MESSAGE(opened, opened.error().message);
    store = std::move(*opened);
    auto ring = DecisionRing::open(files, "/data", {}, clock_ms());
    BOOST_REQUIRE_MESSAGE(ring, ring.error().message);
    decisions = std::move(*ring);
    service.emplace(*store, *decisions, WordLists::english(), Bands{});
    runtime.shards.clear();
    runtime.shards.emplace_back(*service);
    connect();
  }
  void stop() {
    connection.reset();
    service.reset();
    decisions.reset();
    store.reset();
  }
  void restart() {
    stop();
    start();
  }

  /// A new client in place of the old one.
  void connect(WireKind wire = WireKind::resp) {
    pending_.clear();
    connection = std::make_unique<Connection>(runtime, 0, wire);
    connection->client().id = 7;
    connection->client().access = runtime.tokens.at_first();
    connection->client().address = "127.0.0.1:1";
    runtime.shards.front().clients = {&connection->client()};
  }
  bool closed() const { return connection->client().closing; }

  /// Bytes in, bytes out, as a session does it.
  std::string send(std::string_view bytes) {
    pending_ += bytes;
    std::string replies;
    for (;;) {
      output.clear();
      pending_.erase(0, connection->run(pending_, output));
      const auto written = store->commit();
      if (!written) {
        const std::string refused = connection->batch().refused(output.view(), written.error());
        output.clear();
        output.append(refused);
      }
      connection->render(output);
      replies += output.view();
      if (closed() || connection->next() == Connection::Next::input) return replies;
    }
  }

  /// One request, typed or as its arguments, and its one reply.
  Reply ask(const std::string& line) { return only_reply(send(line + "\r\n")); }
  Reply ask(const std::vector<std::string>& arguments) { return only_reply(send(request(arguments))); }
  std::string say(const std::string& line) { return shown(ask(line)); }
  std::string say(const std::vector<std::string>& arguments) { return shown(ask(arguments)); }

  void kept(const std::string& user, const std::string& checkpoint, const std::string& prompt,
            int times = 1) {
    judge(user, "selected", checkpoint, prompt, times);
  }
  void rejected(const std::string& user, const std::string& checkpoint, const std::string& prompt,
                int times = 1) {
    judge(user, "rejected", checkpoint, prompt, times);
  }

 private:
  void judge(const std::string& user, const std::string& verdict, const std::string& checkpoint,
             const std::string& prompt, int times) {
    std::string requests;
    for (int i = 0; i < times; ++i) requests += request({"RECORD", user, verdict, checkpoint, prompt});
    const std::string replies = send(requests);
    BOOST_REQUIRE_MESSAGE(replies.find('-') == std::string::npos, replies);
  }
  static Reply only_reply(const std::string& bytes) {
    ReplyParser parser;
    BOOST_REQUIRE_MESSAGE(parser.parse(bytes) == ReplyParser::Status::reply, "no reply: " << bytes);
    BOOST_REQUIRE_MESSAGE(parser.consumed() == bytes.size(), "more than a reply: " << bytes);
    return parser.reply();
  }

  const double decay_days_;
  std::string pending_;
};

}  // namespace penchant::test
