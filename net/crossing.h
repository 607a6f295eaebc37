// Crossing: requests of one client for several stores, on their way to the stores' threads and back. Each store gets
// its requests as one Parcel, in their order, and the client its replies in the order of the requests.
//
//   crossing.add(store, arguments, is_lasting);   // …
//   for (Parcel& parcel : crossing.parcels()) if (parcel.is_due()) …   // its thread: parcel.run(runtime, scratch)
//   crossing.take_replies(replies);               // as far as they are there
//   while (!crossing.is_done()) …                 // again: a parcel with many replies comes back before it is through
//
// Owner: the session; a parcel belongs to the thread of its store while it is away. Lifetime: what arguments view stays
// until the crossing is done, or is copied. Limits: those of a batch, for each parcel; parcel_replies_bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/batch.h"

namespace penchant {

// A parcel whose replies wait for those of another store is not sent again while they are more.
inline constexpr std::size_t parcel_replies_bytes = std::size_t{1} << 20;

/// What one store has to do for a client.
class Parcel {
 public:
  /// What `owner` may do is looked at as it is run.
  Parcel(Runtime& runtime, std::uint32_t store, const Client& owner)
      : runtime_(runtime), store_(store), owner_(owner) {
    client_.protocol = owner.protocol;
    client_.owner = &owner;
  }

  std::uint32_t store() const { return store_; }
  void add(std::span<const std::string_view> arguments);

  /// There is something to run, and room for the replies.
  bool is_due() const { return ran_ < argument_counts_.size() && waiting_bytes() < parcel_replies_bytes; }
  /// Bytes of replies that were not taken.
  std::size_t waiting_bytes() const { return replies_.size() - (next_end_ == 0 ? 0 : ends_[next_end_ - 1]); }

  /// On the store's thread: runs requests, up to the limits of a batch. Their events are to be committed then.
  void run(OutputBuffer& scratch);
  /// What was run last.
  const Batch& batch() const { return batch_; }
  /// Of what was run last.
  void refuse(const Failure& why);
  void tell_unerased(const Failure& why);

  /// Back from there: what was run last can be taken.
  void arrive();
  /// Appends the next reply; false where its request has not been run.
  bool take_reply(OutputBuffer& replies);

 private:
  Runtime& runtime_;
  const std::uint32_t store_;
  const Client& owner_;  // its protocol and access do not change meanwhile but while all threads rest
  Client client_;
  Batch batch_{client_, runtime_};
  std::vector<std::string_view> arguments_;  // of all requests
  std::vector<std::uint32_t> argument_counts_;
  std::size_t ran_ = 0;            // requests
  std::size_t ran_arguments_ = 0;  // of these
  std::string last_replies_;       // of what was run last
  std::vector<std::size_t> last_ends_;
  std::string replies_;
  std::vector<std::size_t> ends_;
  std::size_t next_end_ = 0;  // of the reply to be taken
};

class Crossing {
 public:
  /// The client outlives it.
  Crossing(Runtime& runtime, const Client& client) : runtime_(runtime), client_(client) {}

  /// `is_lasting`: the arguments stay where they are; else they are copied.
  void add(std::uint32_t store, std::span<const std::string_view> arguments, bool is_lasting);
  std::span<const std::unique_ptr<Parcel>> parcels() const { return parcels_; }

  /// The replies in order, as far as they are there.
  void take_replies(OutputBuffer& replies);
  bool is_done() const { return told_ == stores_.size(); }
  /// Bytes of replies that wait for those of other stores.
  std::size_t waiting_bytes() const;

 private:
  Parcel& parcel_of(std::uint32_t store);

  Runtime& runtime_;
  const Client& client_;
  std::vector<std::unique_ptr<Parcel>> parcels_;
  std::vector<std::uint32_t> stores_;  // by request: the number of its parcel
  std::size_t told_ = 0;               // requests whose reply was taken
  std::deque<std::string> copies_;
};

}  // namespace penchant
