// CommunityRound: makes the community of all stores' sharing users. A builder goes from store to store, and what it has
// added up at the end is everybody's.
//
//   CommunityRound round;
//   for (Service* one : services) {
//     round.visit(*one);                                  // on the thread of that store,
//     while (round.advance(*one)) let_others_have_their_turn();
//   }
//   auto community = std::make_unique<const Community>(round.take());
//   for (Service* one : services) one->take_community(*community);   // again on its own thread; then the former may go
//
// A user who is forgotten while the builder is at that user's store makes the round begin anew: is_stale().
// Owner: the server. Threading: one thread at a time, that of the store it is at.
#pragma once

#include <memory>
#include <span>

#include "engine/community.h"
#include "net/service.h"

namespace penchant {

inline constexpr std::size_t community_cells_at_once = 20'000;  // about 300 us: others wait no longer

class CommunityRound {
 public:
  /// Goes on to this store, or begins with it.
  void visit(Service& service);
  /// Adds up some of its users; whether there are more.
  bool advance(Service& service);
  /// The last advance() found that somebody had been forgotten: the round is to begin again, with the first store.
  bool is_stale() const { return is_stale_; }
  /// Ends the round.
  Community take();

 private:
  CommunityBuilder builder_;
  bool has_begun_ = false;
  bool is_stale_ = false;
};

/// The community of services that share a thread, and its owner.
class LocalCommunity {
 public:
  /// A whole round at once.
  void make(std::span<Service* const> services);

 private:
  std::unique_ptr<const Community> community_;
};

}  // namespace penchant
