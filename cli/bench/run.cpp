#include "cli/bench/run.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <deque>
#include <stdexcept>

#include "cli/bench/poll.h"
#include "cli/bench/schedule.h"
#include "net/request_bytes.h"

namespace penchant::bench {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t patience_ns = 10 * second_ns;             // with answers, after the end
constexpr std::int64_t interrupted_patience_ns = second_ns / 2;  // after Ctrl-C, and for the last INFO
constexpr std::int64_t nap_ns = second_ns / 10;                  // at most: then it looks whether it is interrupted

double client_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Nothing where the text does not have it.
std::optional<double> number_in(std::string_view text, std::string_view name) {
  const std::size_t found = text.find(name);
  if (found == std::string_view::npos) return std::nullopt;
  text.remove_prefix(found + name.size());
  double number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return std::nullopt;
  return number;
}

std::optional<double> server_cpu_seconds(const Reply& info) {
  const auto user = number_in(info.text, "used_cpu_user:");
  const auto system = number_in(info.text, "used_cpu_sys:");
  if (!user || !system) return std::nullopt;
  return *user + *system;
}

bool is_right(Kind kind, const Reply& reply) {
  if (kind == Kind::given) return reply.kind != Reply::Kind::error;
  if (kind == Kind::record) return reply.kind == Reply::Kind::integer && reply.integer > 0;
  return reply.kind == Reply::Kind::array && !reply.elements.empty() && reply.elements.front().text == "decision";
}

/// Processor time by a moment.
struct Sample {
  std::int64_t at_ns = 0;
  double cpu_s = 0;
};

double cores_between(const Sample& begin, const Sample& end) {
  return (end.cpu_s - begin.cpu_s) * 1e9 / static_cast<double>(std::max<std::int64_t>(end.at_ns - begin.at_ns, 1));
}

class Run {
 public:
  Run(const Load& load, Workload& workload, std::vector<Socket> sockets, const volatile std::sig_atomic_t& interrupted)
      : load_(load),
        workload_(workload),
        interrupted_(interrupted),
        warm_up_ns_(load.warm_up_s * second_ns),
        end_ns_(warm_up_ns_ + load.seconds * second_ns) {
    if (load.is_open_loop()) schedule_.emplace(load.rate_per_s, load.arrival);
    for (Socket& socket : sockets) {
      LoadConnection& connection = connections_.emplace_back(std::move(socket), load.pipeline);
      poll_.watch(connection, false, EPOLL_CTL_ADD);
      emptied_.push_back(&connection);
    }
  }

  Figures run() {
    start_ = std::chrono::steady_clock::now();
    try {
      for (now_ns_ = clock_ns(); !is_over(); now_ns_ = clock_ns()) {
        send_due();
        serve_all(nap());
      }
      client_end_ = client_sample();
      take_last_server_sample();
    } catch (const std::runtime_error& error) {
      figures_.ended_early = error.what();
    }
    finish();
    return std::move(figures_);
  }

 private:
  std::int64_t clock_ns() const { return (std::chrono::steady_clock::now() - start_).count(); }
  Sample client_sample() const { return {clock_ns(), client_cpu_seconds()}; }

  /// Whether what is due then is due after the end.
  bool is_after_end(std::int64_t due_ns) const { return due_ns >= end_ns_ || measured_ == load_.requests; }

  bool is_over() {
    if (interrupted_ != 0 && sending_) {
      figures_.ended_early = "interrupted";
      stop_sending(interrupted_patience_ns);
    }
    if (sending_ && is_after_end(schedule_ ? schedule_->due_ns() : now_ns_)) stop_sending(patience_ns);
    if (sending_) return now_ns_ >= end_ns_ + patience_ns;
    return pending_ == 0 || now_ns_ >= give_up_ns_;
  }
  void stop_sending(std::int64_t patience) {
    sending_ = false;
    stopped_ns_ = now_ns_;
    give_up_ns_ = std::min(now_ns_, end_ns_) + patience;
  }

