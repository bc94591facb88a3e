// Day by day: the jobs of a day and of the one before it are in memory, shares pass through.
#include "sharelogger/sharelog.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/base/strong.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "sharelogger/archive.hpp"
#include "sharelogger/seen_shares.hpp"
#include "sharelogger/share_proof.hpp"

namespace lode::sharelogger {
namespace {

// Jobs by id for the shares of one day. A job is archived before its shares, mostly on the same
// day or the one before; older days are read only when a share asks for them.
class Jobs {
  public:
    Jobs(std::filesystem::path folder, std::vector<std::string> days)
        : folder_(std::move(folder)), older_(std::move(days)) {}

    // Reads the newest days not yet read.
    [[nodiscard]] Result<void> read(int days) {
        for (; days > 0 && !older_.empty(); --days) {
            const std::string day = older_.back();
            older_.pop_back();
            LODE_TRY_VOID(read_archive_day(folder_ / day, FrameKind::job,
                                           [this](const Frame& frame) { return take(frame); }));
        }
        return success();
    }

    // Null when no day has it.
    [[nodiscard]] Result<const v1::Job*> find(std::uint64_t id) {
        while (true) {
            const auto found = jobs_.find(id);
            if (found != jobs_.end()) return &found->second;
            if (older_.empty()) return nullptr;
            LODE_TRY_VOID(read(1));
        }
    }

  private:
    Result<void> take(const Frame& frame) {
        for (const std::string_view bytes : frame.messages) {
            v1::JobMessage message;
            if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
                !message.has_job()) {
                return failure(ErrorCode::internal, "an archived job cannot be read");
            }
            jobs_.insert_or_assign(message.job().job_id(), message.job());
        }
        return success();
    }

    std::filesystem::path folder_;
    std::vector<std::string> older_;  // in order
    std::unordered_map<std::uint64_t, v1::Job> jobs_;
};

class Reader {
  public:
    Reader(const SharelogPlace& place, const ShareVisitor& visit) : place_(place), visit_(visit) {}

    Result<void> read_day(const std::string& day, Jobs& jobs) {
        return read_archive_day(place_.folder / place_.chain / day, FrameKind::share,
                                [&](const Frame& frame) -> Result<void> {
                                    if (is_ahead(frame.header)) {
                                        ++totals_.frames_ahead;
                                        return success();
                                    }
                                    for (const std::string_view bytes : frame.messages) {
                                        LODE_TRY_VOID(take(frame.header.partition, bytes, jobs));
                                    }
                                    return success();
                                });
    }

    SharelogTotals totals() {
        totals_.jobs = static_cast<std::int64_t>(job_ids_.size());
        return std::move(totals_);
    }

  private:
    [[nodiscard]] bool is_ahead(const FrameHeader& header) const {
        const auto offset = place_.committed.find(header.partition);
        return offset == place_.committed.end() || header.next > offset->second;
    }

    Result<void> take(std::uint32_t partition, std::string_view bytes, Jobs& jobs) {
        v1::Share share;
        if (!share.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            return failure(ErrorCode::internal, "an archived share cannot be read");
        }
        if (!seen_.add(StreamId(share.stream()), share.sequence())) return success();
        ShareTotal& total = totals_.partitions[partition];
        ++total.shares;
        const auto work = bitcoin::work_from_bytes(as_bytes(share.work()));
        if (work) total.work += work.value();
        job_ids_.insert(share.job_id());
        LODE_TRY(const v1::Job* job, jobs.find(share.job_id()));
        const auto proof = prove_from(share, job);
        if (!proof) ++totals_.bad;
        visit_(share, proof);
        return success();
    }

    static Result<bitcoin::Hash256> prove_from(const v1::Share& share, const v1::Job* job) {
        if (job == nullptr) return failure(ErrorCode::rejected, "its job is not in the archive");
        return prove(share, *job);
    }

    const SharelogPlace& place_;
    const ShareVisitor& visit_;
    SeenShares seen_;
    std::unordered_set<std::uint64_t> job_ids_;
    SharelogTotals totals_;
};

}  // namespace

ShareTotal SharelogTotals::total() const {
    ShareTotal sum;
    for (const auto& [partition, total] : partitions) {
        sum += total;
    }
    return sum;
}

Result<SharelogTotals> read_sharelog(const SharelogPlace& place, const ShareVisitor& visit) {
    const auto days = archive_days(place.folder, place.chain);
    if (place.day && std::ranges::find(days, *place.day) == days.end()) {
        return failure(ErrorCode::unavailable, "nothing was archived on " + *place.day);
    }
    Reader reader(place, visit);
    for (auto day = days.begin(); day != days.end(); ++day) {
        if (place.day && *day != *place.day) continue;
        Jobs jobs(place.folder / place.chain, {days.begin(), day + 1});
        LODE_TRY_VOID(jobs.read(2));
        LODE_TRY_VOID(reader.read_day(*day, jobs));
    }
    return reader.totals();
}

}  // namespace lode::sharelogger
