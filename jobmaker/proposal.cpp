// Puts the proposed block together exactly as blkmaker would.
#include "jobmaker/proposal.hpp"

#include "common/base/hex.hpp"
#include "common/bitcoin/block.hpp"
#include "common/bitcoin/coinbase.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/sha256.hpp"

namespace lode::jobmaker {

std::string proposal_shape(const v1::Job& job, const JobPlan& plan) {
    const v1::BitcoinJob& body = job.bitcoin();
    const auto transactions = static_cast<std::uint32_t>(plan.source.body().transactions_size());
    std::string shape = std::to_string(body.coinbase_prefix().size()) + "+" +
                        std::to_string(body.coinbase_suffix().size());
    shape += " version " + std::to_string(body.version());
    if (body.witness()) shape += " witness";
    if (transactions == 0) shape += " empty";
    if (body.transaction_count() < transactions) shape += " trimmed";
    return shape;
}

Result<std::string> proposal_block(const v1::Job& job, const JobPlan& plan) {
    const v1::BitcoinJob& body = job.bitcoin();
    const bitcoin::Coinbase cut{to_bytes(as_bytes(body.coinbase_prefix())),
                                to_bytes(as_bytes(body.coinbase_suffix()))};
    const Bytes coinbase = bitcoin::fill_coinbase(cut, Bytes(body.extranonce_size(), 0));
    std::vector<ByteView> transactions;
    transactions.reserve(plan.transaction_count);
    for (std::uint32_t i = 0; i < plan.transaction_count; ++i) {
        transactions.push_back(
            as_bytes(plan.source.body().transactions(static_cast<int>(i)).data()));
    }
    bitcoin::BlockHeader header;
    header.version = static_cast<std::uint32_t>(body.version());
    header.prev_hash = plan.source.prev_hash;
    header.merkle_root =
        bitcoin::merkle_root_from_branch(bitcoin::sha256d(coinbase), plan.merkle_branch);
    header.time = body.time();
    header.bits = body.bits();
    LODE_TRY(const auto block, bitcoin::assemble_block({.header = header,
                                                        .coinbase = coinbase,
                                                        .has_witness_commitment = body.witness(),
                                                        .transactions = transactions}));
    return to_hex(block);
}

ProposalVerdict proposal_verdict(const std::optional<std::string>& word) {
    if (!word) return ProposalVerdict::valid;
    // Bitcoin Core's words for a block that is not on its tip, or that it has already.
    const bool unknown = word->starts_with("inconclusive") || word->starts_with("duplicate");
    return unknown ? ProposalVerdict::unknown : ProposalVerdict::refused;
}

}  // namespace lode::jobmaker