  void send_due() {
    if (!sending_) return;
    if (schedule_) {
      send_scheduled();
    } else {
      for (LoadConnection* const connection : emptied_) send_batch(*connection);
      emptied_.clear();
    }
  }

  /// Open loop: everything that is due, wherever there is room.
  void send_scheduled() {
    has_room_ = true;
    skip_warm_up();
    while (schedule_->due_ns() <= now_ns_ && !is_after_end(schedule_->due_ns())) {
      LoadConnection* const connection = next_with_room();
      has_room_ = connection != nullptr;
      if (!connection) break;
      if (!connection->has_unsent()) touched_.push_back(connection);
      add_request(*connection, schedule_->due_ns());
      schedule_->advance();
    }
    for (LoadConnection* const connection : touched_) flush(*connection);
    touched_.clear();
  }
  /// What could not be sent in time before it counts would make late what counts.
  void skip_warm_up() {
    if (now_ns_ < warm_up_ns_) return;
    while (schedule_->due_ns() < warm_up_ns_) schedule_->advance();
  }
  LoadConnection* next_with_room() {
    for (std::size_t tried = 0; tried < connections_.size(); ++tried) {
      LoadConnection& connection = connections_[turn_++ % connections_.size()];
      if (connection.pending() < load_.pipeline && connection.takes_more()) return &connection;
    }
    return nullptr;
  }

  /// Closed loop: the next requests of a connection that has had all answers.
  void send_batch(LoadConnection& connection) {
    const std::int64_t due_ns = clock_ns();
    while (connection.pending() < load_.pipeline && connection.takes_more() && !is_after_end(due_ns)) {
      add_request(connection, due_ns);
    }
    flush(connection);
  }

  void add_request(LoadConnection& connection, std::int64_t due_ns) {
    const bool is_measured = due_ns >= warm_up_ns_;
    if (is_measured) {
      if (measured_++ == 0) begin_window(connection, due_ns);
      last_due_ns_ = due_ns;
      figures_.sent_late.add(now_ns_ - due_ns);
    }
    const Kind kind = workload_.append(connection.output());
    connection.expect({due_ns, kind, is_measured});
    ++pending_;
  }

  void ask_info(LoadConnection& connection) {
    append_request(connection.output(), {"INFO", "CPU", "SERVER"});
    connection.expect({.due_ns = now_ns_});
    ++pending_;
  }

  void begin_window(LoadConnection& connection, std::int64_t due_ns) {
    begin_ns_ = due_ns;
    client_begin_ = client_sample();
    ask_info(connection);
  }

  /// Not waited for long: a server that is stuck does not tell.
  void take_last_server_sample() {
    if (measured_ == 0) return;
    ask_info(connections_.front());
    flush(connections_.front());
    const std::int64_t until_ns = clock_ns() + interrupted_patience_ns;
    while (!figures_.server_cpu_cores && (now_ns_ = clock_ns()) < until_ns) serve_all(until_ns - now_ns_);
  }

  void flush(LoadConnection& connection) {
    connection.send();
    if (connection.has_unsent()) poll_.watch(connection, true, EPOLL_CTL_MOD);
  }

  void serve_all(std::int64_t at_most_ns) {
    for (const epoll_event& event : poll_.wait(at_most_ns)) {
      LoadConnection& connection = *static_cast<LoadConnection*>(event.data.ptr);
      if ((event.events & EPOLLOUT) != 0) {
        connection.send();
        if (!connection.has_unsent()) poll_.watch(connection, false, EPOLL_CTL_MOD);
      }
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) continue;
      connection.receive([this](const Pending& pending, const Reply& reply) { take(pending, reply); });
      if (sending_ && !schedule_ && connection.pending() == 0) emptied_.push_back(&connection);
    }
  }

