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

void server(std::string& out, Service&, const Runtime& runtime) {
  const std::int64_t up_s = std::max<std::int64_t>(clock_ms() - runtime.started_ms, 0) / 1000;
  line(out, "redis_version", redis_version);
  line(out, "penchant_version", version);
  line(out, "redis_mode", "standalone");
  line(out, "arch_bits", sizeof(void*) * 8);
  line(out, "process_id", getpid());
  line(out, "tcp_port", runtime.port);
  line(out, "uptime_in_seconds", up_s);
  line(out, "uptime_in_days", up_s / 86400);
}

void clients(std::string& out, Service&, const Runtime& runtime) {
  line(out, "connected_clients", runtime.clients.size());
  line(out, "blocked_clients", 0);
}

void memory(std::string& out, Service& service, const Runtime&) {
  line(out, "used_memory", resident_bytes());
  line(out, "used_memory_rss", resident_bytes());
  line(out, "used_memory_rss_peak", resident_bytes_peak());
  line(out, "matrix_cells", service.engine().cell_count());
}

/// Empty where there is none.
std::string one_line(const std::optional<Failure>& failure) {
  std::string text = failure.value_or(Failure{}).message;
  std::ranges::replace_if(
      text, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return text;
}

void persistence(std::string& out, Service& service, const Runtime&) {
  const Store& store = service.store();
  line(out, "loading", 0);
  line(out, "read_only", store.read_only() ? 1 : 0);
  line(out, "journal_written_sequence", store.written_sequence());
  line(out, "journal_synced_sequence", store.synced_sequence());
  line(out, "replayed_at_start", store.replayed());
  line(out, "rdb_changes_since_last_save", store.events_since_save());
  line(out, "rdb_bgsave_in_progress", store.saving() ? 1 : 0);
  line(out, "rdb_last_save_time", store.last_save_ms() / 1000);
  line(out, "rdb_last_bgsave_status", store.last_save_failed() ? "err" : "ok");
  line(out, "aof_enabled", 1);
  line(out, "aof_last_write_status", store.read_only() ? "err" : "ok");
  line(out, "erasures_pending", store.erasures().size());
  line(out, "erasures_failure", one_line(store.erasure_failure()));
  const SegmentsTold segments = store.segments();
  line(out, "journal_segments", segments.segments);
  line(out, "journal_bytes", segments.bytes);
  line(out, "journal_disk_bytes", segments.disk_bytes);
  line(out, "journal_oldest_event_time", segments.oldest_event_ms / 1000);
  line(out, "segments_failure", one_line(store.segments_failure()));
}

void stats(std::string& out, Service&, const Runtime& runtime) {
  line(out, "total_connections_received", runtime.connections_received);
  line(out, "rejected_connections", runtime.connections_refused);
  line(out, "total_commands_processed", runtime.commands_processed);
  line(out, "total_net_input_bytes", runtime.input_bytes);
  line(out, "total_net_output_bytes", runtime.output_bytes);
  line(out, "records", runtime.records);
  line(out, "recommendations", runtime.recommendations);
}

void replication(std::string& out, Service&, const Runtime&) {
  line(out, "role", "master");
  line(out, "connected_slaves", 0);
}

void cpu(std::string& out, Service&, const Runtime&) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return std::to_string(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6);
  };
  line(out, "used_cpu_sys", seconds(usage.ru_stime));
  line(out, "used_cpu_user", seconds(usage.ru_utime));
}

void preferences(std::string& out, Service& service, const Runtime&) {
  const Engine& engine = service.engine();
  line(out, "users", engine.user_count());
  line(out, "records_total", engine.record_count());
  line(out, "pools", engine.pools().all().size());
  std::array<char, 32> days;
  const auto end = std::to_chars(days.data(), days.data() + days.size(), engine.decay().days()).ptr;
  line(out, "decay_days", std::string_view(days.data(), end));
  DecisionRing& decisions = service.decisions();
  decisions.load();
  line(out, "decisions_kept", decisions.decisions());
  line(out, "decisions_bytes", decisions.bytes());
  line(out, "decisions_oldest_time", decisions.oldest_at_ms().value_or(0) / 1000);
  const auto made_ms = service.community_made_ms();
  line(out, "community_users", service.community().user_count());
  line(out, "community_cells", service.community().cells());
  line(out, "community_age_in_seconds", made_ms ? std::max<std::int64_t>(clock_ms() - *made_ms, 0) / 1000 : -1);
}

/// What redis-cli --stat counts: users stand for keys.
void keyspace(std::string& out, Service& service, const Runtime&) {
  if (service.engine().user_count() == 0) return;
  line(out, "db0", "keys=" + std::to_string(service.engine().user_count()) + ",expires=0,avg_ttl=0");
}

struct Section {
  std::string_view title;
  void (*write)(std::string&, Service&, const Runtime&);
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

std::string info_text(std::span<const std::string_view> wanted, Service& service, const Runtime& runtime) {
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
    section.write(out, service, runtime);
  }
  return out;
}

}  // namespace penchant
