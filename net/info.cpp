#include "net/info.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "net/version.h"

namespace penchant {
namespace {

// Clients decide by it what they may say; what Penchant speaks is what redis-server 7.0 speaks.
constexpr std::string_view redis_version = "7.0.0";

void line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(":").append(value).append("\r\n");
}
template <class Integer>
void line(std::string& out, std::string_view name, Integer value) requires std::is_integral_v<Integer> {
  line(out, name, std::string_view(std::to_string(value)));
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t resident_bytes_peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

/// Empty where there is none.
std::string one_line(const std::optional<Failure>& failure) {
  std::string text = failure.value_or(Failure{}).message;
  std::ranges::replace_if(
      text, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return text;
}

/// Of all stores: the sum of figure(service), or the least or greatest of them.
template <class Figure>
auto sum(Runtime& runtime, const Figure& figure) {
  decltype(figure(runtime.shards.front().service)) total{};
  for (const Shard& shard : runtime.shards) total += figure(shard.service);
  return total;
}
template <class Figure>
auto least(Runtime& runtime, const Figure& figure) {
  auto value = figure(runtime.shards.front().service);
  for (const Shard& shard : runtime.shards) value = std::min(value, figure(shard.service));
  return value;
}
std::uint64_t passed(const Runtime& runtime, std::uint64_t Traffic::*figure) {
  std::uint64_t total = 0;
  for (const Shard& shard : runtime.shards) total += shard.traffic.*figure;
  return total;
}
/// What the first store says that says anything.
template <class Failing>
std::string first_failure(Runtime& runtime, const Failing& failing) {
  for (const Shard& shard : runtime.shards) {
    if (const std::optional<Failure>& failure = failing(shard.service.store())) return one_line(failure);
  }
  return {};
}

void server(std::string& out, Runtime& runtime) {
  const std::int64_t up_s = std::max<std::int64_t>(clock_ms() - runtime.started_ms, 0) / 1000;
  line(out, "redis_version", redis_version);
  line(out, "penchant_version", version);
  line(out, "redis_mode", "standalone");
  line(out, "arch_bits", sizeof(void*) * 8);
  line(out, "process_id", getpid());
  line(out, "tcp_port", runtime.port);
  line(out, "stores", runtime.shards.size());
  line(out, "uptime_in_seconds", up_s);
  line(out, "uptime_in_days", up_s / 86400);
}

void clients(std::string& out, Runtime& runtime) {
  std::size_t connected = 0;
  for (const Shard& shard : runtime.shards) connected += shard.clients.size();
  line(out, "connected_clients", connected);
  line(out, "blocked_clients", 0);
}

void memory(std::string& out, Runtime& runtime) {
  line(out, "used_memory", resident_bytes());
  line(out, "used_memory_rss", resident_bytes());
  line(out, "used_memory_rss_peak", resident_bytes_peak());
  line(out, "matrix_cells", sum(runtime, [](Service& one) { return one.engine().cell_count(); }));
}

SegmentsTold segments_of(const Runtime& runtime) {
  SegmentsTold all;
  std::int64_t oldest_ms = INT64_MAX;
  for (const Shard& shard : runtime.shards) {
    const SegmentsTold one = shard.service.store().segments();
    all.segments += one.segments;
    all.bytes += one.bytes;
    all.disk_bytes += one.disk_bytes;
    if (one.oldest_event_ms > 0) oldest_ms = std::min(oldest_ms, one.oldest_event_ms);
  }
  all.oldest_event_ms = oldest_ms == INT64_MAX ? 0 : oldest_ms;
  return all;
}

/// Of several stores events are added up, and the oldest of their last snapshots told.
void persistence(std::string& out, Runtime& runtime) {
  const auto add_up = [&](const auto& figure) {
    return sum(runtime, [&figure](Service& one) { return static_cast<std::uint64_t>(figure(one.store())); });
  };
  const bool is_read_only = add_up([](const Store& one) { return one.read_only().has_value(); }) > 0;
  line(out, "loading", 0);
  line(out, "read_only", is_read_only ? 1 : 0);
  line(out, "journal_written_sequence", add_up([](const Store& one) { return one.written_sequence(); }));
  line(out, "journal_synced_sequence", add_up([](const Store& one) { return one.synced_sequence(); }));
  line(out, "replayed_at_start", add_up([](const Store& one) { return one.replayed(); }));
  line(out, "rdb_changes_since_last_save", add_up([](const Store& one) { return one.events_since_save(); }));
  line(out, "rdb_bgsave_in_progress", add_up([](const Store& one) { return one.saving(); }) > 0 ? 1 : 0);
  line(out, "rdb_last_save_time", least(runtime, [](Service& one) { return one.store().last_save_ms(); }) / 1000);
  const bool is_failing = add_up([](const Store& one) { return one.last_save_failed(); }) > 0;
  line(out, "rdb_last_bgsave_status", is_failing ? "err" : "ok");
  line(out, "aof_enabled", 1);
  line(out, "aof_last_write_status", is_read_only ? "err" : "ok");
  line(out, "erasures_pending", add_up([](const Store& one) { return one.erasures().size(); }));
  line(out, "erasures_failure", first_failure(runtime, [](const Store& one) { return one.erasure_failure(); }));
  const SegmentsTold segments = segments_of(runtime);
  line(out, "journal_segments", segments.segments);
  line(out, "journal_bytes", segments.bytes);
  line(out, "journal_disk_bytes", segments.disk_bytes);
  line(out, "journal_oldest_event_time", segments.oldest_event_ms / 1000);
  line(out, "segments_failure", first_failure(runtime, [](const Store& one) { return one.segments_failure(); }));
}

void stats(std::string& out, Runtime& runtime) {
  line(out, "total_connections_received", runtime.connections_received);
  line(out, "rejected_connections", runtime.connections_refused);
  line(out, "total_commands_processed", passed(runtime, &Traffic::commands_processed));
  line(out, "total_net_input_bytes", passed(runtime, &Traffic::input_bytes));
  line(out, "total_net_output_bytes", passed(runtime, &Traffic::output_bytes));
  line(out, "records", passed(runtime, &Traffic::records));
  line(out, "recommendations", passed(runtime, &Traffic::recommendations));
}

void replication(std::string& out, Runtime&) {
  line(out, "role", "master");
  line(out, "connected_slaves", 0);
}

void cpu(std::string& out, Runtime&) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return std::to_string(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6);
  };
  line(out, "used_cpu_sys", seconds(usage.ru_stime));
  line(out, "used_cpu_user", seconds(usage.ru_utime));
}

void preferences(std::string& out, Runtime& runtime) {
  const Engine& engine = runtime.shards.front().service.engine();  // pools and decay are the same in all
  line(out, "users", sum(runtime, [](Service& one) { return one.engine().user_count(); }));
  line(out, "records_total", sum(runtime, [](Service& one) { return one.engine().record_count(); }));
  line(out, "pools", engine.pools().all().size());
  std::array<char, 32> days;
  const auto end = std::to_chars(days.data(), days.data() + days.size(), engine.decay().days()).ptr;
  line(out, "decay_days", std::string_view(days.data(), end));
  for (const Shard& shard : runtime.shards) shard.service.decisions().load();
  line(out, "decisions_kept", sum(runtime, [](Service& one) { return one.decisions().decisions(); }));
  line(out, "decisions_bytes", sum(runtime, [](Service& one) { return one.decisions().bytes(); }));
  const std::int64_t oldest_ms = least(runtime, [](Service& one) {
    return one.decisions().oldest_at_ms().value_or(INT64_MAX);
  });
  line(out, "decisions_oldest_time", oldest_ms == INT64_MAX ? 0 : oldest_ms / 1000);
  const Service& service = runtime.shards.front().service;
  const auto made_ms = service.community_made_ms();
  line(out, "community_users", service.community().user_count());
  line(out, "community_cells", service.community().cells());
  line(out, "community_age_in_seconds", made_ms ? std::max<std::int64_t>(clock_ms() - *made_ms, 0) / 1000 : -1);
}

/// What redis-cli --stat counts: users stand for keys.
void keyspace(std::string& out, Runtime& runtime) {
  const std::size_t users = sum(runtime, [](Service& one) { return one.engine().user_count(); });
  if (users > 0) line(out, "db0", "keys=" + std::to_string(users) + ",expires=0,avg_ttl=0");
}

struct Section {
  std::string_view title;
  void (*write)(std::string&, Runtime&);
};

constexpr std::array sections_in_order{
    Section{"Server", server},     Section{"Clients", clients},
    Section{"Memory", memory},     Section{"Persistence", persistence},
    Section{"Stats", stats},       Section{"Replication", replication},
    Section{"CPU", cpu},           Section{"Preferences", preferences},
    Section{"Keyspace", keyspace},
};

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](char c) { return c | 0x20; }, [](char c) { return c | 0x20; });
}

}  // namespace

std::string info_text(std::span<const std::string_view> wanted, Runtime& runtime) {
  const auto is_wanted = [wanted](std::string_view title) {
    return wanted.empty() || std::ranges::any_of(wanted, [title](std::string_view name) {
             return same_word(name, title) || same_word(name, "all") || same_word(name, "everything") ||
                    same_word(name, "default");
           });
  };
  std::string out;
  for (const Section& section : sections_in_order) {
    if (!is_wanted(section.title)) continue;
    if (!out.empty()) out += "\r\n";
    out.append("# ").append(section.title).append("\r\n");
    section.write(out, runtime);
  }
  return out;
}

}  // namespace penchant