  void take(const Pending& pending, const Reply& reply) {
    --pending_;
    if (pending.kind == Kind::info) return take_server_sample(reply);
    if (!pending.is_measured) return;
    ++answered_;
    answered_ns_ = clock_ns();
    KindFigures& figures = figures_.of_kind[static_cast<std::size_t>(pending.kind)];
    if (is_right(pending.kind, reply)) return figures.latencies.add(answered_ns_ - pending.due_ns);
    ++figures.errors;
    if (!figures_.first_error.empty()) return;
    figures_.first_error = reply.kind == Reply::Kind::error ? reply.text : "an answer of another kind";
  }

  void take_server_sample(const Reply& info) {
    const auto cpu_s = server_cpu_seconds(info);
    if (!cpu_s) return;
    figures_.server_threads = number_in(info.text, "stores:").value_or(1);
    const Sample sample{clock_ns(), *cpu_s};
    if (!server_begin_) {
      server_begin_ = sample;
    } else {
      figures_.server_cpu_cores = cores_between(*server_begin_, sample);
    }
  }

  std::int64_t nap() const {
    if (sending_ && !schedule_ && !emptied_.empty()) return 0;
    std::int64_t until_ns = now_ns_ + nap_ns;
    if (sending_ && schedule_ && has_room_) until_ns = std::min(until_ns, schedule_->due_ns());
    if (sending_ && !schedule_) until_ns = std::min(until_ns, end_ns_);
    return std::max<std::int64_t>(until_ns - clock_ns(), 0);
  }

  void finish() {
    count_unsent();
    figures_.unanswered = measured_ - answered_;
    if (answered_ == 0) return;
    figures_.due_seconds = static_cast<double>(last_due_ns_ - begin_ns_) / 1e9;
    figures_.seconds = static_cast<double>(answered_ns_ - begin_ns_) / 1e9;
    figures_.client_cpu_cores = cores_between(client_begin_, client_end_.value_or(client_sample()));
  }

  /// What was due and could not even be sent.
  void count_unsent() {
    if (!schedule_ || measured_ == 0) return;
    const std::int64_t until_ns = std::min(sending_ ? clock_ns() : stopped_ns_, end_ns_);
    for (; schedule_->due_ns() < until_ns && measured_ < load_.requests; schedule_->advance()) ++measured_;
  }

  const Load& load_;
  Workload& workload_;
  const volatile std::sig_atomic_t& interrupted_;
  const std::int64_t warm_up_ns_;
  const std::int64_t end_ns_;
  std::chrono::steady_clock::time_point start_;
  std::optional<Schedule> schedule_;        // open loop
  std::deque<LoadConnection> connections_;  // a deque: they stay where they are
  std::vector<LoadConnection*> emptied_;    // closed loop: all answers are there
  std::vector<LoadConnection*> touched_;
  Poll poll_;

  std::int64_t now_ns_ = 0;
  std::size_t turn_ = 0;
  bool sending_ = true;
  bool has_room_ = true;
  std::int64_t stopped_ns_ = 0;  // these two: where nothing is sent any more
  std::int64_t give_up_ns_ = 0;
  std::uint64_t pending_ = 0;   // on all connections
  std::uint64_t measured_ = 0;  // sent
  std::uint64_t answered_ = 0;  // of those
  std::int64_t begin_ns_ = 0;
  std::int64_t last_due_ns_ = 0;
  std::int64_t answered_ns_ = 0;
  std::optional<Sample> server_begin_;
  Sample client_begin_;
  std::optional<Sample> client_end_;
  Figures figures_;
};

}  // namespace

std::uint64_t Figures::right() const {
  std::uint64_t sum = 0;
  for (const KindFigures& kind : of_kind) sum += kind.latencies.count();
  return sum;
}

std::uint64_t Figures::errors() const {
  std::uint64_t sum = 0;
  for (const KindFigures& kind : of_kind) sum += kind.errors;
  return sum;
}

Figures run_load(const Load& load, Workload& workload, std::vector<Socket> sockets,
                 const volatile std::sig_atomic_t& interrupted) {
  return Run(load, workload, std::move(sockets), interrupted).run();
}

}  // namespace penchant::bench
