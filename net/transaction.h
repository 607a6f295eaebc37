// Transaction: requests between MULTI and EXEC, which many Redis libraries send around a pipeline of their own accord.
// They are kept as they come and run in one go; what one of them answers is no reason to take the others back.
//
// Owner: the client. Limits: transaction_requests_max, and request_bytes_max for all of them together; a request
// over them, or one that cannot be run at all, makes EXEC refuse the whole.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

inline constexpr std::size_t transaction_requests_max = 4096;

class Transaction {
 public:
  using Request = std::vector<std::string>;

  /// False where there is no room for it; then and ever after the transaction has failed.
  bool add(std::span<const std::string_view> request);

  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  const std::vector<Request>& requests() const { return requests_; }

 private:
  std::vector<Request> requests_;
  std::size_t bytes_ = 0;
  bool failed_ = false;
};

}  // namespace penchant
