// Without a share in the last hour the live numbers are zero.
#include "statshttpd/user_answers.hpp"

#include "common/json/writer.hpp"
#include "statshttpd/answers.hpp"

namespace lode::statshttpd {
namespace {

using json::Writer;

std::string_view state_of(const UserWorker& worker, UnixTime now) {
    if (!worker.rates) return "offline";
    return worker.rates->last_share >= now - LiveWindows::active_time ? "online" : "idle";
}

// Of the two sources the later, as each may lag.
std::optional<UnixTime> last_share_of(const UserAnswer& user) {
    std::optional<UnixTime> last;
    if (user.record) last = user.record->last_share;
    if (user.rates) last = std::max(last.value_or(UnixTime{}), user.rates->last_share);
    return last;
}

}  // namespace

std::string to_json(const UserPage& users, const Page& page) {
    Writer writer;
    writer.object();
    write_page(writer, static_cast<std::int64_t>(users.total), page);
    writer.key("users").array();
    for (const UserRates& row : users.rows) {
        writer.object().field("user", row.user);
        write_rate(writer, "hashrate_5m", row.five_minutes);
        write_rate(writer, "hashrate_1h", row.hour);
        writer.field("workers", row.active_workers)
            .field("shares_1h", row.hour.sum.shares)
            .field("last_share_unix_ms", to_unix_ms(row.last_share))
            .end();
    }
    return writer.end().end().take();
}

std::string to_json(const UserAnswer& user) {
    const UserRates rates = user.rates.value_or(UserRates{});
    const UserRecord record = user.record.value_or(UserRecord{});
    Writer writer;
    writer.object().field("user", user.user);
    write_rate(writer, "hashrate_5m", rates.five_minutes);
    write_rate(writer, "hashrate_1h", rates.hour);
    write_rate(writer, "hashrate_24h", record.day);
    writer.field("workers_active", rates.active_workers).field("shares_1h", rates.hour.sum.shares);
    write_time(writer, "last_share_unix_ms", last_share_of(user));
    write_time(writer, "first_seen_unix_ms",
               user.record ? std::optional(record.first_seen) : std::nullopt);
    return writer.field("scheme", record.scheme)
        .field("blocks_found", record.blocks_found)
        .end()
        .take();
}

std::string to_json(const UserWorkersAnswer& workers, const Page& page) {
    Writer writer;
    writer.object();
    write_page(writer, workers.total, page);
    writer.key("workers").array();
    for (const UserWorker& row : workers.rows) {
        const WorkerRates rates = row.rates.value_or(WorkerRates{});
        writer.object()
            .field("worker", row.known.worker)
            .field("state", state_of(row, workers.now));
        write_rate(writer, "hashrate_5m", rates.five_minutes);
        write_rate(writer, "hashrate_1h", rates.hour);
        writer.field("shares_1h", rates.hour.sum.shares)
            .field("last_share_unix_ms",
                   to_unix_ms(std::max(row.known.last_share, rates.last_share)))
            .end();
    }
    return writer.end().end().take();
}

}  // namespace lode::statshttpd
