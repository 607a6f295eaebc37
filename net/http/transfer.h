// One export or import over HTTP, on a thread of its own: blocking sockets, from the request to the end of the answer.
#pragma once

#include "net/http/transfers.h"

namespace penchant {

/// `server`: a connection to the line protocol. Both sockets stay open; where the client is gone, or either is shut
/// down from elsewhere, it ends.
void run_transfer(const Transfer& transfer, int server, const TransferOptions& options);

/// What is answered where nothing more can be taken.
std::string transfer_refusal();

}  // namespace penchant
