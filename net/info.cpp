#include "net/info.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "net/figures.h"
#include "net/info_commands.h"
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

/// Empty where there is none.
std::string one_line(const std::optional<Failure>& failure) {
  std::string text = failure.value_or(Failure{}).message;
  std::ranges::replace_if(
      text, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return text;
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
  utsname system{};
  uname(&system);
  line(out, "os", std::string(system.sysname) + " " + system.release + " " + system.machine);
  line(out, "arch_bits", sizeof(void*) * 8);
  line(out, "multiplexing_api", "epoll");
  line(out, "process_id", getpid());
  line(out, "tcp_port", runtime.port);
  line(out, "stores", runtime.shards.size());
  line(out, "server_time_usec", clock_ms() * 1000);
  line(out, "uptime_in_seconds", up_s);
  line(out, "uptime_in_days", up_s / 86400);
}

void clients(std::string& out, Runtime& runtime) {
  line(out, "connected_clients", connected_clients(runtime));
  if (const Setting* const most = find_setting(runtime, "maxclients")) {
    line(out, "maxclients", std::string_view(most->value));
  }
  line(out, "blocked_clients", 0);
}

/// As redis-server writes it: 1.50M.
std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array units{'B', 'K', 'M', 'G', 'T'};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  std::array<char, 32> text;
  const int size = std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f%c" : "%.2f%c", value, units[unit]);
  return std::string(text.data(), static_cast<std::size_t>(size));
}

