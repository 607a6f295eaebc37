// Exports and imports of any size through a server's line protocol: page after page, piece by piece, so that others
// have their turn in between. For who has a connection of its own: the command line, and HTTP's transfers.
//
// Owner and thread: the caller's; calls block for as long as the server takes. Errors: one sentence; one that the
// server answered comes with its code, as `NOSUCH there is no such user`. Memory: a page or piece, and what an Exporter
// or Importer takes.
#pragma once

#include <boost/unordered/unordered_set.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "net/reply_parser.h"
#include "persistence/exporter.h"
#include "persistence/importer.h"
#include "persistence/temporary_file.h"

namespace penchant {

inline constexpr std::size_t export_page_records = 16;  // others wait about 0.1 ms for each
inline constexpr std::size_t import_piece_bytes = std::size_t{256} << 10;  // of one RECORDS

/// One request, and the reply, which is no error: valid until the next call.
using Ask = std::function<result<const Reply*>(const std::vector<std::string>& request)>;
/// How far it is: so much of so much.
using OnProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// Writes the user's export file. Records are kept in `spool`, newest first, until the oldest are there.
result<void> export_through(const Ask& ask, const std::string& user, TemporaryFile& spool, Exporter& exporter,
                            std::int64_t now_ms, const OnProgress& on_progress);

/// Hands records on to a server, a piece of them at a time.
class ServerTarget final : public ImportTarget {
 public:
  static result<std::unique_ptr<ServerTarget>> open(Ask ask);

  /// From now on what comes is sent; before, only its size is judged.
  void begin_sending() { is_sending_ = true; }
  result<Recorded::Kind> record(JsonRecord& read) override;
  result<bool> add_pool(const PoolSet& pool) override;
  result<bool> has_named(std::string_view, const Record&) override { return false; }
  bool knows_checkpoint(std::string_view user, std::string_view name) const override;

  /// Sends what has not been sent yet.
  result<void> send();
  /// Why the server did not take what was sent last; none where it did, or the file was to blame.
  const std::optional<Failure>& refusal() const { return refusal_; }
  std::uint64_t recorded() const { return recorded_; }
  std::uint64_t duplicates() const { return duplicates_; }

 private:
  explicit ServerTarget(Ask ask) : ask_(std::move(ask)) {}

  Ask ask_;
  boost::unordered_set<std::string> pool_names_;
  boost::unordered_set<std::string> checkpoints_;  // of the pools, by model key
  bool is_sending_ = false;
  std::string record_;
  std::string records_;
  std::optional<Failure> refusal_;
  std::uint64_t recorded_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace penchant
