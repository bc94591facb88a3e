// The statements behind sums that are closed.
#include "payout/settlement/pps_repository.hpp"

#include "common/db/limbs.hpp"

namespace lode::payout {
namespace {

constexpr std::int64_t page_rows = 10'000;

db::Value value_of(std::string_view text) {
    return std::string(text);
}

void append_work(std::vector<db::Value>& row, const bitcoin::Work& work) {
    for (const std::int64_t limb : db::limbs_of(work)) row.emplace_back(limb);
}

}  // namespace

Result<UnixTime> PpsRepository::summed_before() {
    LODE_TRY(const auto rows, db_.query("SELECT summed_before_unix_ms FROM bucket_summed WHERE "
                                        "chain = ?",
                                        {chain_}));
    return rows.empty() ? from_unix_ms(0) : from_unix_ms(rows.front().integer(0));
}

Result<bool> PpsRepository::move_summed(UnixTime from, UnixTime to) {
    LODE_TRY_VOID(db_.upsert({.table = "bucket_summed",
                              .columns = {"chain", "summed_before_unix_ms"},
                              .key = {"chain"},
                              .add = {},
                              .replace = {},
                              .rows = {{chain_, std::int64_t{0}}}}));
    LODE_TRY(const auto moved,
             db_.execute("UPDATE bucket_summed SET summed_before_unix_ms = ? WHERE chain = ? AND "
                         "summed_before_unix_ms = ?",
                         {to_unix_ms(to), chain_, to_unix_ms(from)}));
    return moved == 1;
}

Result<PpsSums> PpsRepository::sums(const std::set<PpsPrice>& prices) {
    PpsSums sums;
    for (const PpsPrice& price : prices) {
        std::int64_t after = -1;
        for (;;) {
            // Whole users: one has a row a scheme, four at most.
            LODE_TRY(const auto rows,
                     db_.query("SELECT user_id, scheme, work_0, work_1, work_2, posted FROM "
                               "pps_sum WHERE chain = ? AND bits = ? AND subsidy = ? AND "
                               "terms_version = ? AND user_id > ? AND user_id <= ?",
                               {chain_, std::int64_t{price.bits}, price.subsidy.value(),
                                price.terms_version, after, after + page_rows}));
            for (const db::Row& row : rows) {
                LODE_TRY(const auto scheme, scheme_from(row.text(1)));
                LODE_TRY(const auto work,
                         db::work_of({row.integer(2), row.integer(3), row.integer(4)}));
                sums.emplace(PpsKey{price, {UserId(row.integer(0)), scheme}},
                             PpsSum{work, Satoshi(row.integer(5))});
            }
            LODE_TRY(const auto next,
                     db_.query("SELECT MIN(user_id) FROM pps_sum WHERE chain = ? AND bits = ? AND "
                               "subsidy = ? AND terms_version = ? AND user_id > ?",
                               {chain_, std::int64_t{price.bits}, price.subsidy.value(),
                                price.terms_version, after + page_rows}));
            if (next.front().is_null(0)) break;
            after = next.front().integer(0) - 1;
        }
    }
    return sums;
}

Result<std::vector<PpsRepository::FrozenDay>> PpsRepository::frozen_days(UnixTime after,
                                                                         std::int64_t most) {
    LODE_TRY(const auto rows,
             db_.query("SELECT day_unix_ms, fees, subsidies, blocks FROM fee_day WHERE chain = ? "
                       "AND day_unix_ms > ? ORDER BY day_unix_ms LIMIT ?",
                       {chain_, to_unix_ms(after), most}));
    std::vector<FrozenDay> days;
    for (const db::Row& row : rows) {
        days.push_back({from_unix_ms(row.integer(0)),
                        {.fees = Satoshi(row.integer(1)),
                         .subsidies = Satoshi(row.integer(2)),
                         .blocks = static_cast<std::uint32_t>(row.integer(3))}});
    }
    return days;
}

Result<std::vector<BucketRepository::DaySum>> PpsRepository::day(UnixTime day) {
    // A row a user, two at a retarget.
    LODE_TRY(const auto rows,
             db_.query("SELECT d.user_id, d.bits, d.height_epoch, d.shares, d.work_0, d.work_1, "
                       "d.work_2 FROM user_day d WHERE d.chain = ? AND d.start_unix_ms = ? AND "
                       "d.scheme = 'base' AND EXISTS (SELECT 1 FROM user_scheme s WHERE "
                       "s.chain = d.chain AND s.user_id = d.user_id)",
                       {chain_, to_unix_ms(day)}));
    std::vector<BucketRepository::DaySum> sums;
    sums.reserve(rows.size());
    for (const db::Row& row : rows) {
        LODE_TRY(const auto work, db::work_of({row.integer(4), row.integer(5), row.integer(6)}));
        sums.push_back({.user = UserId(row.integer(0)),
                        .bits = static_cast<std::uint32_t>(row.integer(1)),
                        .height_epoch = row.integer(2),
                        .solo = false,
                        .shares = row.integer(3),
                        .work = work});
    }
    return sums;
}

Result<bool> PpsRepository::is_posted(const std::string& key) {
    LODE_TRY(const auto rows,
             db_.query("SELECT id FROM ledger_transaction WHERE chain = ? AND entry_key = ?",
                       {chain_, key}));
    return !rows.empty();
}

Result<void> PpsRepository::add_day(UnixTime day,
                                    const std::vector<BucketRepository::DaySum>& sums) {
    db::Upsert rows{.table = "user_day",
                    .columns = {"chain", "user_id", "start_unix_ms", "bits", "height_epoch",
                                "scheme", "shares", "work_0", "work_1", "work_2"},
                    .key = {"chain", "user_id", "start_unix_ms", "bits", "height_epoch", "scheme"},
                    .add = {"shares", "work_0", "work_1", "work_2"},
                    .replace = {},
                    .rows = {}};
    for (const BucketRepository::DaySum& sum : sums) {
        auto& row = rows.rows.emplace_back(std::vector<db::Value>{
            chain_, sum.user.value(), to_unix_ms(day), std::int64_t{sum.bits}, sum.height_epoch,
            value_of(sum.solo ? "solo" : "base"), sum.shares});
        append_work(row, sum.work);
    }
    return db_.upsert(rows);
}

Result<void> PpsRepository::add(const PpsWork& work, const PpsDues& posted) {
    std::set<PpsKey> keys;
    for (const auto& [key, done] : work) keys.insert(key);
    for (const auto& [key, amount] : posted) keys.insert(key);
    db::Upsert rows{.table = "pps_sum",
                    .columns = {"chain", "user_id", "scheme", "bits", "subsidy", "terms_version",
                                "work_0", "work_1", "work_2", "posted"},
                    .key = {"chain", "user_id", "scheme", "bits", "subsidy", "terms_version"},
                    .add = {"work_0", "work_1", "work_2", "posted"},
                    .replace = {},
                    .rows = {}};
    for (const PpsKey& key : keys) {
        auto& row = rows.rows.emplace_back(std::vector<db::Value>{
            chain_, key.holder.user.value(), value_of(to_string(key.holder.scheme)),
            std::int64_t{key.price.bits}, key.price.subsidy.value(), key.price.terms_version});
        const auto done = work.find(key);
        append_work(row, done == work.end() ? bitcoin::Work() : done->second);
        const auto amount = posted.find(key);
        row.emplace_back(amount == posted.end() ? std::int64_t{0} : amount->second.value());
    }
    return db_.upsert(rows);
}

}  // namespace lode::payout
