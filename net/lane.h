// Lane: a store's thread: its event loop, its sessions, what they share, and the store's housekeeping. A server has one
// for each store; a client's conversation is with one of them, whatever users it asks about: crossing.h.
//
// Owner: the server. Lifetime: the commons outlive it. Threading: everything on the lane's own thread but post(),
// on_synced() and admit(), and stop(), which is called while the lanes rest.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/accept.h"
#include "net/command.h"
#include "net/connection.h"
#include "net/http/transfers.h"
#include "net/world_stop.h"

namespace penchant {

// Replies, of all clients together, that wait to be read or for a sync. A client has at most one batch of them, and
// where they come from several stores parcel_replies_bytes of each.
inline constexpr std::size_t held_bytes_max = std::size_t{256} << 20;
inline constexpr std::size_t held_bytes_short = std::size_t{16} << 10;  // so few wait whatever the others hold

struct ServerOptions {
  std::size_t clients_max = 10'000;
  std::optional<Verdict> default_verdict;  // of a decision that nobody judges for so long; none: it gets none
  std::chrono::seconds default_verdict_after{86400};
  std::chrono::seconds idle_max{0};      // a client that says nothing for so long is closed; 0: never
  std::chrono::seconds request_max{60};  // an unfinished request, an unread reply, or having no token, may last so long
  std::string token_file = {};           // that is looked at for changes; empty: none
  std::string temporary_directory = "/tmp";  // of what HTTP's transfers do not keep in memory
};

using StreamSocket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

// So many times in a row that all a client asked was for the same other store, and its session moves there.
inline constexpr std::uint32_t crossings_before_move = 16;

/// A client on its way to a lane, from the door or from another lane.
struct Arrival {
  int descriptor = -1;
  Client client;        // without an id: a new one, whose address is told where the descriptor does not
  std::string pending;  // the beginning of a request
  WireKind wire = WireKind::resp;
};

/// A connected client: its conversation and its socket. Lives in its session's coroutine.
struct Session {
  Session(Runtime& runtime, std::uint32_t store, StreamSocket connected, WireKind wire)
      : connection(runtime, store, wire), socket(std::move(connected)) {}

  Connection connection;
  StreamSocket socket;
  std::string pending;         // the beginning of a request, or requests that are being run
  std::string unsent;          // replies that wait for a sync, or for the client to read
  std::string monitored;       // lines, and replies among them, that a client who monitors has not read
  std::size_t held_bytes = 0;  // of it, and of those that wait for other stores'
  std::uint32_t crossings = 0;   // in a row, all for one other store
  std::uint32_t crossed_to = 0;  // that one
  // Since when a request is unfinished or a reply unread; none while the client owes nothing.
  std::optional<std::chrono::steady_clock::time_point> owing_since;
  std::optional<std::chrono::steady_clock::time_point> nobody_since;  // since when it has not said who it is
  std::chrono::steady_clock::time_point last_active{};
};

class Lane;

/// What all lanes share. Owned by the server.
struct Commons {
  Runtime& runtime;
  ServerOptions options;                        // changed while all lanes rest
  const std::string unix_path;                  // "" where there is none
  std::vector<Lane*> lanes = {};                // by store; fixed before the start
  std::optional<WorldStop> world = {};          // likewise
  std::atomic<std::size_t> clients = 0;         // let in and not gone
  std::atomic<std::uint64_t> last_client = 0;   // its id
  std::atomic<std::size_t> held_bytes = 0;      // in all sessions
  std::atomic<bool> awaits_community = false;   // a store's sharing users have changed
  std::optional<Transfers> transfers = {};      // fixed before the start
};

class Lane {
 public:
  Lane(Commons& commons, std::uint32_t store);

  /// Serves clients until stop(). False where not everything could be kept: the log says what.
  bool run();

  /// Takes a client in. Any thread.
  void admit(Arrival arrival);
  /// A sync of the store's has ended: whoever waits for it may go on. Any thread.
  void on_synced(result<std::uint64_t> synced_sequence);
  /// Has work() called on the lane's thread. Any thread.
  template <class Work>
  void post(Work work) {
    boost::asio::post(io_, std::move(work));
  }
  /// Calls work() while all other lanes' threads rest; false where the server is about to end.
  template <class Work>
  bool run_alone(Work work) {
    return commons_.world->run_alone(store_number_, std::move(work));
  }

  /// Closes the client with this id, if it is here. On the lane's thread.
  void close_client(std::uint64_t id);
  /// A line for those of its clients that monitor. Any thread.
  void tell_monitors(std::string line);
  /// False where the client is gone, or too far behind.
  bool send_monitored(Session& session, std::string_view bytes);

  /// Brings everything to the disk, with a snapshot where `save`, and has the lane end. From run_alone(), any thread.
  void stop(bool save);

  // For sessions.
  Commons& commons() { return commons_; }
  Runtime& runtime() { return commons_.runtime; }
  Shard& shard() { return commons_.runtime.shards[store_number_]; }
  Service& service() { return shard().service; }
  Store& store() { return service().store(); }
  std::uint32_t store_number() const { return store_number_; }
  std::span<char> read_buffer() { return read_buffer_; }
  OutputBuffer& replies() { return replies_; }
  Timer& synced() { return synced_; }
  Executor executor() { return io_.get_executor(); }
  boost::asio::io_context& io() { return io_; }
  bool stopping() const { return stopping_; }
  /// A write has failed: said in the log, once.
  void note_read_only();
  /// Keeps what a session cannot send yet in its `unsent`, in place of what was there; `elsewhere` bytes more wait in
  /// a crossing. False where all would be more than may wait: the client is to be let go.
  bool hold(Session& session, std::string replies, std::size_t elsewhere = 0);
  void release(Session& session);
  void add(Session& session, Arrival arrival);
  void remove(Session& session);

 private:
  std::string address_of(const boost::asio::generic::stream_protocol::endpoint& endpoint) const;
  void name(Session& session);
  void tend_decisions();
  void tend_community(unsigned ticks);
  boost::asio::awaitable<void, Executor> tick();
  void close_overdue();
  void send_to_monitors(std::string_view line);
  void log_news(const Store::News& news) const;

  Commons& commons_;
  const std::uint32_t store_number_;
  boost::asio::io_context io_{1};
  Timer tick_timer_{io_.get_executor()};
  Timer synced_{io_.get_executor()};  // never expires; its waiters are woken after each sync
  // Whoever reads or runs requests uses both until its next await.
  std::vector<char> read_buffer_;
  OutputBuffer replies_;
  std::vector<Session*> sessions_;
  std::atomic<std::size_t> monitored_bytes_ = 0;  // of lines on their way here
  bool stopping_ = false;  // changed while all others rest
  bool told_read_only_ = false;
  bool kept_everything_ = true;
};

}  // namespace penchant
