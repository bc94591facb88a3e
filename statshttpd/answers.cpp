// Hash rates are JSON integers of any size, work is decimal text, hashes are in display order.
#include "statshttpd/answers.hpp"

#include <array>
#include <charconv>

#include "common/bitcoin/target.hpp"
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

void write_record(Writer& writer, const PoolRecord& record) {
    write_ratio(writer, "effort", record.effort);
    write_ratio(writer, "luck_24h", record.luck_day);
    write_ratio(writer, "luck_7d", record.luck_week);
    write_ratio(writer, "luck_30d", record.luck_month);
    if (record.promise) {
        writer.field("scheme", record.promise->scheme).field("fee_ppm", record.promise->fee_ppm);
    } else {
        writer.field("scheme", nullptr).field("fee_ppm", nullptr);
    }
}

// The network finds a block in ten minutes on average.
void write_network(Writer& writer, const std::optional<CurrentJob>& job) {
    writer.key("network_now");
    if (!job) {
        writer.value(nullptr);
        return;
    }
    writer.object().field("height", job->height - 1).field("difficulty", job->difficulty);
    write_rate(writer, "hashrate", {.sum = {job->work, 1}, .covered = std::chrono::minutes(10)});
    writer.end();
}

void write_nodes(Writer& writer, const std::vector<LiveNode>& nodes) {
    writer.key("nodes").array();
    for (const LiveNode& node : nodes) {
        writer.object()
            .field("node", node.node)
            .field("usable", node.usable)
            .field("reason", node.reason)
            .field("since_unix_ms", to_unix_ms(node.since))
            .end();
    }
    writer.end();
}

void write_block(Writer& writer, const Block& block) {
    writer.object()
        .field("height", block.height)
        .field("hash", bitcoin::to_display_hex(block.hash))
        .field("state", block.state)
        .field("credit", block.credit)
        .field("reward", block.reward.value())
        .field("confirmations", block.confirmations)
        .field("user", block.user)
        .field("worker", block.worker)
        .field("found_unix_ms", to_unix_ms(block.found));
    const auto target = block.bits ? bitcoin::target_from_bits(*block.bits)
                                   : Result<bitcoin::Uint256>(failure(ErrorCode::malformed, ""));
    writer.key("difficulty");
    if (target) {
        writer.value(bitcoin::difficulty_text(target.value()));
    } else {
        writer.value(nullptr);
    }
    write_ratio(writer, "effort", block.effort);
    writer.key("answers").array();
    for (const NodeAnswer& answer : block.answers) {
        writer.object()
            .field("node", answer.node)
            .field("answer", answer.answer)
            .field("answered_unix_ms", to_unix_ms(answer.answered))
            .end();
    }
    writer.end().end();
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

void write_ratio(Writer& writer, std::string_view name, std::optional<double> ratio) {
    writer.key(name);
    if (!ratio) {
        writer.value(nullptr);
        return;
    }
    std::array<char, 512> text{};  // the largest double has 309 digits
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), *ratio, std::chars_format::fixed, 4);
    writer.value(std::string_view(text.data(), static_cast<std::size_t>(end.ptr - text.data())));
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
    write_record(writer, pool.record);
    write_network(writer, pool.job);
    write_nodes(writer, pool.nodes);
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
    for (const Block& block : blocks.rows) write_block(writer, block);
    return writer.end().end().take();
}

std::string to_json(const Block& block) {
    Writer writer;
    write_block(writer, block);
    return writer.take();
}

}  // namespace lode::statshttpd
