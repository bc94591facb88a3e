// Any bytes are a transaction or refused; an accepted one serialises to the same bytes.
#include <algorithm>

#include "common/base/assert.hpp"
#include "common/bitcoin/block.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lode::bitcoin;
    const lode::ByteView bytes(data, size);
    const auto transaction = parse_transaction(bytes);
    if (transaction) {
        LODE_ASSERT(std::ranges::equal(serialise(transaction.value()), bytes));
        const auto stripped = parse_transaction(serialise_stripped(transaction.value()));
        LODE_ASSERT(stripped && txid(stripped.value()) == txid(transaction.value()));
    }
    // The same bytes as a block: the verdict is free, it must only come without a fault.
    const auto block = parse_block(bytes);
    if (block) static_cast<void>(check_block(block.value()));
    return 0;
}
