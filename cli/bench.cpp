// penchant bench: how fast a running server answers, from outside. docs/bench.md says what is asked and what counts;
// cli/bench/ does it: workload -> run -> report.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "cli/bench/report.h"
#include "cli/bench/run.h"
#include "cli/bench/teach.h"
#include "cli/option.h"
#include "cli/progress.h"
#include "cli/subcommand.h"
#include "cli/transport.h"
#include "net/request_bytes.h"

namespace penchant {
namespace {

namespace po = boost::program_options;
using bench::Load;

constexpr unsigned rate_max = 10'000'000;
constexpr unsigned seconds_most = 24 * 3600;
constexpr std::uint64_t requests_most = 1'000'000'000;

volatile std::sig_atomic_t is_interrupted = 0;

/// Once: a second Ctrl-C ends it as it always does.
void catch_interrupt() {
  struct sigaction action {};
  action.sa_handler = [](int) { is_interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
}

/// As many connections as the system lets a process have, and waits that end when they should.
void ask_system_for_more() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  prctl(PR_SET_TIMERSLACK, 1UL);
}

po::typed_value<double>* exponent(double* target) {
  return read_value(target,
                    [](Arguments& arguments) {
                      const double value = arguments.real(this_option);
                      if (value < 0 || value > bench::exponent_max) {
                        arguments.fail(std::string(this_option) + " must be a number from 0 to 10");
                      }
                      return value;
                    })
      ->default_value(*target, "1");
}

po::typed_value<std::string>* arrival(Load& load) {
  return read_value<std::string>(nullptr, [&load](Arguments& arguments) {
    const std::string_view text = arguments.text(this_option);
    if (text != "poisson" && text != "fixed") arguments.fail(std::string(this_option) + " must be poisson or fixed");
    load.arrival = text == "fixed" ? bench::Arrival::fixed : bench::Arrival::poisson;
    return std::string(text);
  });
}

// clang-format off: an option a line
void add_options(po::options_description& options, Load& load) {
  add_server_options(options);
  options.add_options()
      ("rate", whole_number<std::uint32_t>(nullptr, 1, rate_max)->notifier([&](auto rate) { load.rate_per_s = rate; }),
       "open loop: so many requests a second are due; without it the loop is closed")
      ("arrival", arrival(load), "of an open loop: poisson, at random times, or fixed, evenly (=poisson)")
      ("connections", whole_number(&load.connections, 1, 10'000), "connections")
      ("pipeline", whole_number(&load.pipeline, 1, 100'000), "requests under way on each, at most")
      ("requests", whole_number(&load.requests, 1, requests_most), "ends after so many")
      ("seconds", whole_number(&load.seconds, 1, seconds_most),
       "ends after so long; of the two, the one given or the sooner")
      ("warm-up", whole_number(&load.warm_up_s, 0, seconds_most), "seconds before, which do not count")
      ("records", whole_number(&load.records_percent, 0, 100), "percent that are RECORD; the others are RECOMMEND")
      ("users", whole_number(&load.users, 1, bench::users_max), "users they are about")
      ("user-exponent", exponent(&load.user_exponent), "the k-th user is as frequent as 1 / k to this power")
      ("checkpoints", whole_number(&load.checkpoints, 1, bench::checkpoints_max), "checkpoints each user knows")
      ("words", whole_number(&load.words, 1, bench::words_max), "words that prompts are made of")
      ("word-exponent", exponent(&load.word_exponent), "as the users', of words")
      ("prompts", po::value(&load.prompt_file), "a file of prompts, one a line, in place of made ones")
      ("request", po::value(&load.request)->multitoken(),
       "words of one request to ask in place of all that, of any server that speaks RESP; last")
      ("json", "print JSON");
}
// clang-format on

/// Who says how long does not mean the other default too.
void lift_unsaid_end(const po::variables_map& values, Load& load) {
  const bool are_requests_said = !values["requests"].defaulted();
  const bool are_seconds_said = !values["seconds"].defaulted();
  if (are_seconds_said && !are_requests_said) load.requests = requests_most;
  if (are_requests_said && !are_seconds_said) load.seconds = seconds_most;
}

double median_ping_seconds(Transport& transport) {
  std::vector<double> seconds(21);
  for (double& one : seconds) {
    const auto begin = std::chrono::steady_clock::now();
    ask_well(transport, {"PING"});
    one = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  std::ranges::nth_element(seconds, seconds.begin() + 10);
  return seconds[10];
}

/// Whether the server is on this machine.
bool is_local(const po::variables_map& values) {
  const auto& host = values["host"].as<std::string>();
  return values.contains("unix") || host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// As the other subcommands do in HELLO. The one connection before this has shown it too: it is right.
void show_token(bench::Socket& socket) {
  const char* const token = std::getenv("PENCHANT_TOKEN");
  if (!token) return;
  std::string request;
  append_request(request, {"AUTH", token});
  boost::asio::write(socket, boost::asio::buffer(request));
  std::array<char, 5> answer{};
  boost::asio::read(socket, boost::asio::buffer(answer));
  if (std::string_view(answer.data(), answer.size()) != "+OK\r\n") {
    throw std::runtime_error("the server does not take the token of PENCHANT_TOKEN");
  }
}

void teach_all(const Load& load, bench::Workload& workload, bench::Socket& socket) {
  Progress progress("Teaching");
  bench::teach(load, workload, socket, [&](std::uint64_t done, std::uint64_t total) {
    progress.show(done, total);
    return is_interrupted == 0;
  });
}

}  // namespace

int run_bench(std::span<const std::string> arguments) {
  Load load;
  Usage usage{
      "Loads a running server with RECORD and RECOMMEND of made-up users (bench-0, bench-1, ...) and says how fast it\n"
      "answered and what limited it: run it on a server whose data you do not mind. With --rate requests are due at\n"
      "their times whether the server keeps up or not, and a latency counts from then.\n\n"
      "Examples:\n"
      "  penchant bench\n"
      "  penchant bench --rate 5000 --seconds 60\n"
      "  penchant bench --rate 200 --arrival fixed --records 100 --prompts my_prompts.txt\n"
      "  penchant bench --connections 1 --pipeline 1 --requests 20000 --json\n"
      "  penchant bench --port 6379 --rate 20000 --request GET a-key\n\n"
      "Usage: penchant bench [options]\n",
      po::options_description("Options"),
      {}};
  add_options(usage.options, load);
  po::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  if (std::uint64_t{load.connections} * load.pipeline > bench::in_flight_max) {
    throw po::error("--connections times --pipeline must be at most 1000000");
  }
  if (values.contains("arrival") && !load.is_open_loop()) throw po::error("--arrival is for an open loop: give --rate");
  lift_unsaid_end(values, load);
  ask_system_for_more();
  catch_interrupt();

  bench::Workload workload(load);
  boost::asio::io_context io;
  const double ping_seconds = median_ping_seconds(*open_server(values));
  std::vector<bench::Socket> sockets;
  for (unsigned i = 0; i < load.connections; ++i) show_token(sockets.emplace_back(connect_to_server(io, values)));
  if (load.request.empty()) teach_all(load, workload, sockets.front());
  bench::Figures figures = run_load(load, workload, std::move(sockets), is_interrupted);
  if (is_local(values)) figures.shared_cores = std::thread::hardware_concurrency();
  std::cout << (values.contains("json") ? bench::json_report : bench::text_report)(load, figures, ping_seconds);
  const bool is_broken = !figures.ended_early.empty() && is_interrupted == 0;
  if (is_broken) std::cerr << "penchant bench: " << figures.ended_early << "\n";
  return figures.errors() + figures.unanswered == 0 && !is_broken ? exit_ok : exit_failure;
}

}  // namespace penchant
