// penchant serve: puts a store, its service and the server together.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <csignal>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <thread>

#include "cli/huge_pages.h"
#include "cli/option.h"
#include "cli/print.h"
#include "cli/settings.h"
#include "cli/subcommand.h"
#include "engine/context/word_lists.h"
#include "net/limits.h"
#include "net/loading.h"
#include "net/log.h"
#include "net/running_settings.h"
#include "net/server.h"
#include "net/tls.h"
#include "persistence/store_set.h"

namespace penchant {
namespace {

namespace po = boost::program_options;

constexpr int large_allocation_bytes = 1 << 20;

struct Settings {
  StoreSetOptions kept;
  StoreOptions& store = kept.store;
  DecisionRingOptions& decisions = kept.decisions;
  std::uint32_t stores = std::clamp(std::thread::hardware_concurrency(), 1U, stores_max);
  ListenOptions listen;
  ServerOptions server;
  std::string default_verdict;
  std::string scorer = "mean";
  std::int64_t default_verdict_after_s = 86400;
  bool shadow = false;
  Bands bands;
  std::uint16_t http_port = default_http_port;
  std::vector<std::string> http_hosts;
  std::string durability;
  std::string word_lists;
  std::string token_file;
  std::string log_level;
  std::int64_t snapshot_every_s = 300;
  std::int64_t idle_timeout_s = 0;
  std::int64_t request_timeout_s = 60;
};

po::typed_value<unsigned>* file_mode(unsigned* target) {
  return read_value(target, [](Arguments& arguments) {
    const std::string_view text = arguments.text(this_option);
    unsigned mode = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc() || end != text.data() + text.size() || mode > 0777) {
      arguments.fail(std::string(this_option) + " must be octal, such as 770");
    }
    return mode;
  });
}

po::typed_value<bool>* yes_or_no(bool* target) {
  return read_value(target, [](Arguments& arguments) {
    const std::string_view text = arguments.text(this_option);
    if (text != "yes" && text != "no") arguments.fail(std::string(this_option) + " must be yes or no");
    return text == "yes";
  });
}

po::options_description describe(Settings& s) {
  po::options_description options("Options");
  // clang-format off: an option a line
  options.add_options()
      ("data", po::value(&s.store.directory)->default_value("./penchant-data"), "the folder that keeps everything")
      ("stores", whole_number(&s.stores, 1, stores_max)->default_value(s.stores),
       "how many threads serve the users, who are spread over them; unless given, one a core")
      ("port", whole_number(&s.listen.port, 0, 65535)->default_value(default_port),
       "RESP port; 0: any free one")
      ("http-port", whole_number(&s.http_port, 0, 65535)->default_value(default_http_port),
       "port of the HTTP interface and the dashboard; 0: any free one")
      ("http-host", po::value(&s.http_hosts),
       "a name besides localhost that browsers reach the HTTP interface by; may be repeated")
      ("bind", po::value(&s.listen.bind)->default_value("127.0.0.1"),
       "address to listen on; other than loopback only with tokens: penchant token add")
      ("tls-cert", po::value(&s.listen.tls.certificate),
       "file of the certificate and those that vouch for it, PEM: TCP clients speak TLS, and nothing else")
      ("tls-key", po::value(&s.listen.tls.key), "file of its key, PEM")
      ("tokens", po::value(&s.token_file), "file of what lets clients in; unless given, tokens in the data folder")
      ("unix", socket_path(&s.listen.unix_path), "also listen on this Unix socket")
      ("unix-mode", file_mode(&s.listen.unix_mode)->default_value(0700, "700"), "its mode, octal")
      ("durability", po::value(&s.durability)->default_value("everysec"),
       "always: a reply waits until its record is on disk; everysec: a power cut loses at most a second; "
       "os: the system decides")
      ("snapshot-every", whole_number(&s.snapshot_every_s, 0, seconds_most),
       "seconds between snapshots while records come in; 0: never")
      ("snapshot-every-records", whole_number(&s.store.snapshot_every_records, 0, UINT64_MAX),
       "and after so many records; 0: never")
      ("compress-snapshots", yes_or_no(&s.store.compress_snapshots)->default_value(false, "no"),
       "smaller snapshots, for a longer restart: yes or no")
      ("compress-segments", yes_or_no(&s.store.segments.compress)->default_value(true, "yes"),
       "whether closed segments of the journal are compressed: yes or no")
      ("history-days", whole_number(&s.store.segments.history_days, 0, history_days_max),
       "history older than so many days goes, a segment of the journal at a time; 0: none")
      ("history-bytes", whole_number(&s.store.segments.history_bytes, 0, UINT64_MAX),
       "and the oldest while the journal is larger on disk; 0: none")
      ("decay-days", real_number(&s.store.decay_days),
       "after so many days a record weighs 1/e; 0: for ever 1")
      ("scorer", po::value(&s.scorer),
       "how checkpoints are scored: mean, weighted, logodds, evidence or auto; all but mean keep a learner of each"
       " user's outcomes (docs/learning.md)")
      ("explore-below", real_number(&s.bands.explore_below),
       "confidence below which several checkpoints are tried")
      ("exploit-above", real_number(&s.bands.exploit_above),
       "confidence above which only the best is used")
      ("explore-arms", whole_number(&s.bands.explore_arms, 1, top_arms_max),
       "how many are tried while exploring")
      ("hedge-arms", whole_number(&s.bands.hedge_arms, 1, top_arms_max), "and between the two")
      ("decision-bytes", whole_number(&s.decisions.bytes_max, decision_ring_bytes_min, decision_ring_bytes_max),
       "how much of the newest decisions is kept; older ones cannot be judged any more")
      ("default-verdict", po::value(&s.default_verdict),
       "the verdict of a decision that nobody judges: selected, rejected or neutral; none unless this is given")
      ("default-verdict-after", whole_number(&s.default_verdict_after_s, 1, seconds_most),
       "seconds it waits for a verdict")
      ("shadow", yes_or_no(&s.shadow)->default_value(false, "no")->implicit_value(true, "yes"),
       "answer with the caller's own first choice and keep what Penchant would have chosen: yes, also if it stands "
       "alone, or no")
      ("word-lists", po::value(&s.word_lists),
       "file of words that are no keywords, in place of the built-in one (docs/context.md)")
      ("max-clients", whole_number(&s.server.clients_max, 1, clients_most), "further clients are refused")
      ("idle-timeout", whole_number(&s.idle_timeout_s, 0, seconds_most),
       "seconds after which a silent client is closed; 0: never")
      ("request-timeout", whole_number(&s.request_timeout_s, 1, seconds_most),
       "seconds an unfinished request or an unread reply may last")
      ("log-level", po::value(&s.log_level)->default_value("info"), "debug, info, warning or error")
      ("config", po::value<std::string>(),
       "file of these options, name = value a line; the command line goes before it");
  // clang-format on
  return options;
}

Durability parse_durability(const std::string& text) {
  if (text == "always") return Durability::always;
  if (text == "everysec") return Durability::everysec;
  if (text == "os") return Durability::os;
  throw po::error("--durability is always, everysec or os");
}

void check(Settings& s) {
  s.kept.stores = s.stores;
  s.store.durability = parse_durability(s.durability);
  if (!s.default_verdict.empty()) {
    s.server.default_verdict = parse_verdict(s.default_verdict);
    if (!s.server.default_verdict) throw po::error("--default-verdict is selected, rejected or neutral");
  }
  const auto scorer = parse_scorer_choice(s.scorer);
  if (!scorer) throw po::error("--scorer is mean, weighted, logodds, evidence or auto");
  s.store.is_learning = scorer->learns();
  s.server.default_verdict_after = std::chrono::seconds(s.default_verdict_after_s);
  const double days = s.store.decay_days;
  if (days != 0 && !(days >= decay_days_min && days <= decay_days_max)) {
    throw po::error("--decay-days must be 0 (off) or from " + shortest(decay_days_min) + " to " +
                    shortest(decay_days_max));
  }
  if (!(s.bands.explore_below >= 0 && s.bands.explore_below <= s.bands.exploit_above && s.bands.exploit_above <= 1)) {
    throw po::error("0 <= --explore-below <= --exploit-above <= 1 must hold");
  }
  if (const auto bindable = check_bind(s.listen.bind); !bindable) throw po::error(bindable.error().message);
  if (s.listen.tls.certificate.empty() != s.listen.tls.key.empty()) {
    throw po::error("--tls-cert and --tls-key go together");
  }
  s.store.snapshot_every = std::chrono::seconds(s.snapshot_every_s);
  s.server.idle_max = std::chrono::seconds(s.idle_timeout_s);
  s.server.request_max = std::chrono::seconds(s.request_timeout_s);
  s.server.temporary_directory = s.store.directory;
}

/// Raises the limit of open files for clients_max, or lowers clients_max to what the system gives.
void fit_descriptors(ServerOptions& server, bool has_tls) {
  const std::size_t most = make_room_for_clients(server.clients_max, has_tls);
  if (most == server.clients_max) return;
  if (most == 0) throw std::runtime_error("the limit of open files is too low (ulimit -n)");
  server.clients_max = most;
  log_warning("at most " + std::to_string(most) + " clients: so many fit the limit of open files (ulimit -n)");
}

WordLists read_word_lists(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) throw std::runtime_error("cannot read " + path);
  auto lists = WordLists::parse(text);
  if (!lists) throw std::runtime_error(path + ": " + lists.error().message);
  return std::move(*lists);
}