void memory(std::string& out, Runtime& runtime) {
  const std::uint64_t resident = resident_bytes();
  const std::uint64_t peak = resident_bytes_peak();
  line(out, "used_memory", resident);
  line(out, "used_memory_human", human_bytes(resident));
  line(out, "used_memory_rss", resident);
  line(out, "used_memory_rss_peak", peak);
  line(out, "used_memory_peak", peak);
  line(out, "used_memory_peak_human", human_bytes(peak));
  line(out, "total_system_memory",
       static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  line(out, "maxmemory", 0);
  line(out, "maxmemory_policy", "noeviction");
  const MemoryParts parts = memory_parts(runtime);
  line(out, "memory_matrices", parts.matrices);
  line(out, "memory_keyword_rows", parts.keyword_rows);
  line(out, "memory_lessons", parts.lessons);
  line(out, "memory_negatives", parts.negatives);
  line(out, "memory_parameters", parts.parameters);
  line(out, "memory_texts", vocabulary_bytes(runtime));
  line(out, "memory_decisions", decision_bytes(runtime));
  line(out, "matrix_cells", sum(runtime, [](const Service& one) { return one.engine().cell_count(); }));
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
  const std::int64_t took_us =
      greatest(runtime, [](const Service& one) { return std::int64_t{one.store().last_save_duration().count()}; });
  line(out, "rdb_last_bgsave_time_sec", took_us == 0 ? -1 : took_us / 1'000'000);
  line(out, "snapshot_age_in_seconds", snapshot_age_ms(runtime) / 1000);
  line(out, "snapshot_duration_usec", took_us);
  const SyncFigures syncs = sync_figures(runtime);
  line(out, "journal_fsyncs", syncs.syncs);
  line(out, "journal_fsync_usec", syncs.total_us);
  line(out, "journal_fsync_last_usec", syncs.last_us);
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

std::uint64_t per_second(const Runtime& runtime, RateMeter Traffic::*meter) {
  std::uint64_t all = 0;
  for (const Shard& shard : runtime.shards) all += (shard.traffic.*meter).per_second();
  return all;
}

void stats(std::string& out, Runtime& runtime) {
  line(out, "total_connections_received", runtime.connections_received);
  line(out, "rejected_connections", runtime.connections_refused);
  line(out, "total_commands_processed", passed(runtime, &Traffic::commands_processed));
  line(out, "instantaneous_ops_per_sec", per_second(runtime, &Traffic::command_rate));
  line(out, "total_net_input_bytes", passed(runtime, &Traffic::input_bytes));
  line(out, "total_net_output_bytes", passed(runtime, &Traffic::output_bytes));
  line(out, "instantaneous_input_kbps", per_second(runtime, &Traffic::input_rate) / 1024);
  line(out, "instantaneous_output_kbps", per_second(runtime, &Traffic::output_rate) / 1024);
  line(out, "total_error_replies", passed(runtime, &Traffic::errors));
  line(out, "records", passed(runtime, &Traffic::records));
  line(out, "recommendations", passed(runtime, &Traffic::recommendations));
  line(out, "decisions_explore", passed(runtime, &Traffic::decisions_explore));
  line(out, "decisions_hedge", passed(runtime, &Traffic::decisions_hedge));
  line(out, "decisions_exploit", passed(runtime, &Traffic::decisions_exploit));
  line(out, "decisions_judged", passed(runtime, &Traffic::decisions_judged));
  line(out, "decisions_kept_verdicts", passed(runtime, &Traffic::decisions_kept_verdicts));
}

void replication(std::string& out, Runtime&) {
  line(out, "role", "master");
  line(out, "connected_slaves", 0);
}

void cpu(std::string& out, Runtime&) {
  line(out, "used_cpu_sys", std::string_view(std::to_string(system_seconds())));
  line(out, "used_cpu_user", std::string_view(std::to_string(user_seconds())));
}

void preferences(std::string& out, Runtime& runtime) {
  const Engine& engine = runtime.shards.front().service.engine();  // pools and decay are the same in all
  line(out, "users", sum(runtime, [](Service& one) { return one.engine().user_count(); }));
  line(out, "records_total", sum(runtime, [](Service& one) { return one.engine().record_count(); }));
  line(out, "pools", engine.pools().all().size());
  std::array<char, 32> days;
  const auto end = std::to_chars(days.data(), days.data() + days.size(), engine.decay().days()).ptr;
  line(out, "decay_days", std::string_view(days.data(), end));
  const std::size_t decisions_take = decision_bytes(runtime);
  line(out, "decisions_kept", sum(runtime, [](Service& one) { return one.decisions().decisions(); }));
  line(out, "decisions_bytes", decisions_take);
  const std::int64_t oldest_ms = least(runtime, [](Service& one) {
    return one.decisions().oldest_at_ms().value_or(INT64_MAX);
  });
  line(out, "decisions_oldest_time", oldest_ms == INT64_MAX ? 0 : oldest_ms / 1000);
  const Service& service = runtime.shards.front().service;
  line(out, "shadow", service.is_shadow() ? 1 : 0);
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
  bool is_asked_for = false;  // it is told where it, or everything, is asked for
};

constexpr std::array sections_in_order{
    Section{"Server", server},
    Section{"Clients", clients},
    Section{"Memory", memory},
    Section{"Persistence", persistence},
    Section{"Stats", stats},
    Section{"Replication", replication},
    Section{"CPU", cpu},
    Section{"Commandstats", [](std::string& out, Runtime& runtime) { write_command_stats(out, runtime); }, true},
    Section{"Errorstats", [](std::string& out, Runtime& runtime) { write_error_stats(out, runtime); }},
    Section{"Latencystats", [](std::string& out, Runtime& runtime) { write_latency_stats(out, runtime); }, true},
    Section{"Preferences", preferences},
    Section{"Keyspace", keyspace},
};

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](char c) { return c | 0x20; }, [](char c) { return c | 0x20; });
}

}  // namespace

std::string info_text(std::span<const std::string_view> wanted, Runtime& runtime) {
  const auto is_wanted = [wanted](const Section& section) {
    if (wanted.empty()) return !section.is_asked_for;
    return std::ranges::any_of(wanted, [&section](std::string_view name) {
      return same_word(name, section.title) || same_word(name, "all") || same_word(name, "everything") ||
             (same_word(name, "default") && !section.is_asked_for);
    });
  };
  std::string out;
  for (const Section& section : sections_in_order) {
    if (!is_wanted(section)) continue;
    if (!out.empty()) out += "\r\n";
    out.append("# ").append(section.title).append("\r\n");
    section.write(out, runtime);
  }
  return out;
}

}  // namespace penchant
