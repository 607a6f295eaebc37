// penchant bench: how fast a running server answers, from outside, as a scheduler would ask it.
//
// Closed loop: each connection sends a batch, waits for all its replies, and sends the next. Latency is that of a
// batch. What a scheduler that does not wait would see is higher once the server is busy.
#include <poll.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <list>
#include <random>

#include "cli/option.h"
#include "cli/settings.h"
#include "cli/subcommand.h"
#include "cli/transport.h"

namespace penchant {
namespace {

namespace po = boost::program_options;
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

struct Load {
  std::string host;
  std::uint16_t port = default_port;
  unsigned connections = 50;
  unsigned pipeline = 16;
  std::uint64_t requests = 200'000;
  unsigned users = 100;
  unsigned records_percent = 20;
};

/// Prompts as people write them: a subject, a style, a light, and now and then a rare word.
std::string make_prompt(std::mt19937_64& random) {
  static constexpr const char* subjects[] = {"photorealistic portrait of a woman", "anime girl with blue hair",
                                             "castle on a misty mountain",         "cat wearing a red scarf",
                                             "city street at night, neon signs",   "old lighthouse keeper"};
  static constexpr const char* styles[] = {"oil painting", "studio photo, 85mm",   "watercolor",
                                           "ink drawing",  "(matte painting:1.2)", "low poly render"};
  static constexpr const char* lights[] = {"golden hour", "soft light", "dramatic shadows", "overcast sky"};
  std::string prompt = subjects[random() % 6];
  prompt.append(", ").append(styles[random() % 6]).append(", ").append(lights[random() % 4]);
  if (random() % 4 == 0) prompt.append(", theme").append(std::to_string(random() % 5000));
  return prompt;
}

class Generator {
 public:
  explicit Generator(const Load& load) : load_(load) {}

  /// The next request, appended.
  void append(std::string& out) {
    const std::string user = "bench-" + std::to_string(random_() % load_.users);
    const std::string checkpoint = "checkpoint-" + std::to_string(random_() % checkpoints);
    if (random_() % 100 < load_.records_percent) {
      out += encode_request(
          {"RECORD", user, random_() % 3 == 0 ? "rejected" : "selected", checkpoint, make_prompt(random_)});
    } else {
      out += encode_request({"RECOMMEND", user, make_prompt(random_)});
    }
  }
  /// A record for each user, so that every question has an answer.
  std::vector<std::vector<std::string>> first_records() {
    std::vector<std::vector<std::string>> records;
    for (unsigned i = 0; i < load_.users; ++i) {
      for (unsigned c = 0; c < checkpoints; ++c) {
        records.push_back({"RECORD", "bench-" + std::to_string(i), "selected", "checkpoint-" + std::to_string(c),
                           make_prompt(random_), "ID", "first-" + std::to_string(c)});
      }
    }
    return records;
  }

 private:
  static constexpr unsigned checkpoints = 50;
  const Load& load_;
  std::mt19937_64 random_{1};
};

struct Figures {
  std::vector<double> batch_ms;
  std::uint64_t replies = 0;
  std::uint64_t errors = 0;
  double seconds = 0;
};

/// One connection of the load.
class Worker {
 public:
  Worker(asio::io_context& io, const Load& load) : socket_(connect_to(io, load.host, load.port)) {}
  int descriptor() { return socket_.native_handle(); }

  void send(const std::string& batch, unsigned requests) {
    sent_ = Clock::now();
    outstanding_ = requests;
    boost::system::error_code error;
    asio::write(socket_, asio::buffer(batch), error);
    if (error) fail_broken_off(error);
  }

  /// Reads what has come; true when the batch is answered.
  bool receive(Figures& figures) {
    const std::size_t had = input_.size();
    input_.resize(had + 65536);
    boost::system::error_code error;
    input_.resize(had + socket_.receive(asio::buffer(input_.data() + had, 65536), 0, error));
    if (error) fail_broken_off(error);
    std::string_view left = input_;
    while (outstanding_ > 0 && parser_.parse(left) == ReplyParser::Status::reply) {
      left.remove_prefix(parser_.consumed());
      figures.errors += parser_.reply().kind == Reply::Kind::error ? 1 : 0;
      ++figures.replies;
      --outstanding_;
    }
    input_.erase(0, input_.size() - left.size());
    if (outstanding_ > 0) return false;
    figures.batch_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - sent_).count());
    return true;
  }