/// Those that are fixed, for CONFIG GET: our names, and redis-server's where tools ask for them.
std::vector<Setting> settings_told(const Settings& s) {
  return {{"appendfsync", s.durability == "os" ? "no" : s.durability},
          {"appendonly", "yes"},
          {"bind", s.listen.bind},
          {"databases", "1"},
          {"decay-days", shortest(s.store.decay_days)},
          {"dir", s.store.directory},
          {"durability", s.durability},
          {"http-port", std::to_string(s.http_port)},
          {"maxmemory", "0"},
          {"port", std::to_string(s.listen.port)},
          {"proto-max-bulk-len", std::to_string(bulk_bytes_max)},
          {"scorer", s.scorer},
          {"stores", std::to_string(s.stores)},
          {"unixsocket", s.listen.unix_path}};
}

/// What the process as a whole is told, before it starts a thread.
void prepare_process(ServerOptions& server, bool has_tls) {
  fit_descriptors(server, has_tls);
  // Whoever read our log, or our answers, may go away.
  std::signal(SIGPIPE, SIG_IGN);
  // Until the server listens to it: it has files read again, and ends nothing.
  std::signal(SIGHUP, SIG_IGN);
  // A buffer that one large request has grown goes back to the system with it.
  mallopt(M_MMAP_THRESHOLD, large_allocation_bytes);
}

