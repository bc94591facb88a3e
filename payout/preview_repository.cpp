// Credits are kept in pieces of some thousand, so that one user's is found by reading one of them
// and no statement is large.
#include "payout/preview_repository.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

// 64 KiB a row: a statement of all of 100,000 users is 3.2 MB as text, so rows go in one by one.
constexpr std::size_t credits_a_row = 4'096;

void append(Bytes& bytes, std::int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift));
    }
}

}  // namespace

Result<std::optional<PreviewRepository::Request>> PreviewRepository::asked() {
    std::optional<Request> request;
    LODE_TRY(const auto rows,
             db_.query("SELECT asked_unix_ms, height, reward FROM preview_request WHERE chain = ?",
                       {chain_}));
    if (rows.empty()) return request;
    const db::Row& row = rows.front();
    // Another program wrote it.
    LODE_TRY(const auto reward, bitcoin::checked_amount(row.integer(2)));
    if (row.integer(1) < 0 || row.integer(1) > UINT32_MAX) {
        return failure(ErrorCode::internal, "preview_request: a height of no block");
    }
    request = {from_unix_ms(row.integer(0)), static_cast<std::uint32_t>(row.integer(1)), reward};
    return request;
}

Result<std::optional<FeeDay>> PreviewRepository::newest_fees() {
    std::optional<FeeDay> day;
    LODE_TRY(const auto rows, db_.query("SELECT fees, subsidies, blocks FROM fee_day WHERE "
                                        "chain = ? ORDER BY day_unix_ms DESC LIMIT 1",
                                        {chain_}));
    if (rows.empty()) return day;
    const db::Row& row = rows.front();
    day = {Satoshi(row.integer(0)), Satoshi(row.integer(1)),
           static_cast<std::uint32_t>(row.integer(2))};
    return day;
}

Result<void> PreviewRepository::tell_minimum(Satoshi minimum) {
    const std::int64_t none = 0;
    return db_.upsert(
        {.table = "payout_preview",
         .columns = {"chain", "minimum", "made_unix_ms", "height", "reward", "held_ppm", "users",
                     "users_amount", "fees_amount", "reserve_amount", "base_per_block",
                     "pps_per_block", "pps_plus_per_block", "fpps_per_block"},
         .key = {"chain"},
         .add = {},
         .replace = {"minimum"},
         .rows = {{chain_, minimum.value(), none, none, none, none, none, none, none, none, none,
                   none, none, none}}});
}

Result<void> PreviewRepository::store(const Preview& preview) {
    return db_.transaction([&]() -> Result<void> {
        const PerBlock& each = preview.per_block;
        LODE_TRY_VOID(db_.execute(
            "UPDATE payout_preview SET made_unix_ms = ?, height = ?, reward = ?, held_ppm = ?, "
            "users = ?, users_amount = ?, fees_amount = ?, reserve_amount = ?, "
            "base_per_block = ?, pps_per_block = ?, pps_plus_per_block = ?, fpps_per_block = ? "
            "WHERE chain = ?",
            {to_unix_ms(preview.made), std::int64_t{preview.height}, preview.reward.value(),
             preview.held ? std::int64_t{preview.held->value()} : std::int64_t{-1},
             std::ssize(preview.credits), preview.users.value(), preview.fees.value(),
             preview.reserve.value(), each.base.value(), each.pps.value(), each.pps_plus.value(),
             each.fpps.value(), chain_}));
        LODE_TRY_VOID(db_.execute("DELETE FROM payout_preview_part WHERE chain = ?", {chain_}));
        const auto& credits = preview.credits;
        for (std::size_t first = 0; first < credits.size(); first += credits_a_row) {
            Bytes bytes;
            const std::size_t end = std::min(first + credits_a_row, credits.size());
            bytes.reserve((end - first) * 16);
            for (std::size_t i = first; i < end; ++i) {
                append(bytes, credits[i].payee.id);
                append(bytes, credits[i].amount.value());
            }
            LODE_TRY_VOID(
                db_.execute("INSERT INTO payout_preview_part (chain, first_user, credits) "
                            "VALUES (?, ?, ?)",
                            {chain_, credits[first].payee.id, std::move(bytes)}));
        }
        return success();
    });
}

}  // namespace lode::payout
