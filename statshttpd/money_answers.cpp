// Amounts and times are integers, hashes are in display order, what is not known is null.
#include "statshttpd/money_answers.hpp"

#include "common/json/writer.hpp"
#include "statshttpd/answers.hpp"

namespace lode::statshttpd {
namespace {

using json::Writer;

void write_hash(Writer& writer, std::string_view name,
                const std::optional<bitcoin::Hash256>& hash) {
    writer.key(name);
    if (hash) {
        writer.value(bitcoin::to_display_hex(*hash));
    } else {
        writer.value(nullptr);
    }
}

void write_number(Writer& writer, std::string_view name, const std::optional<std::int64_t>& value) {
    writer.key(name);
    if (value) {
        writer.value(*value);
    } else {
        writer.value(nullptr);
    }
}

void write_amount(Writer& writer, std::string_view name, const std::optional<Satoshi>& amount) {
    std::optional<std::int64_t> value;
    if (amount) value = amount->value();
    write_number(writer, name, value);
}

void write_terms(Writer& writer, const TermsVersion* terms) {
    if (terms == nullptr) {
        writer.value(nullptr);
        return;
    }
    writer.object()
        .field("version", terms->version)
        .field("effective_unix_ms", to_unix_ms(terms->effective))
        .field("base_scheme", terms->base_scheme)
        .field("pplns_window", terms->pplns_window)
        .field("dgm_cross_ppm", terms->dgm_cross_ppm)
        .field("dgm_keep_ppm", terms->dgm_keep_ppm)
        .field("base_fee_ppm", terms->base_fee_ppm)
        .field("pps_fee_ppm", terms->pps_fee_ppm)
        .field("fpps_fee_ppm", terms->fpps_fee_ppm)
        .field("finder_bonus_ppm", terms->finder_bonus_ppm)
        .field("notice", terms->notice)
        .key("recipients")
        .array();
    for (const TermsRecipient& recipient : terms->recipients) {
        writer.object().field("name", recipient.name).field("share_ppm", recipient.share_ppm).end();
    }
    writer.end().end();
}

std::string quoted_where_needed(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

}  // namespace

const TermsVersion* in_force(const TermsVersions& versions, UnixTime now) {
    for (const TermsVersion& terms : versions) {
        if (terms.effective <= now) return &terms;
    }
    return nullptr;
}

const TermsVersion* announced(const TermsVersions& versions, UnixTime now) {
    const TermsVersion* const today = in_force(versions, now);
    const TermsVersion* next = nullptr;
    for (const TermsVersion& terms : versions) {
        if (&terms == today) break;
        if (next == nullptr || terms.effective < next->effective) next = &terms;
    }
    return next;
}

std::string to_json(const TermsAnswer& terms) {
    Writer writer;
    writer.object().key("now");
    write_terms(writer, in_force(terms.versions, terms.now));
    writer.key("next");
    write_terms(writer, announced(terms.versions, terms.now));
    write_amount(writer, "minimum", terms.minimum);
    writer.key("versions").array();
    for (const TermsVersion& version : terms.versions) write_terms(writer, &version);
    return writer.end().end().take();
}

std::string to_json(const PaymentsPage& payments, const Page& page) {
    Writer writer;
    writer.object();
    write_page(writer, payments.total, page);
    writer.key("payments").array();
    for (const PaymentRow& row : payments.rows) {
        writer.object().field("id", row.id);
        write_hash(writer, "txid", row.txid);
        writer.field("state", row.state)
            .field("amount", row.amount.value())
            .field("fee", row.fee.value())
            .field("recipients", row.recipients)
            .field("created_unix_ms", to_unix_ms(row.created))
            .field("updated_unix_ms", to_unix_ms(row.updated))
            .end();
    }
    return writer.end().end().take();
}

std::string to_json(const Balance& balance) {
    Writer writer;
    writer.object()
        .field("immature", balance.immature.value())
        .field("balance", balance.balance.value())
        .field("locked", balance.locked.value())
        .field("paid", balance.paid.value());
    write_amount(writer, "minimum", balance.minimum);
    writer.field("frozen", balance.frozen);
    std::optional<std::int64_t> held_until;
    if (balance.held_until) held_until = to_unix_ms(*balance.held_until);
    write_number(writer, "held_until_unix_ms", held_until);
    return writer.end().take();
}

std::string to_json(const EarningDays& days, const Page& page) {
    Writer writer;
    writer.object();
    write_page(writer, days.total, page);
    writer.key("days").array();
    for (const EarningDay& row : days.rows) {
        writer.object()
            .field("day", utc_day(row.day))
            .field("credited", row.credited.value())
            .field("matured", row.matured.value())
            .field("pps", row.pps.value())
            .field("orphaned", row.orphaned.value())
            .field("paid", row.paid.value())
            .field("network_fees", row.network_fees.value())
            .end();
    }
    return writer.end().end().take();
}

std::string to_json(const CreditsPage& credits, const Page& page) {
    Writer writer;
    writer.object();
    write_page(writer, credits.total, page);
    writer.key("credits").array();
    for (const CreditRow& row : credits.rows) {
        writer.object()
            .field("id", row.id)
            .field("time_unix_ms", to_unix_ms(row.at))
            .field("reason", row.reason);
        write_hash(writer, "block_hash", row.block);
        write_number(writer, "height", row.height);
        writer.field("amount", row.amount.value()).field("terms_version", row.terms_version).end();
    }
    return writer.end().end().take();
}

std::string to_json(const UserPaymentsPage& payments, const Page& page) {
    Writer writer;
    writer.object();
    write_page(writer, payments.total, page);
    writer.key("payments").array();
    for (const UserPaymentRow& row : payments.rows) {
        writer.object().field("id", row.payment.id);
        write_hash(writer, "txid", row.payment.txid);
        writer.field("state", row.payment.state)
            .field("address", row.address)
            .field("amount", row.amount.value())
            .field("fee", row.fee.value())
            .field("created_unix_ms", to_unix_ms(row.payment.created))
            .end();
    }
    return writer.end().end().take();
}

std::string to_json(const BookLines& lines) {
    Writer writer;
    writer.object().key("lines").array();
    for (const BookLine& row : lines.rows) {
        writer.object()
            .field("transaction", row.transaction)
            .field("time_unix_ms", to_unix_ms(row.at))
            .field("reason", row.reason)
            .field("pot", row.pot)
            .field("amount", row.amount.value());
        write_hash(writer, "block_hash", row.block);
        std::optional<std::int64_t> payment;
        if (row.payment != 0) payment = row.payment;
        write_number(writer, "payment", payment);
        writer.field("terms_version", row.terms_version).field("note", row.note).end();
    }
    writer.end();
    write_number(writer, "next_after", lines.next_after);
    return writer.end().take();
}

std::string to_csv(const BookLines& lines) {
    std::string text =
        "transaction,time_unix_ms,reason,pot,amount,block_hash,payment,terms_version,note\r\n";
    for (const BookLine& row : lines.rows) {
        text += std::to_string(row.transaction) + ',' + std::to_string(to_unix_ms(row.at)) + ',' +
                quoted_where_needed(row.reason) + ',' + quoted_where_needed(row.pot) + ',' +
                std::to_string(row.amount.value()) + ',' +
                (row.block ? bitcoin::to_display_hex(*row.block) : "") + ',' +
                (row.payment == 0 ? "" : std::to_string(row.payment)) + ',' +
                std::to_string(row.terms_version) + ',' + quoted_where_needed(row.note) + "\r\n";
    }
    return text;
}

}  // namespace lode::statshttpd