 private:
  asio::ip::tcp::socket socket_;
  std::string input_;
  ReplyParser parser_;
  unsigned outstanding_ = 0;
  Clock::time_point sent_;
};

Figures drive(const Load& load, Generator& generator) {
  asio::io_context io;
  std::list<Worker> workers;
  for (unsigned i = 0; i < load.connections; ++i) workers.emplace_back(io, load);
  std::vector<pollfd> waiting;
  for (Worker& worker : workers) waiting.push_back({worker.descriptor(), POLLIN, 0});

  Figures figures;
  std::uint64_t sent = 0;
  std::string batch;
  const auto send_next = [&](Worker& worker) {
    const auto count = static_cast<unsigned>(std::min<std::uint64_t>(load.pipeline, load.requests - sent));
    if (count == 0) return;
    batch.clear();
    for (unsigned i = 0; i < count; ++i) generator.append(batch);
    sent += count;
    worker.send(batch, count);
  };
  const auto begin = Clock::now();
  for (Worker& worker : workers) send_next(worker);
  while (figures.replies < load.requests) {
    poll(waiting.data(), waiting.size(), -1);
    std::size_t i = 0;
    for (Worker& worker : workers) {
      if (waiting[i++].revents != 0 && worker.receive(figures)) send_next(worker);
    }
  }
  figures.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return figures;
}

double percentile(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

int print(const Load& load, Figures& figures, bool as_json) {
  std::ranges::sort(figures.batch_ms);
  const double rate = static_cast<double>(figures.replies) / figures.seconds;
  const double p50 = percentile(figures.batch_ms, 0.5);
  const double p99 = percentile(figures.batch_ms, 0.99);
  const double p999 = percentile(figures.batch_ms, 0.999);
  std::printf(as_json ? "{\"requests\":%llu,\"errors\":%llu,\"requests_per_second\":%.0f,\"batch_ms_p50\":%.3f,"
                        "\"batch_ms_p99\":%.3f,\"batch_ms_p999\":%.3f,\"batch_ms_max\":%.3f}\n"
                      : "%llu requests, %llu errors: %.0f a second\nbatch latency: p50 %.3f ms, p99 %.3f ms, p99.9 "
                        "%.3f ms, max %.3f ms\n",
              static_cast<unsigned long long>(figures.replies), static_cast<unsigned long long>(figures.errors), rate,
              p50, p99, p999, figures.batch_ms.back());
  if (!as_json) {
    std::printf("%u connections, %u requests in flight each, %u%% RECORD; closed loop\n", load.connections,
                load.pipeline, load.records_percent);
  }
  return figures.errors == 0 ? exit_ok : exit_failure;
}

}  // namespace

int run_bench(std::span<const std::string> arguments) {
  Load load;
  Usage usage{
      "Measures a running server with RECORD and RECOMMEND of made-up users (bench-0, bench-1, ...): run it on a "
      "server\n"
      "whose data you do not mind.\n\n"
      "Examples:\n"
      "  penchant bench\n"
      "  penchant bench --connections 1 --pipeline 1 --requests 20000\n"
      "  penchant bench --records 100 --json\n\n"
      "Usage: penchant bench [options]\n",
      po::options_description("Options"),
      {}};
  // clang-format off: an option a line
  usage.options.add_options()
      ("host", po::value(&load.host)->default_value("127.0.0.1"), "the server's address")
      ("port", whole_number(&load.port, 1, 65535), "the server's port")
      ("connections", whole_number(&load.connections, 1, 10'000), "connections")
      ("pipeline", whole_number(&load.pipeline, 1, 100'000), "requests in flight on each")
      ("requests", whole_number(&load.requests, 1, 1'000'000'000), "requests in all")
      ("users", whole_number(&load.users, 1, 1'000'000), "users they are about")
      ("records", whole_number(&load.records_percent, 0, 100), "percent that are RECORD")
      ("json", "print JSON");
  // clang-format on
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  Generator generator(load);
  const auto transport = open_server(values);
  for (const auto& record : generator.first_records()) transport->ask(record);
  Figures figures = drive(load, generator);
  return print(load, figures, values.contains("json"));
}

}  // namespace penchant
