// The door between message and accounts.
#include "sharelogger/counted_share.hpp"

#include <algorithm>

#include "common/messages/share.pb.h"

namespace lode::sharelogger {
namespace {

constexpr auto clock_tolerance = std::chrono::seconds(60);

}  // namespace

const char* to_string(Scheme scheme) {
    return scheme == Scheme::solo ? "solo" : "base";
}

Result<Scheme> scheme_from(const std::string& text) {
    for (const Scheme scheme : {Scheme::base, Scheme::solo}) {
        if (text == to_string(scheme)) return scheme;
    }
    return failure(ErrorCode::internal, "user_bucket: unknown scheme " + text);
}

Result<CountedShare> parse_share(const v1::Share& share, UnixTime appended) {
    const auto malformed = [](const char* what) { return failure(ErrorCode::malformed, what); };
    if (share.sequence() == 0) return malformed("share: sequence is missing");
    if (share.job_id() == 0) return malformed("share: job_id is missing");
    if (!share.has_bitcoin()) return malformed("share: proof is missing");
    if (share.user().empty() || share.user().size() > user_name_max) {
        return malformed("share: user is empty or too long");
    }
    if (share.worker().size() > worker_name_max) return malformed("share: worker is too long");
    const auto work = bitcoin::work_from_bytes(as_bytes(share.work()));
    if (!work) return failure_in("share: work", work.error());
    return CountedShare{
        .stream = StreamId(share.stream()),
        .sequence = Sequence(share.sequence()),
        .user = share.user(),
        .worker = share.worker(),
        .job = JobId(share.job_id()),
        .height = share.height(),
        .bits = share.bitcoin().bits(),
        .work = work.value(),
        .accepted = std::min(from_unix_ms(share.produced_unix_ms()), appended + clock_tolerance),
        .scheme = share.bitcoin().payout_script().empty() ? Scheme::base : Scheme::solo};
}

Result<CountedShare> archived_share(std::string_view bytes) {
    v1::Share share;
    if (!share.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return failure(ErrorCode::internal, "an archived share cannot be read");
    }
    return parse_share(share, from_unix_ms(share.produced_unix_ms()));
}

}  // namespace lode::sharelogger
