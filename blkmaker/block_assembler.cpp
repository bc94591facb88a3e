// Assembly, and the checks of our own serialisation.
#include "blkmaker/block_assembler.hpp"

#include "common/bitcoin/block.hpp"

namespace lode::blkmaker {

Result<AssembledBlock> assemble(const Solution& solution, const StoredTemplate& stored) {
    if (solution.header.prev_hash != stored.prev_hash) {
        return failure(ErrorCode::rejected, "the header does not build on its template's tip");
    }
    if (solution.transaction_count > stored.transactions.size()) {
        return failure(ErrorCode::rejected, "the template has fewer transactions than the block");
    }
    std::vector<ByteView> transactions;
    transactions.reserve(solution.transaction_count);
    for (std::size_t i = 0; i < solution.transaction_count; ++i) {
        transactions.emplace_back(*stored.transactions[i]);
    }
    LODE_TRY(auto bytes, bitcoin::assemble_block({
                             .header = solution.header,
                             .coinbase = solution.coinbase,
                             .has_witness_commitment = stored.has_witness_commitment,
                             .transactions = transactions,
                         }));
    LODE_TRY(const auto coinbase, bitcoin::parse_transaction(solution.coinbase));
    bitcoin::Satoshi reward{};
    for (const auto& output : coinbase.outputs) {
        LODE_TRY(reward, bitcoin::add(reward, output.amount));
    }
    return AssembledBlock{std::move(bytes), reward};
}

Result<void> check_serialised(ByteView bytes) {
    LODE_TRY(const auto block, bitcoin::parse_block(bytes));
    return bitcoin::check_block(block);
}

}  // namespace lode::blkmaker
