// A handful of reads by key; one user's credit is in one row of some thousand.
#include "statshttpd/preview_repository.hpp"

#include <algorithm>

#include "statshttpd/money_repository.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::size_t credit_size = 16;

std::int64_t number_at(const Bytes& bytes, std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) number = number << 8 | bytes[at + i];
    return static_cast<std::int64_t>(number);
}

}  // namespace

Result<PreviewAnswer> PreviewRepository::ask(const Wanted& wanted, const SimulateQuery& query) {
    LODE_TRY(const auto before, request(wanted));
    PreviewAnswer answer;
    LODE_TRY(const auto terms, MoneyRepository(db_, chain_).terms());
    if (const auto* const now = in_force(terms, wanted.now)) answer.base_scheme = now->base_scheme;
    // All of it of one preview.
    LODE_TRY_VOID(db_.snapshot([&]() -> Result<void> {
        if (query.user) {
            LODE_TRY(answer.user, of_user(*query.user, wanted.now));
        }
        LODE_TRY(answer.preview, read());
        return success();
    }));
    const bool busy = before + age_max > wanted.now;
    const UnixTime oldest = wanted.now - (busy ? std::chrono::milliseconds(busy_age_max) : age_max);
    if (answer.preview && answer.preview->made < oldest) answer.preview.reset();
    return answer;
}

Result<UnixTime> PreviewRepository::request(const Wanted& wanted) {
    LODE_TRY(const auto rows,
             db_.query("SELECT asked_unix_ms FROM preview_request WHERE chain = ?", {chain_}));
    const UnixTime before = from_unix_ms(rows.empty() ? 0 : rows.front().integer(0));
    if (before + ask_every > wanted.now) return before;
    LODE_TRY_VOID(db_.upsert({.table = "preview_request",
                              .columns = {"chain", "asked_unix_ms", "height", "reward"},
                              .key = {"chain"},
                              .add = {},
                              .replace = {"asked_unix_ms", "height", "reward"},
                              .rows = {{chain_, to_unix_ms(wanted.now), std::int64_t{wanted.height},
                                        wanted.reward.value()}}}));
    return before;
}

Result<std::optional<Preview>> PreviewRepository::read() {
    std::optional<Preview> preview;
    LODE_TRY(const auto rows,
             db_.query("SELECT made_unix_ms, height, reward, held_ppm, users, users_amount, "
                       "fees_amount, reserve_amount, base_per_block, pps_per_block, "
                       "pps_plus_per_block, fpps_per_block FROM payout_preview WHERE chain = ?",
                       {chain_}));
    if (rows.empty()) return preview;
    const db::Row& row = rows.front();
    preview = {.made = from_unix_ms(row.integer(0)),
               .height = row.integer(1),
               .reward = Satoshi(row.integer(2)),
               .users = row.integer(4),
               .users_amount = Satoshi(row.integer(5)),
               .fees = Satoshi(row.integer(6)),
               .reserve = Satoshi(row.integer(7)),
               .base_per_block = Satoshi(row.integer(8)),
               .pps_per_block = Satoshi(row.integer(9)),
               .pps_plus_per_block = Satoshi(row.integer(10)),
               .fpps_per_block = Satoshi(row.integer(11))};
    if (row.integer(3) >= 0) preview->window_ppm = row.integer(3);
    return preview;
}

Result<PreviewOfUser> PreviewRepository::of_user(const std::string& user, UnixTime now) {
    LODE_TRY(const auto known, db_.query("SELECT id FROM user WHERE name = ?", {user}));
    if (known.empty()) return failure(ErrorCode::rejected, "there is no such user");
    const std::int64_t id = known.front().integer(0);
    PreviewOfUser of{.user = user, .scheme = "base"};
    LODE_TRY(const auto scheme,
             db_.query("SELECT scheme FROM user_scheme WHERE chain = ? AND user_id = ? AND "
                       "effective_unix_ms <= ? ORDER BY effective_unix_ms DESC LIMIT 1",
                       {chain_, id, to_unix_ms(now)}));
    if (!scheme.empty()) of.scheme = scheme.front().text(0);
    LODE_TRY(const auto balance, MoneyRepository(db_, chain_).balance(user, now));
    of.owned = Satoshi(balance.immature.value() + balance.balance.value());
    of.minimum = balance.minimum;
    LODE_TRY(of.amount, credit_of(id));
    return of;
}

Result<Satoshi> PreviewRepository::credit_of(std::int64_t user) {
    LODE_TRY(const auto rows,
             db_.query("SELECT credits FROM payout_preview_part WHERE chain = ? AND "
                       "first_user <= ? ORDER BY first_user DESC LIMIT 1",
                       {chain_, user}));
    if (rows.empty()) return Satoshi(0);
    const Bytes bytes = rows.front().bytes(0);
    std::size_t low = 0;
    for (std::size_t high = bytes.size() / credit_size; low < high;) {
        const std::size_t middle = (low + high) / 2;
        if (number_at(bytes, middle * credit_size) < user) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const std::size_t at = low * credit_size;
    if (at >= bytes.size() || number_at(bytes, at) != user) return Satoshi(0);
    return Satoshi(number_at(bytes, at + 8));
}

}  // namespace lode::statshttpd
