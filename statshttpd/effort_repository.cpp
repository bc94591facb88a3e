// Rows are counted by the part of their time that lies in the stretch; of the begun one, by the
// part that has passed.
#include "statshttpd/effort_repository.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/db/limbs.hpp"

namespace lode::statshttpd {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

struct Step {
    milliseconds length;
    milliseconds kept;  // as sharelogger's retention, less a day
};
constexpr std::array steps{Step{hours(24), milliseconds::max()}, Step{hours(1), hours(24 * 99)},
                           Step{std::chrono::minutes(10), hours(24 * 7)}};

UnixTime floor_to(UnixTime time, milliseconds step) {
    return time - time.time_since_epoch() % step;
}
UnixTime ceil_to(UnixTime time, milliseconds step) {
    return floor_to(time + step - milliseconds(1), step);
}

void fill(std::vector<StepStretch>& stretches, StepStretch whole, std::size_t level, UnixTime now) {
    if (whole.from >= whole.until) return;
    const milliseconds step = steps[level].length;
    const bool last = level + 1 == steps.size() || whole.from < now - steps[level + 1].kept;
    if (last) {
        stretches.push_back({step, floor_to(whole.from, step), ceil_to(whole.until, step)});
        return;
    }
    const UnixTime from = ceil_to(whole.from, step);
    const UnixTime until = floor_to(whole.until, step);
    if (from >= until) return fill(stretches, whole, level + 1, now);
    fill(stretches, {{}, whole.from, from}, level + 1, now);
    stretches.push_back({step, from, until});
    fill(stretches, {{}, until, whole.until}, level + 1, now);
}

double number(const bitcoin::Work& work) {
    return std::ldexp(static_cast<double>(work.high()), 64) + static_cast<double>(work.low());
}

constexpr std::string_view is_ours = "state <> 'rejected' AND state <> 'orphaned'";

}  // namespace

std::vector<StepStretch> cover(UnixTime from, UnixTime until, UnixTime now) {
    std::vector<StepStretch> stretches;
    fill(stretches, {{}, from, until}, 0, now);
    return stretches;
}

Result<double> EffortRepository::expected(UnixTime from, UnixTime until, UnixTime now) {
    double blocks = 0;
    for (const StepStretch& stretch : cover(from, until, now)) {
        LODE_TRY(const auto rows,
                 db_.query("SELECT start_unix_ms, bits, work_0, work_1, work_2 FROM pool_work "
                           "WHERE chain = ? AND step_ms = ? AND start_unix_ms >= ? AND "
                           "start_unix_ms < ?",
                           {chain_, stretch.step.count(), to_unix_ms(stretch.from),
                            to_unix_ms(stretch.until)}));
        for (const db::Row& row : rows) {
            LODE_TRY(const auto work,
                     db::work_of({row.integer(2), row.integer(3), row.integer(4)}));
            LODE_TRY(const auto target,
                     bitcoin::target_from_bits(static_cast<std::uint32_t>(row.integer(1))));
            const UnixTime start = from_unix_ms(row.integer(0));
            const UnixTime end = std::max(std::min(start + stretch.step, now), start);
            const auto inside = std::min(end, until) - std::max(start, from);
            // A row of the future, by a clock ahead of ours, is of now.
            const double part = end == start ? 1
                                             : static_cast<double>(std::max(inside, {}).count()) /
                                                   static_cast<double>((end - start).count());
            blocks += part * number(work) / number(bitcoin::work_of_target(target));
        }
    }
    return blocks;
}

Result<std::optional<UnixTime>> EffortRepository::known_since() {
    LODE_TRY(const auto rows, db_.query("SELECT MIN(start_unix_ms) FROM pool_work WHERE chain = ? "
                                        "AND step_ms = ?",
                                        {chain_, steps.front().length.count()}));
    if (rows.front().is_null(0)) return std::nullopt;
    return std::optional(from_unix_ms(rows.front().integer(0)));
}

// The pool's beginning where there is none.
Result<UnixTime> EffortRepository::block_before(UnixTime found, UnixTime known) {
    LODE_TRY(const auto rows, db_.query("SELECT MAX(found_unix_ms) FROM block WHERE chain = ? AND "
                                        "found_unix_ms < ? AND " +
                                            std::string(is_ours),
                                        {chain_, to_unix_ms(found)}));
    return rows.front().is_null(0) ? known : from_unix_ms(rows.front().integer(0));
}

Result<void> EffortRepository::add_efforts(std::vector<Block>& blocks, UnixTime now) {
    LODE_TRY(const auto known, known_since());
    if (!known) return success();
    for (Block& block : blocks) {
        if (const auto kept = shelf_.find(block.hash); kept != shelf_.end()) {
            block.effort = kept->second;
            continue;
        }
        LODE_TRY(const UnixTime before, block_before(block.found, *known));
        if (before < *known) continue;
        LODE_TRY(const double effort, expected(before, block.found, now));
        block.effort = effort;
        if (block.state != "confirmed" && block.state != "orphaned") continue;
        if (shelf_.size() >= shelf_max) shelf_.clear();
        shelf_.emplace(block.hash, effort);
    }
    return success();
}

Result<std::optional<double>> EffortRepository::luck(UnixTime from, UnixTime now) {
    LODE_TRY(const double blocks, expected(from, now, now));
    if (blocks <= 0) return std::nullopt;
    LODE_TRY(const auto found, db_.query("SELECT COUNT(*) FROM block WHERE chain = ? AND "
                                         "found_unix_ms >= ? AND " +
                                             std::string(is_ours),
                                         {chain_, to_unix_ms(from)}));
    return std::optional(static_cast<double>(found.front().integer(0)) / blocks);
}

Result<PoolRecord> EffortRepository::pool(UnixTime now) {
    PoolRecord record;
    LODE_TRY(const auto terms,
             db_.query("SELECT base_scheme, base_fee_ppm FROM terms WHERE chain = ? AND "
                       "effective_unix_ms <= ? ORDER BY version DESC LIMIT 1",
                       {chain_, to_unix_ms(now)}));
    if (!terms.empty()) {
        record.promise = Promise{terms.front().text(0), terms.front().integer(1)};
    }
    LODE_TRY(const auto known, known_since());
    if (!known) return record;
    LODE_TRY(const UnixTime before, block_before(now, *known));
    if (before >= *known) {
        LODE_TRY(record.effort, expected(before, now, now));
    }
    LODE_TRY(record.luck_day, luck(std::max(*known, now - hours(24)), now));
    LODE_TRY(record.luck_week, luck(std::max(*known, now - hours(24 * 7)), now));
    LODE_TRY(record.luck_month, luck(std::max(*known, now - hours(24 * 30)), now));
    return record;
}

}  // namespace lode::statshttpd
