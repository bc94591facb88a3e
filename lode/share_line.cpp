// Streams are decimal as in the log, job ids hexadecimal as on the miner's wire.
#include "lode/share_line.hpp"

#include "common/base/clock.hpp"
#include "common/bitcoin/target.hpp"
#include "common/json/writer.hpp"
#include "common/messages/share.pb.h"
#include "common/stratum/fields.hpp"

namespace lode::launcher {
namespace {

std::string work_of(const v1::Share& share) {
    const auto work = bitcoin::work_from_bytes(as_bytes(share.work()));
    return work ? work.value().to_decimal() : "0";
}

// "2026-11-21 12:00:00.123", UTC.
std::string time_of(std::int64_t unix_ms) {
    const UnixTime time = from_unix_ms(unix_ms);
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::hh_mm_ss clock(time - day);
    char text[16];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d.%03d", static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return utc_day(time) + ' ' + text;
}

std::string json_line(const v1::Share& share, const Result<bitcoin::Hash256>& proof) {
    json::Writer line;
    line.object()
        .field("stream", std::to_string(share.stream()))
        .field("sequence", share.sequence())
        .field("user", share.user())
        .field("worker", share.worker())
        .field("job", stratum::job_id_text(JobId(share.job_id())))
        .field("height", share.height())
        .field("work", work_of(share))
        .field("time", share.produced_unix_ms());
    if (proof) {
        line.field("hash", bitcoin::to_display_hex(proof.value()));
    } else {
        line.field("hash", nullptr).field("bad", proof.error().context);
    }
    return line.field("solves_block", share.solves_block()).end().take();
}

std::string text_line(const v1::Share& share, const Result<bitcoin::Hash256>& proof) {
    std::string line = time_of(share.produced_unix_ms()) + "  " + share.user();
    if (!share.worker().empty()) line += '.' + share.worker();
    line += "  height " + std::to_string(share.height()) + "  job " +
            stratum::job_id_text(JobId(share.job_id())) + "  work " + work_of(share) + "  stream " +
            std::to_string(share.stream()) + "  sequence " + std::to_string(share.sequence()) +
            "  ";
    line += proof ? bitcoin::to_display_hex(proof.value()) : "BAD: " + proof.error().context;
    if (share.solves_block()) line += "  solves a block";
    return line;
}

}  // namespace

std::string share_line(const v1::Share& share, const Result<bitcoin::Hash256>& proof,
                       Format format) {
    return format == Format::json ? json_line(share, proof) : text_line(share, proof);
}

}  // namespace lode::launcher
