#include "net/crossing.h"

#include <algorithm>
#include <utility>

#include "net/connection.h"

namespace penchant {

void Parcel::add(std::span<const std::string_view> arguments) {
  arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  argument_counts_.push_back(static_cast<std::uint32_t>(arguments.size()));
}

void Parcel::run(OutputBuffer& scratch) {
  Service& service = runtime_.shards[store_].service;
  service.set_time(clock_ms());
  scratch.clear();
  batch_.begin(scratch);
  const std::size_t uncommitted = service.store().uncommitted_bytes();
  while (ran_ < argument_counts_.size() && scratch.size() < batch_output_bytes &&
         service.store().uncommitted_bytes() - uncommitted < batch_event_bytes) {
    const std::size_t count = argument_counts_[ran_++];
    batch_.run(std::span(arguments_).subspan(ran_arguments_, count), store_);
    ran_arguments_ += count;
    last_ends_.push_back(scratch.size());
  }
  last_replies_ = scratch.view();
}

void Parcel::refuse(const Failure& why) { last_replies_ = batch_.refused(last_replies_, why, &last_ends_); }

void Parcel::tell_unerased(const Failure& why) { last_replies_ = batch_.unerased(last_replies_, why, &last_ends_); }

void Parcel::arrive() {
  const std::size_t taken = replies_.size() - waiting_bytes();
  replies_.erase(0, taken);
  ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(std::exchange(next_end_, 0)));
  for (std::size_t& end : ends_) end -= taken;
  for (const std::size_t end : last_ends_) ends_.push_back(replies_.size() + end);
  last_ends_.clear();
  if (replies_.empty()) {
    replies_.swap(last_replies_);
  } else {
    replies_ += std::exchange(last_replies_, {});
  }
}

bool Parcel::take_reply(OutputBuffer& replies) {
  if (next_end_ == ends_.size()) return false;
  const std::size_t begin = next_end_ == 0 ? 0 : ends_[next_end_ - 1];
  replies.append(std::string_view(replies_).substr(begin, ends_[next_end_++] - begin));
  return true;
}

Parcel& Crossing::parcel_of(std::uint32_t store) {
  const auto parcel = std::ranges::find_if(parcels_, [store](const auto& one) { return one->store() == store; });
  if (parcel != parcels_.end()) return **parcel;
  return *parcels_.emplace_back(std::make_unique<Parcel>(runtime_, store, client_));
}

void Crossing::add(std::uint32_t store, std::span<const std::string_view> arguments, bool is_lasting) {
  std::vector<std::string_view> copied;
  for (const std::string_view argument : arguments) {
    if (!is_lasting) copied.push_back(copies_.emplace_back(argument));
  }
  parcel_of(store).add(is_lasting ? arguments : copied);
  stores_.push_back(store);
}

void Crossing::take_replies(OutputBuffer& replies) {
  while (told_ < stores_.size() && parcel_of(stores_[told_]).take_reply(replies)) ++told_;
}

std::size_t Crossing::waiting_bytes() const {
  std::size_t bytes = 0;
  for (const auto& parcel : parcels_) bytes += parcel->waiting_bytes();
  return bytes;
}

}  // namespace penchant
