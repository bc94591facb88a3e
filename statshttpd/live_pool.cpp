// Messages into what is shown.
#include "statshttpd/live_pool.hpp"

#include "common/bitcoin/target.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "statshttpd/live_windows.hpp"

namespace lode::statshttpd {
namespace {

// Limits of the share topic, in bytes.
constexpr std::size_t user_name_max = 128;
constexpr std::size_t worker_name_max = 64;

}  // namespace

const char* block_state_name(v1::BlockState state) {
    switch (state) {
        case v1::FOUND:
            return "found";
        case v1::SUBMITTED:
            return "submitted";
        case v1::ACCEPTED:
            return "accepted";
        case v1::REJECTED:
            return "rejected";
        case v1::CONFIRMED:
            return "confirmed";
        case v1::ORPHANED:
            return "orphaned";
        default:
            return nullptr;
    }
}

Result<void> LivePool::take(const v1::JobMessage& message) {
    if (message.generation() < generation_) return success();  // of a jobmaker that was replaced
    if (!message.has_job()) return success();
    const v1::Job& job = message.job();
    // Ids rise within a generation: one that came late is not the newest.
    const JobId id(job.job_id());
    if (job_ && message.generation() == generation_ && id < job_->id) return success();
    auto target = bitcoin::hash256_from_bytes(as_bytes(job.network_target()));
    if (!target) return failure_in("network_target", target.error());
    if (job.height() == 0) return failure(ErrorCode::malformed, "height: is missing");
    generation_ = message.generation();
    job_ = {.id = id,
            .height = job.height(),
            .difficulty = bitcoin::difficulty_text(bitcoin::Uint256::from_hash(target.value())),
            .work = bitcoin::work_of_target(bitcoin::Uint256::from_hash(target.value())),
            .reward = bitcoin::Satoshi(job.reward()),
            .clean = job.clean(),
            .produced = from_unix_ms(message.produced_unix_ms())};
    return success();
}

Result<void> LivePool::take(const v1::BlockEvent& event) {
    const char* state = block_state_name(event.state());
    if (state == nullptr) return failure(ErrorCode::malformed, "state: unknown");
    auto hash = bitcoin::hash256_from_bytes(as_bytes(event.block_hash()));
    if (!hash) return failure_in("block_hash", hash.error());
    const UnixTime found = from_unix_ms(event.found_unix_ms());
    // Events of older blocks, which mature meanwhile, do not bring them back.
    if (last_block_ && last_block_->hash != hash.value() && found < last_block_->found) {
        return success();
    }
    last_block_ = {.hash = hash.value(), .height = event.height(), .state = state, .found = found};
    return success();
}

Result<LiveShare> parse_share(const v1::Share& share) {
    if (share.user().empty() || share.user().size() > user_name_max) {
        return failure(ErrorCode::malformed, "user: must be 1 to 128 bytes");
    }
    if (share.worker().size() > worker_name_max) {
        return failure(ErrorCode::malformed, "worker: must be at most 64 bytes");
    }
    const auto work = bitcoin::work_from_bytes(as_bytes(share.work()));
    if (!work) return failure_in("work", work.error());
    return LiveShare{.user = share.user(),
                     .worker = share.worker(),
                     .work = work.value(),
                     .accepted = from_unix_ms(share.produced_unix_ms())};
}

}  // namespace lode::statshttpd