/// Says what was found, and has the decisions begin their files.
void begin(StoreSet& stores) {
  for (const std::string& warning : stores.warnings()) log_warning(warning);
  for (std::uint32_t k = 0; k < stores.size(); ++k) {
    Store& store = stores.store(k);
    for (const std::string& warning : store.warnings()) log_warning(warning);
    log_info("state of " + store.options().directory + ": snapshot of event " +
             std::to_string(store.snapshot_sequence()) + ", then " + std::to_string(store.replayed()) +
             " events of the journal");
    stores.decisions(k).begin();
    for (const std::string& warning : stores.decisions(k).warnings()) log_warning(warning);
  }
}

/// Those that the server begins with. A file that was named must be there: without tokens everybody is let in.
Tokens read_tokens_at_start(FileSystem& files, Settings& s) {
  s.server.token_file = s.token_file;
  std::error_code error;
  if (s.token_file.empty()) {
    s.server.token_file = path_in(s.store.directory, token_file_name);
    if (!std::filesystem::exists(s.store.directory, error) && !error) return {};
  }
  auto entries = read_tokens(files, s.server.token_file);
  if (!entries) throw std::runtime_error(entries.error().message);
  if (!*entries && !s.token_file.empty()) {
    throw std::runtime_error("there is no " + s.token_file + "; penchant token add NAME --role ROLE --tokens " +
                             s.token_file + " makes it");
  }
  Tokens tokens;
  if (*entries) tokens.take(std::move(**entries));
  return tokens;
}

/// Where others than this machine can reach the server it has to ask who they are.
void check_reach(const Settings& s, const Tokens& tokens) {
  if (is_loopback(s.listen.bind)) return;
  if (!tokens.are_asked_for()) {
    throw po::error("--bind " + s.listen.bind +
                    " would let anyone on the network read and change preferences. Tokens keep them out: penchant "
                    "token add NAME --role admin --data " + s.store.directory +
                    " makes one. Without any the server listens on loopback addresses only (127.0.0.1, ::1)");
  }
  if (!s.listen.tls.certificate.empty()) return;
  log_warning("--bind " + s.listen.bind + " without TLS: others on the network can read what is sent, tokens too");
}

