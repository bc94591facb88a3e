// A gap is told by its text, offset included: one reported earlier and passed since is another.
#include "sharelogger/gap_repository.hpp"

#include "sharelogger/share_repository.hpp"

namespace lode::sharelogger {
namespace {

constexpr const char* found_action = "share gap found";
constexpr const char* accepted_action = "share gap accepted";

std::int64_t number(StreamId stream) {
    return static_cast<std::int64_t>(stream.value());
}
std::int64_t number(Sequence sequence) {
    return static_cast<std::int64_t>(sequence.value());
}

}  // namespace

std::string GapRepository::name_of(const Found& found) const {
    return chain_ + " partition " + std::to_string(found.partition) + " offset " +
           std::to_string(found.next) + " stream " + std::to_string(found.gap.stream.value()) +
           " sequences " + std::to_string(found.gap.first.value()) + " to " +
           std::to_string(found.gap.last.value());
}

Result<bool> GapRepository::is_reported(const Found& found) {
    LODE_TRY(const auto rows,
             db_.query("SELECT id FROM audit_log WHERE action = ? AND detail = ? LIMIT 1",
                       {found_action, name_of(found)}));
    return !rows.empty();
}

Result<void> GapRepository::report(const Found& found, const std::string& who, UnixTime at) {
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY(const bool reported, is_reported(found));
        if (reported) return success();
        LODE_TRY_VOID(
            db_.execute("INSERT INTO audit_log (at_unix_ms, who, action, detail) "
                        "VALUES (?, ?, ?, ?)",
                        {to_unix_ms(at), who, found_action, name_of(found)}));
        return success();
    });
}

Result<std::optional<GapRepository::Found>> GapRepository::standing_at(const Gap& gap) {
    LODE_TRY(const auto rows,
             db_.query("SELECT partition_no, next_offset FROM consumer_offset WHERE consumer = ? "
                       "AND chain = ? AND topic = ?",
                       {offset_consumer, chain_, offset_topic}));
    for (const db::Row& row : rows) {
        const Found found{static_cast<std::uint32_t>(row.integer(0)), row.integer(1), gap};
        LODE_TRY(const bool reported, is_reported(found));
        if (reported) return found;
    }
    return std::nullopt;
}

Result<std::uint32_t> GapRepository::accept(const Gap& gap, const Acceptance& acceptance) {
    std::uint32_t partition = 0;
    LODE_TRY_VOID(db_.transaction([&]() -> Result<void> {
        LODE_TRY(const auto found, standing_at(gap));
        if (!found) {
            return failure(ErrorCode::rejected,
                           "no partition stands at a gap of stream " +
                               std::to_string(gap.stream.value()) + " from " +
                               std::to_string(gap.first.value()) + " to " +
                               std::to_string(gap.last.value()) +
                               "; sharelogger's log and /healthz name the gaps there are");
        }
        partition = found->partition;
        LODE_TRY_VOID(move_on(*found, acceptance.at));
        LODE_TRY_VOID(
            db_.execute("INSERT INTO audit_log (at_unix_ms, who, action, detail) "
                        "VALUES (?, ?, ?, ?)",
                        {to_unix_ms(acceptance.at), acceptance.who, accepted_action,
                         name_of(*found) + ": " + acceptance.reason}));
        return success();
    }));
    return partition;
}

Result<void> GapRepository::move_on(const Found& found, UnixTime at) {
    // The offset's row is locked, so that no batch of the partition is written in between.
    LODE_TRY(const auto stands,
             db_.execute("UPDATE consumer_offset SET next_offset = next_offset WHERE consumer = ? "
                         "AND chain = ? AND topic = ? AND partition_no = ? AND next_offset = ?",
                         {offset_consumer, chain_, offset_topic, std::int64_t{found.partition},
                          found.next}));
    const Gap& gap = found.gap;
    LODE_TRY(const auto moved,
             db_.execute("UPDATE stream_sequence SET last_sequence = ?, updated_unix_ms = ? WHERE "
                         "chain = ? AND partition_no = ? AND stream = ? AND last_sequence = ?",
                         {number(gap.last), to_unix_ms(at), chain_, std::int64_t{found.partition},
                          number(gap.stream), number(gap.first) - 1}));
    if (stands == 1 && moved == 1) return success();
    LODE_TRY(const auto last, last_sequence(found.partition, gap.stream));
    if (stands != 1 || last || gap.first != Sequence(1)) {
        return failure(ErrorCode::rejected, "the gap is not there any more");
    }
    LODE_TRY_VOID(
        db_.execute("INSERT INTO stream_sequence (chain, partition_no, stream, "
                    "last_sequence, updated_unix_ms) VALUES (?, ?, ?, ?, ?)",
                    {chain_, std::int64_t{found.partition}, number(gap.stream), number(gap.last),
                     to_unix_ms(at)}));
    return success();
}

Result<std::optional<Sequence>> GapRepository::last_sequence(std::uint32_t partition,
                                                             StreamId stream) {
    LODE_TRY(const auto rows, db_.query("SELECT last_sequence FROM stream_sequence WHERE chain = ? "
                                        "AND partition_no = ? AND stream = ?",
                                        {chain_, std::int64_t{partition}, number(stream)}));
    if (rows.empty()) return std::nullopt;
    return Sequence(static_cast<std::uint64_t>(rows.front().integer(0)));
}

}  // namespace lode::sharelogger
