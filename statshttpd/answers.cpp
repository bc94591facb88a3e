// Hash rates are JSON integers of any size, work is decimal text, hashes are in display order.
#include "statshttpd/answers.hpp"

#include "common/stratum/fields.hpp"

namespace lode::statshttpd {
namespace {

using json::Writer;

void write_job(Writer& writer, const std::optional<CurrentJob>& job, UnixTime now) {
    writer.key("job");
    if (!job) {
        writer.value(nullptr);
        return;
    }
    writer.object()
        .field("id", stratum::job_id_text(job->id))
        .field("height", job->height)
        .field("clean", job->clean)
        // Never negative, also when jobmaker's clock is ahead of ours.
        .field("age_ms", std::max(now - job->produced, std::chrono::milliseconds(0)).count())
        .end();
}

void write_last_block(Writer& writer, const std::optional<LastBlock>& block) {
    writer.key("last_block");
    if (!block) {
        writer.value(nullptr);
        return;
    }
    writer.object()
        .field("height", block->height)
        .field("hash", bitcoin::to_display_hex(block->hash))
        .field("state", block->state)
        .field("found_unix_ms", to_unix_ms(block->found))
        .end();
}

}  // namespace

void write_page(Writer& writer, std::int64_t total, const Page& page) {
    writer.field("total", total).field("limit", page.limit).field("offset", page.offset);
}

void write_rate(Writer& writer, std::string_view name, const Measured& measured) {
    writer.key(name).decimal(hashrate(measured));
}

void write_time(Writer& writer, std::string_view name, std::optional<UnixTime> time) {
    writer.key(name);
    if (!time) {
        writer.value(nullptr);
        return;
    }
    writer.value(to_unix_ms(*time));
}

std::string to_json(const PoolAnswer& pool) {
    Writer writer;
    writer.object()
        .field("chain", pool.chain)
        .field("coin", pool.coin)
        .field("network", pool.network)
        .key("height");
    if (pool.job) {
        // The job's block is the one after the tip.
        writer.value(pool.job->height - 1).key("network_difficulty").value(pool.job->difficulty);
    } else {
        writer.value(nullptr).key("network_difficulty").value(nullptr);
    }
    write_rate(writer, "hashrate_1m", pool.rates.minute);
    write_rate(writer, "hashrate_5m", pool.rates.five_minutes);
    write_rate(writer, "hashrate_15m", pool.rates.fifteen_minutes);
    write_rate(writer, "hashrate_1h", pool.rates.hour);
    write_rate(writer, "hashrate_24h", pool.rates.day);
    writer.field("shares_1h", pool.rates.hour.sum.shares)
        .field("shares_24h", pool.rates.day.sum.shares)
        .field("work_1h", pool.rates.hour.sum.work.to_decimal())
        .field("work_24h", pool.rates.day.sum.work.to_decimal())
        .field("users", pool.active.users)
        .field("workers", pool.active.workers);
    write_job(writer, pool.job, pool.now);
    write_last_block(writer, pool.last_block);
    return writer.field("uptime_ms", pool.uptime.count()).end().take();
}

std::string to_json(const WorkerPage& workers, const Page& page) {
    Writer writer;
    writer.object();
    write_page(writer, static_cast<std::int64_t>(workers.total), page);
    writer.key("workers").array();
    for (const WorkerRates& row : workers.rows) {
        writer.object().field("user", row.user).field("worker", row.worker);
        write_rate(writer, "hashrate_5m", row.five_minutes);
        write_rate(writer, "hashrate_1h", row.hour);
        writer.field("shares_1h", row.hour.sum.shares)
            .field("last_share_unix_ms", to_unix_ms(row.last_share))
            .end();
    }
    return writer.end().end().take();
}

std::string to_json(const BlocksPage& blocks, const Page& page) {
    Writer writer;
    writer.object();
    write_page(writer, blocks.total, page);
    writer.key("blocks").array();
    for (const Block& block : blocks.rows) {
        writer.object()
            .field("height", block.height)
            .field("hash", bitcoin::to_display_hex(block.hash))
            .field("state", block.state)
            .field("reward", block.reward.value())
            .field("confirmations", block.confirmations)
            .field("user", block.user)
            .field("worker", block.worker)
            .field("found_unix_ms", to_unix_ms(block.found))
            .key("answers")
            .array();
        for (const NodeAnswer& answer : block.answers) {
            writer.object()
                .field("node", answer.node)
                .field("answer", answer.answer)
                .field("answered_unix_ms", to_unix_ms(answer.answered))
                .end();
        }
        writer.end().end();
    }
    return writer.end().end().take();
}

}  // namespace lode::statshttpd