int serve(Settings& s) {
  prepare_process(s.server, !s.listen.tls.certificate.empty());
  PosixFileSystem files;
  Tokens tokens = read_tokens_at_start(files, s);
  check_reach(s, tokens);
  if (!s.listen.tls.certificate.empty()) {
    if (const auto usable = TlsRelay::check(s.listen.tls); !usable) throw std::runtime_error(usable.error().message);
  }
  std::optional<WordLists> own_lists;
  if (!s.word_lists.empty()) own_lists = read_word_lists(s.word_lists);
  Listeners listeners(s.listen);
  s.listen.port = listeners.port();
  Listeners http({.bind = s.listen.bind, .port = s.http_port, .tls = s.listen.tls});
  s.http_port = http.port();
  std::cout << "resp " << listeners.address() << "\nhttp " << http.address() << std::endl;
  Loading loading(listeners, http, s.server.clients_max,
                  tokens.are_asked_for() ? nobodys_request_bytes_max : request_bytes_max);

  // The syncers' threads report to the server, which comes into being after the stores it serves.
  std::atomic<Server*> server = nullptr;
  auto stores = StoreSet::open(
      files, s.kept, clock_ms(),
      [&server](std::uint32_t store, result<std::uint64_t> synced) {
        if (Server* const running = server) running->on_synced(store, std::move(synced));
      },
      [&loading](const std::string& progress) {
        log_info(progress);
        loading.tell(progress);
      });
  if (!stores) throw std::runtime_error(stores.error().message);
  begin(**stores);

  const WordLists& lists = own_lists ? *own_lists : WordLists::english();
  std::deque<Service> services;
  Runtime runtime;
  for (std::uint32_t k = 0; k < (*stores)->size(); ++k) {
    services.emplace_back((*stores)->store(k), (*stores)->decisions(k), lists, s.bands);
    services.back().use(*parse_scorer_choice(s.scorer));
    services.back().use_shadow(s.shadow);
    runtime.shards.emplace_back(services.back());
  }
  runtime.tokens = std::move(tokens);
  runtime.started_ms = clock_ms();
  runtime.settings = settings_told(s);
  runtime.http_hosts = s.http_hosts;
  runtime.has_tls = listeners.has_tls();
  Server running(runtime, s.server, listeners, http);
  add_running_settings(runtime, running.options(), s.log_level);
  server = &running;
  for (const Loading::Waiting& client : loading.end()) running.admit(client.descriptor, client.wire);
  std::cout << "ready" << std::endl;
  const bool kept_everything = running.run();
  stores->reset();  // joins the syncers before the server they report to goes
  log_info("ended");
  return kept_everything ? exit_ok : exit_failure;
}

/// With the value of --shadow in one word: since it may stand alone, Boost takes no other.
std::vector<std::string> with_switch_joined(std::span<const std::string> arguments) {
  std::vector<std::string> joined;
  for (const std::string& one : arguments) {
    const bool is_value = !joined.empty() && joined.back() == "--shadow" && !one.starts_with("-");
    is_value ? void(joined.back().append("=").append(one)) : joined.push_back(one);
  }
  return joined;
}

}  // namespace

int run_serve(std::span<const std::string> arguments) {
  Settings settings;
  Usage usage{
      "Runs the server. Prints its addresses and \"ready\" on standard output, its log on standard error.\n"
      "SIGTERM and SIGINT end it in order, after a snapshot; SIGHUP has it read the files of tokens and TLS.\n\n"
      "Examples:\n"
      "  penchant serve --data ./preferences\n"
      "  penchant serve --data ./preferences --port 0 --durability always\n"
      "  penchant serve --config /etc/penchant.conf\n\n"
      "It asks for huge pages, which halve the time that a large state takes to start: GLIBC_TUNABLES gets\n"
      "glibc.malloc.hugetlb=1. Set to 0 there it stays.\n",
      describe(settings),
      {}};
  po::variables_map values;
  if (!parse_arguments(with_switch_joined(arguments), usage, values)) return exit_ok;
  if (values.contains("config")) {
    const std::string path = values["config"].as<std::string>();
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    po::store(po::parse_config_file(file, usage.options), values);
    po::notify(values);
  }
  settings.kept.may_keep_number = values["stores"].defaulted();
  check(settings);
  use_huge_pages("serve", arguments);
  if (!start_log(settings.log_level)) throw po::error("--log-level is debug, info, warning or error");
  return serve(settings);
}

}  // namespace penchant
