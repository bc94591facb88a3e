// The statements behind the terms.
#include "payout/settlement/terms_repository.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

constexpr std::int64_t page_rows = 10'000;

Ppm ppm(std::int64_t value) {
    return Ppm(static_cast<std::uint32_t>(value));
}
db::Value value_of(Ppm part) {
    return std::int64_t{part.value()};
}

// All but version and time.
bool same_promise(const Terms& a, const Terms& b) {
    const auto same_purse = [](const FeeRecipient& one, const FeeRecipient& other) {
        return one.name == other.name && one.share == other.share;
    };
    return a.base == b.base && a.pplns_window == b.pplns_window && a.dgm_cross == b.dgm_cross &&
           a.dgm_keep == b.dgm_keep && a.base_fee == b.base_fee && a.pps_fee == b.pps_fee &&
           a.fpps_fee == b.fpps_fee && a.finder_bonus == b.finder_bonus && a.notice == b.notice &&
           std::ranges::equal(a.recipients, b.recipients, same_purse);
}

}  // namespace

Result<std::vector<Terms>> TermsRepository::versions() {
    LODE_TRY(const auto rows,
             db_.query("SELECT version, effective_unix_ms, base_scheme, pplns_window, "
                       "dgm_cross_ppm, dgm_keep_ppm, base_fee_ppm, pps_fee_ppm, fpps_fee_ppm, "
                       "finder_bonus_ppm, notice FROM terms WHERE chain = ? "
                       "ORDER BY effective_unix_ms, version",
                       {chain_}));
    LODE_TRY(const auto recipients,
             db_.query("SELECT version, name, share_ppm FROM terms_recipient WHERE chain = ? "
                       "ORDER BY version, place",
                       {chain_}));
    std::vector<Terms> versions;
    for (const db::Row& row : rows) {
        Terms terms{.version = row.integer(0),
                    .effective = from_unix_ms(row.integer(1)),
                    .pplns_window = static_cast<std::uint32_t>(row.integer(3)),
                    .dgm_cross = ppm(row.integer(4)),
                    .dgm_keep = ppm(row.integer(5)),
                    .base_fee = ppm(row.integer(6)),
                    .pps_fee = ppm(row.integer(7)),
                    .fpps_fee = ppm(row.integer(8)),
                    .finder_bonus = ppm(row.integer(9)),
                    .recipients = {},
                    .notice = row.text(10)};
        LODE_TRY(terms.base, base_scheme_from(row.text(2)));
        for (const db::Row& purse : recipients) {
            if (purse.integer(0) != terms.version) continue;
            terms.recipients.push_back({purse.text(1), ppm(purse.integer(2))});
        }
        versions.push_back(std::move(terms));
    }
    return versions;
}

Result<void> TermsRepository::keep(Terms settings, UnixTime now) {
    LODE_TRY(const auto known, versions());
    const auto newest = std::ranges::max_element(known, {}, &Terms::version);
    if (newest != known.end() && same_promise(*newest, settings)) return success();
    settings.version = newest == known.end() ? 1 : newest->version + 1;
    settings.effective = newest == known.end() ? from_unix_ms(0) : next_midnight(now);
    LODE_TRY_VOID(check_terms(settings));
    LODE_TRY_VOID(db_.execute(
        "INSERT INTO terms (chain, version, effective_unix_ms, base_scheme, pplns_window, "
        "dgm_cross_ppm, dgm_keep_ppm, base_fee_ppm, pps_fee_ppm, fpps_fee_ppm, finder_bonus_ppm, "
        "notice, created_unix_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {chain_, settings.version, to_unix_ms(settings.effective),
         std::string(to_string(settings.base)), std::int64_t{settings.pplns_window},
         value_of(settings.dgm_cross), value_of(settings.dgm_keep), value_of(settings.base_fee),
         value_of(settings.pps_fee), value_of(settings.fpps_fee), value_of(settings.finder_bonus),
         settings.notice, to_unix_ms(now)}));
    std::int64_t place = 0;
    for (const FeeRecipient& purse : settings.recipients) {
        LODE_TRY_VOID(
            db_.execute("INSERT INTO terms_recipient (chain, version, place, name, share_ppm) "
                        "VALUES (?, ?, ?, ?, ?)",
                        {chain_, settings.version, place++, purse.name, value_of(purse.share)}));
    }
    return success();
}

Result<TermsRepository::Mark> TermsRepository::mark() {
    LODE_TRY(const auto terms, db_.query("SELECT COUNT(*) FROM terms WHERE chain = ?", {chain_}));
    LODE_TRY(const auto choices,
             db_.query("SELECT COUNT(*), COALESCE(MAX(requested_unix_ms), 0) FROM user_scheme "
                       "WHERE chain = ?",
                       {chain_}));
    return Mark{terms.front().integer(0), choices.front().integer(0), choices.front().integer(1)};
}

Result<const TermsBook*> TermsRepository::book() {
    LODE_TRY(const auto now, mark());
    if (!book_ || mark_ != now) {
        LODE_TRY(auto known, versions());
        if (known.empty()) {
            return failure(ErrorCode::unavailable, "no terms are kept for chain " + chain_);
        }
        TermsBook book(std::move(known));
        LODE_TRY_VOID(read_choices(book));
        book_ = std::move(book);
        mark_ = now;
    }
    const TermsBook* book = &*book_;
    return book;
}

Result<void> TermsRepository::read_choices(TermsBook& book) {
    per_share_ = false;
    std::int64_t user = 0;
    std::int64_t effective = 0;
    for (;;) {
        LODE_TRY(const auto rows,
                 db_.query("SELECT user_id, effective_unix_ms, scheme FROM user_scheme WHERE "
                           "chain = ? AND (user_id > ? OR (user_id = ? AND effective_unix_ms > ?)) "
                           "ORDER BY user_id, effective_unix_ms LIMIT ?",
                           {chain_, user, user, effective, page_rows}));
        if (rows.empty()) return success();
        for (const db::Row& row : rows) {
            LODE_TRY(const auto scheme, scheme_from(row.text(2)));
            book.choose({UserId(row.integer(0)), from_unix_ms(row.integer(1)), scheme});
            per_share_ |= scheme != Scheme::base;
        }
        user = rows.back().integer(0);
        effective = rows.back().integer(1);
    }
}

}  // namespace lode::payout
