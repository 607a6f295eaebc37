// penchant score: the figures beside the checkpoints they were asked for; and the best checkpoints for each prompt of a
// file.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "cli/client_command.h"
#include "cli/print.h"
#include "cli/subcommand.h"
#include "engine/limits.h"
#include "net/service.h"

namespace penchant {
namespace {

// Of one request: its answer takes a millisecond, and what is said around it counts for little.
constexpr std::size_t prompts_at_once = 512;
constexpr std::size_t prompt_bytes_at_once = std::size_t{4} << 20;
constexpr std::size_t requests_under_way = 3;
static_assert(prompts_at_once <= scores_prompts_max);

/// The lines of a file, or of standard input, none of them longer than a prompt may be.
class Prompts {
 public:
  explicit Prompts(const std::string& path) : name_(path == "-" ? "standard input" : path) {
    if (path == "-") return;
    file_.open(path, std::ios::binary);
    if (!file_) throw std::runtime_error("cannot open " + path + " (" + std::strerror(errno) + ")");
    input_ = &file_;
  }

  /// The next ones, few enough for a request; none at the end.
  std::vector<std::string> take() {
    std::vector<std::string> some;
    for (std::size_t bytes = 0; some.size() < prompts_at_once && bytes < prompt_bytes_at_once;) {
      if (!next()) break;
      bytes += line_.size();
      some.push_back(line_);
    }
    return some;
  }

 private:
  bool next() {
    line_.clear();
    ++number_;
    std::streambuf& bytes = *input_->rdbuf();
    int byte = bytes.sbumpc();
    for (; byte != '\n' && byte != std::char_traits<char>::eof(); byte = bytes.sbumpc()) {
      line_ += static_cast<char>(byte);
      if (line_.size() > prompt_bytes_max) {
        throw std::runtime_error(name_ + ": line " + std::to_string(number_) + " is longer than a prompt may be, " +
                                 std::to_string(prompt_bytes_max) + " bytes");
      }
    }
    if (line_.ends_with('\r')) line_.pop_back();
    return byte == '\n' || !line_.empty();
  }

  const std::string name_;
  std::ifstream file_;
  std::istream* input_ = &std::cin;
  std::string line_;
  std::uint64_t number_ = 0;
};

/// The server's time, in Unix milliseconds.
std::string now_of(Transport& transport) {
  const Reply& time = ask_well(transport, {"TIME"});
  if (time.elements.size() != 2) throw std::runtime_error("the answer is not the time");
  return std::to_string(std::stoll(time.elements[0].text) * 1000 + std::stoll(time.elements[1].text) / 1000);
}

/// The best checkpoints for a prompt, each with its score.
void print_best(const Reply& best, const ClientRequest& request) {
  if (request.as_json()) return print_json(std::cout, with_names(best, request.command.columns));
  for (const Reply& arm : best.elements) {
    if (&arm != &best.elements.front()) std::cout << '\t';
    if (arm.elements.size() != 3) throw std::runtime_error("the answer is not a checkpoint with its score");
    std::cout << one_line(arm.elements[0].text) << '\t' << scalar_text(arm.elements[1]);
  }
  std::cout << '\n';
}

}  // namespace

int run_score(std::span<const std::string> arguments) {
  // Whose options are those of both; --help shows them.
  const bool is_of_file = std::ranges::any_of(arguments, [](const std::string& one) {
    return one == "--file" || one.starts_with("--file=") || one == "--help" || one == "-h";
  });
  return run(is_of_file ? client_commands::scores : client_commands::score, arguments);
}

int answer_score(const ClientRequest& request) {
  const auto transport = open_transport(request.values);
  const Reply* scores = transport->ask(request.arguments);
  if (scores->kind == Reply::Kind::error) return print_reply(scores, request.as_json());
  // Behind the command, the user, the prompt and their number.
  const auto count = request.values["checkpoint"].as<std::vector<std::string>>().size();
  const std::span checkpoints = std::span(request.arguments).subspan(4, count);
  if (scores->elements.size() != checkpoints.size()) throw std::runtime_error("the answer is not a score a checkpoint");
  Reply rows{.kind = Reply::Kind::array};
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    const Reply checkpoint{.kind = Reply::Kind::bulk, .text = checkpoints[i]};
    rows.elements.push_back({.kind = Reply::Kind::array, .elements = {checkpoint, scores->elements[i]}});
  }
  static constexpr std::array columns{"checkpoint", "score"};
  const Reply named = with_names(std::move(rows), columns);
  return print_reply(&named, request.as_json());
}

int answer_scores(const ClientRequest& request) {
  Prompts prompts(request.values["file"].as<std::string>());
  const auto transport = open_transport(request.values);
  // SCORES and the user, then the prompts and their number, then the options.
  std::vector<std::string> options(request.arguments.begin() + 2, request.arguments.end());
  // All of them as of one time: what they share is then worked out once.
  if (!request.values.contains("at")) options.insert(options.end(), {"AT", now_of(*transport)});
  // The next ones are on their way while an answer is printed.
  std::deque<std::size_t> asked;
  const auto ask_more = [&] {
    const auto some = prompts.take();
    if (some.empty()) return false;
    std::vector<std::string> scores{request.arguments[0], request.arguments[1], std::to_string(some.size())};
    scores.insert(scores.end(), some.begin(), some.end());
    scores.insert(scores.end(), options.begin(), options.end());
    transport->send(std::move(scores));
    asked.push_back(some.size());
    return true;
  };
  for (bool more = true; std::cout.good();) {
    while (more && asked.size() < requests_under_way) more = ask_more();
    if (asked.empty()) break;
    const Reply* const answer = transport->receive();
    if (answer->kind == Reply::Kind::error) return print_reply(answer, request.as_json());
    if (answer->elements.size() != asked.front()) throw std::runtime_error("the answer is not a row a prompt");
    asked.pop_front();
    for (const Reply& best : answer->elements) print_best(best, request);
  }
  std::cout.flush();
  return std::cout.good() ? exit_ok : exit_failure;
}

}  // namespace penchant
