// Names are as the forerunner has them.
#include "statshttpd/compat_public_pool.hpp"

#include "common/json/writer.hpp"

namespace lode::statshttpd {
namespace {

using json::Writer;

void write_blocks(Writer& writer, const BlocksPage& newest) {
    writer.array();
    for (const Block& block : newest.rows) {
        writer.object()
            .field("height", block.height)
            .field("minerAddress", block.user)
            .field("worker", block.worker)
            .field("sessionId", "")
            .end();
    }
    writer.end();
}

void write_worker(Writer& writer, const WorkerRates& worker) {
    writer.object()
        .field("sessionId", "")
        .field("name", worker.worker)
        .key("bestDifficulty")
        .value(nullptr);
    write_rate(writer, "hashRate", worker.five_minutes);
    writer.key("startTime").value(nullptr);
    writer.field("lastSeen", iso_time(worker.last_share)).end();
}

}  // namespace

std::string iso_time(UnixTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::hh_mm_ss clock(time - day);
    const auto digits = [](auto number, std::size_t width) {
        std::string text = std::to_string(number);
        return std::string(width - std::min(width, text.size()), '0') + text;
    };
    return utc_day(time) + "T" + digits(clock.hours().count(), 2) + ":" +
           digits(clock.minutes().count(), 2) + ":" + digits(clock.seconds().count(), 2) + "." +
           digits(clock.subseconds().count(), 3) + "Z";
}

std::string public_pool_info(const BlocksPage& newest, UnixTime started) {
    Writer writer;
    writer.object().key("blockData");
    write_blocks(writer, newest);
    return writer.key("userAgents")
        .array()
        .end()
        .key("highScores")
        .array()
        .end()
        .field("uptime", iso_time(started))
        .end()
        .take();
}

std::string public_pool_pool(const PublicPool& pool, const BlocksPage& newest) {
    Writer writer;
    writer.object();
    write_rate(writer, "totalHashRate", pool.hour);
    writer.key("blockHeight");
    if (pool.job) {
        writer.value(pool.job->height - 1);
    } else {
        writer.value(nullptr);
    }
    writer.field("totalMiners", pool.active.workers).key("blocksFound");
    write_blocks(writer, newest);
    return writer.end().take();
}

std::string public_pool_network(const std::optional<CurrentJob>& job, std::string_view network) {
    Writer writer;
    writer.object().field("chain", network).key("blocks");
    if (job) {
        writer.value(job->height - 1).key("difficulty").decimal(job->difficulty);
    } else {
        writer.value(nullptr).key("difficulty").value(nullptr);
    }
    return writer.end().take();
}

std::string public_pool_chart(const WorkPoints& points, const Span& span, const SpanTime& time) {
    Writer writer;
    writer.array();
    for (UnixTime at = time.from; at < time.until; at += span.step) {
        const auto point = points.find(at);
        writer.object().field("label", iso_time(at));
        write_rate(writer, "data",
                   {.sum = point == points.end() ? Sum() : point->second, .covered = span.step});
        writer.end();
    }
    return writer.end().take();
}

std::string public_pool_client(const std::vector<WorkerRates>& workers) {
    Writer writer;
    writer.object()
        .key("bestDifficulty")
        .value(nullptr)
        .field("workersCount", workers.size())
        .key("workers")
        .array();
    for (const WorkerRates& worker : workers) write_worker(writer, worker);
    return writer.end().end().take();
}

std::string public_pool_worker(const WorkerRates& worker) {
    Writer writer;
    writer.object()
        .field("name", worker.worker)
        .key("bestDifficulty")
        .value(nullptr)
        .key("chartData")
        .array()
        .end();
    write_rate(writer, "hashRate", worker.five_minutes);
    return writer.field("lastSeen", iso_time(worker.last_share)).end().take();
}

}  // namespace lode::statshttpd
