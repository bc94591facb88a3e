// A solution and its template made into the bytes that submitblock takes.
#pragma once

#include "blkmaker/solution.hpp"
#include "blkmaker/template_store.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/amount.hpp"

namespace lode::blkmaker {

// The whole block, the coinbase with its witness. Rejected when the header does not build on the
// template's tip or has an easier target. Nothing else is checked here: every millisecond before
// submission counts.
[[nodiscard]] Result<Bytes> assemble(const Solution& solution, const StoredTemplate& stored);

// The block parsed and checked again from its own bytes, once it is on its way: submitblock
// silently repairs some faults (a missing coinbase witness) that other nodes would refuse.
[[nodiscard]] Result<void> check_serialised(ByteView block);

}  // namespace lode::blkmaker
