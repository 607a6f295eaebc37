// Batch: requests of one client run one after another into one buffer, and what must be so before their replies leave:
// those that acknowledge writes wait for the commit of their events, a FORGET's for the erasure.
//
//   batch.begin(replies);                       // empty
//   batch.run(request, store);                  // …
//   if (auto written = store.commit(); !written) replies = batch.refused(replies.view(), written.error());
//
// Owner: the connection, or the parcel of requests that another store's thread runs for it. Lifetime: the client, the
// runtime and the buffer outlive it. Threading: that of the store that runs it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/command.h"
#include "net/output_buffer.h"

namespace penchant {

class Batch {
 public:
  Batch(Client& client, Runtime& runtime) : client_(client), runtime_(runtime) {}

  /// Forgets the last one; replies go to `replies` from now on.
  void begin(OutputBuffer& replies);
  ReplyWriter& reply() { return *reply_; }

  void run(std::span<const std::string_view> request, std::uint32_t store);
  /// While all other threads rest; the client's own store is `own`.
  void run_everywhere(std::span<const std::string_view> request, std::uint32_t own);

  /// Some of the replies acknowledge writes.
  bool wrote() const { return !writes_.empty(); }
  std::span<const ForgetReply> forgets() const { return client_.forgets; }
  /// The last event whose user must be erased before the replies leave; 0: there is none.
  std::uint64_t awaited_erasure() const { return client_.forgets.empty() ? 0 : client_.forgets.back().sequence; }

  /// The replies where the events could not be written: those that acknowledge writes become errors. Not so a FORGET's,
  /// which is on the disk in any case: it tells that the erasing does not go on. `ends`: where each reply ends.
  std::string refused(std::string_view replies, const Failure& why, std::vector<std::size_t>* ends = nullptr) const;
  /// The replies where the users of its FORGETs could not be erased.
  std::string unerased(std::string_view replies, const Failure& why, std::vector<std::size_t>* ends = nullptr) const;

 private:
  struct Span {
    std::size_t begin;
    std::size_t end;
  };
  void note_write(std::size_t begin);
  bool is_forget(const Span& span) const;

  Client& client_;
  Runtime& runtime_;
  OutputBuffer* replies_ = nullptr;
  std::optional<ReplyWriter> reply_;
  std::vector<Span> writes_;  // where the replies to writes are
};

/// Of all stores together.
std::size_t uncommitted_bytes(const Runtime& runtime);

}  // namespace penchant
