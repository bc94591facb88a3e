// Assembly, and the checks of our own serialisation.
#include "blkmaker/block_assembler.hpp"

#include "common/bitcoin/block.hpp"

namespace lode::blkmaker {

Result<Bytes> assemble(const Solution& solution, const StoredTemplate& stored) {
    if (solution.header.prev_hash != stored.prev_hash) {
        return failure(ErrorCode::rejected, "the header does not build on its template's tip");
    }
    if (solution.header.bits != stored.bits) {
        return failure(ErrorCode::rejected, "the header's target is not its template's");
    }
    if (solution.transaction_count > stored.transactions.size()) {
        return failure(ErrorCode::rejected, "the template has fewer transactions than the block");
    }
    std::vector<ByteView> transactions;
    transactions.reserve(solution.transaction_count);
    for (std::size_t i = 0; i < solution.transaction_count; ++i) {
        transactions.emplace_back(*stored.transactions[i]);
    }
    return bitcoin::assemble_block({
        .header = solution.header,
        .coinbase = solution.coinbase,
        .has_witness_commitment = stored.has_witness_commitment,
        .transactions = transactions,
    });
}

Result<void> check_serialised(ByteView bytes) {
    LODE_TRY(const auto block, bitcoin::parse_block(bytes));
    return bitcoin::check_block(block);
}

}  // namespace lode::blkmaker
