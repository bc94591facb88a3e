// The forerunner's windows: it has shown no worker's last minute since 2019, and neither do we.
#include "statshttpd/compat_btcpool.hpp"

#include <algorithm>
#include <array>

#include "common/json/writer.hpp"

namespace lode::statshttpd {
namespace {

using json::Writer;

// Difficulty 1 is 2^32 hashes.
std::string in_difficulty(const bitcoin::Work& work) {
    return bitcoin::Work(work.high() >> 32, work.high() << 32 | work.low() >> 32).to_decimal();
}

void write_windows(Writer& writer, const std::array<bitcoin::Work, 4>& windows) {
    writer.key("accept").array();
    for (const bitcoin::Work& work : windows) writer.decimal(in_difficulty(work));
    writer.end();
}

// Opens the object that "data" stands for.
Writer& open_answer(Writer& writer) {
    return writer.object().field("err_no", 0).field("err_msg", "").key("data").object();
}

std::string digits(std::int64_t number, std::size_t width) {
    std::string text = std::to_string(number);
    return std::string(width - std::min(width, text.size()), '0') + text;
}

std::string uptime_text(std::chrono::seconds uptime) {
    const std::int64_t all = uptime.count();
    return digits(all / 86'400, 4) + " d " + digits(all / 3'600 % 24, 2) + " h " +
           digits(all / 60 % 60, 2) + " m " + digits(all % 60, 2) + " s";
}

std::int64_t unix_seconds(UnixTime time) {
    return to_unix_ms(time) / 1'000;
}

void write_worker(Writer& writer, const WorkerStatus& worker) {
    writer.object();
    write_windows(writer,
                  {bitcoin::Work(), worker.five_minutes, worker.fifteen_minutes, worker.hour});
    writer.field("accept_count", worker.shares)
        .field("last_share_ip", "")
        .field("last_share_time", unix_seconds(worker.last_share))
        .field("workers", worker.workers)
        .end();
}

}  // namespace

std::string btcpool_pool(const PoolRates& rates, const Active& active,
                         std::chrono::seconds uptime) {
    Writer writer;
    open_answer(writer).field("uptime", uptime_text(uptime)).key("pool").object();
    write_windows(writer, {rates.minute.sum.work, rates.five_minutes.sum.work,
                           rates.fifteen_minutes.sum.work, rates.hour.sum.work});
    return writer.field("accept_count", rates.hour.sum.shares)
        .field("workers", active.workers)
        .field("users", active.users)
        .end()
        .end()
        .end()
        .take();
}

std::optional<WorkerStatusQuery> parse_worker_status_query(const Query& query) {
    const auto value = [&query](std::string_view name) {
        const auto found = query.find(name);
        return found == query.end() ? std::string() : found->second;
    };
    WorkerStatusQuery asked{.user = value("user_id"), .workers = {}};
    asked.merged = value("is_merge") == "true";
    std::string rest = value("worker_id");
    if (asked.user.empty() || rest.empty()) return std::nullopt;
    while (asked.workers.size() <= WorkerStatusQuery::workers_max) {
        const auto comma = rest.find(',');
        asked.workers.push_back(rest.substr(0, comma));
        if (comma == rest.npos) return asked;
        rest.erase(0, comma + 1);
    }
    return std::nullopt;
}

WorkerStatus& WorkerStatus::operator+=(const WorkerStatus& other) {
    five_minutes += other.five_minutes;
    fifteen_minutes += other.fifteen_minutes;
    hour += other.hour;
    shares += other.shares;
    last_share = std::max(last_share, other.last_share);
    workers += other.workers;
    return *this;
}

WorkerStatus status_of(const WorkerRates& worker) {
    return {.five_minutes = worker.five_minutes.sum.work,
            .fifteen_minutes = worker.fifteen_minutes.sum.work,
            .hour = worker.hour.sum.work,
            .shares = worker.hour.sum.shares,
            .last_share = worker.last_share,
            .workers = 1};
}

WorkerStatus status_of(const UserRates& user) {
    return {.five_minutes = user.five_minutes.sum.work,
            .fifteen_minutes = user.fifteen_minutes.sum.work,
            .hour = user.hour.sum.work,
            .shares = user.hour.sum.shares,
            .last_share = user.last_share,
            .workers = user.active_workers};
}

std::string btcpool_workers(const std::map<std::string, WorkerStatus>& workers) {
    Writer writer;
    open_answer(writer);
    for (const auto& [name, worker] : workers) {
        writer.key(name);
        write_worker(writer, worker);
    }
    return writer.end().end().take();
}

std::string btcpool_flush_time(UnixTime newest) {
    Writer writer;
    return open_answer(writer).field("flush_db_time", unix_seconds(newest)).end().end().take();
}

std::string btcpool_invalid_arguments() {
    Writer writer;
    return writer.object()
        .field("err_no", 1)
        .field("err_msg", "invalid args")
        .key("data")
        .object()
        .end()
        .end()
        .take();
}

}  // namespace lode::statshttpd
