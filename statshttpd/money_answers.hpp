// What the API says about money, as JSON and CSV. Amounts are base units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/hash256.hpp"
#include "statshttpd/money_parameters.hpp"

namespace lode::statshttpd {

using bitcoin::Satoshi;

struct TermsRecipient {
    std::string name;
    std::int64_t share_ppm = 0;
};
// What miners are promised; parts per million.
struct TermsVersion {
    std::int64_t version = 0;
    UnixTime effective;
    std::string base_scheme;
    std::int64_t pplns_window = 0;
    std::int64_t dgm_cross_ppm = 0;
    std::int64_t dgm_keep_ppm = 0;
    std::int64_t base_fee_ppm = 0;
    std::int64_t pps_fee_ppm = 0;
    std::int64_t fpps_fee_ppm = 0;
    std::int64_t finder_bonus_ppm = 0;
    std::string notice;
    std::vector<TermsRecipient> recipients{};
};
using TermsVersions = std::vector<TermsVersion>;  // by version, newest first
struct TermsAnswer {
    TermsVersions versions;
    std::optional<Satoshi> minimum{};  // that is paid to who set none; known once payout told it
    UnixTime now;
};

// Of those in effect the newest version; null before there is one.
[[nodiscard]] const TermsVersion* in_force(const TermsVersions& versions, UnixTime now);
// The next that will be in force, null while none is announced.
[[nodiscard]] const TermsVersion* announced(const TermsVersions& versions, UnixTime now);

struct PaymentRow {
    std::int64_t id = 0;
    std::optional<bitcoin::Hash256> txid{};  // of the version that confirmed, else of the newest
    std::string state;
    Satoshi amount;  // that leaves balances
    Satoshi fee;     // the network's
    std::int64_t recipients = 0;
    UnixTime created;
    UnixTime updated;
};
struct PaymentsPage {
    std::int64_t total = 0;
    std::vector<PaymentRow> rows;
};

// One user's.
struct Balance {
    Satoshi immature;
    Satoshi balance;
    Satoshi locked;
    Satoshi paid;
    std::optional<Satoshi> minimum{};  // not known before payout has told it
    bool frozen = false;
    std::optional<UnixTime> held_until{};
};

struct EarningDay {
    UnixTime day;  // its midnight UTC
    Satoshi credited;
    Satoshi matured;
    Satoshi pps;
    Satoshi orphaned;
    Satoshi paid;
    Satoshi network_fees;  // his part of them
};
struct EarningDays {
    std::int64_t total = 0;
    std::vector<EarningDay> rows;
};

struct CreditRow {
    std::int64_t id = 0;  // of the ledger's transaction
    UnixTime at;
    std::string reason;
    std::optional<bitcoin::Hash256> block{};
    std::optional<std::int64_t> height{};
    Satoshi amount;  // negative where a credit was taken back
    std::int64_t terms_version = 0;
};
struct CreditsPage {
    std::int64_t total = 0;
    std::vector<CreditRow> rows;
};

struct UserPaymentRow {
    PaymentRow payment;
    std::string address;
    Satoshi amount;
    Satoshi fee;  // his part of it
};
struct UserPaymentsPage {
    std::int64_t total = 0;
    std::vector<UserPaymentRow> rows;
};

// A line of the ledger.
struct BookLine {
    std::int64_t transaction = 0;
    UnixTime at;
    std::string reason;
    std::string pot;
    Satoshi amount;
    std::optional<bitcoin::Hash256> block{};
    std::int64_t payment = 0;  // 0: none
    std::int64_t terms_version = 0;
    std::string note;
};
struct BookLines {
    std::vector<BookLine> rows;  // in the order of posting
    // Of the last line's transaction, where there are more.
    std::optional<std::int64_t> next_after{};
};

[[nodiscard]] std::string to_json(const TermsAnswer& terms);
[[nodiscard]] std::string to_json(const PaymentsPage& payments, const Page& page);
[[nodiscard]] std::string to_json(const Balance& balance);
[[nodiscard]] std::string to_json(const EarningDays& days, const Page& page);
[[nodiscard]] std::string to_json(const CreditsPage& credits, const Page& page);
[[nodiscard]] std::string to_json(const UserPaymentsPage& payments, const Page& page);
[[nodiscard]] std::string to_json(const BookLines& lines);
// With a line of names; RFC 4180.
[[nodiscard]] std::string to_csv(const BookLines& lines);

}  // namespace lode::statshttpd
