#include "net/community_round.h"

#include <algorithm>
#include <utility>

namespace penchant {

void CommunityRound::visit(Service& service) {
  service.note_community_round();
  std::exchange(has_begun_, true) ? builder_.visit(service.engine()) : builder_.start(service.engine());
}

bool CommunityRound::advance(Service& service) {
  const auto turn = builder_.advance(service.engine(), community_cells_at_once);
  is_stale_ = turn == CommunityBuilder::Turn::stale;
  if (is_stale_) has_begun_ = false;
  return turn == CommunityBuilder::Turn::more;
}

Community CommunityRound::take() {
  has_begun_ = false;
  return builder_.take();
}

void LocalCommunity::make(std::span<Service* const> services) {
  CommunityRound round;
  for (Service* const one : services) {
    round.visit(*one);
    while (round.advance(*one)) continue;
  }
  auto community = std::make_unique<const Community>(round.take());
  for (Service* const one : services) one->take_community(*community);
  community_ = std::move(community);
}

}  // namespace penchant
