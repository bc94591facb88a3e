// Every way reports back on the service's loop.
#include "sserver/solved_ways.hpp"

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/bus/topics.hpp"
#include "common/config/pool.hpp"
#include "common/messages/solved.pb.h"

namespace lode::sserver {
namespace {

// As many as the outbox keeps: none is dropped because another waits.
constexpr std::size_t posts_waiting_max = 10'000;

}  // namespace

Result<std::unique_ptr<SolvedWays>> SolvedWays::open(runtime::Context& context,
                                                     const std::vector<std::string>& blkmakers) {
    std::unique_ptr<SolvedWays> ways(new SolvedWays(context));
    for (const std::string& url : blkmakers) {
        LODE_TRY(auto courier, runtime::Courier::open({.url = url,
                                                       .path = "/v1/solved",
                                                       .secret = context.pool.direct_secret,
                                                       .thread = "solved-post",
                                                       .waiting_max = posts_waiting_max}));
        ways->couriers_.push_back(std::move(courier));
    }
    LODE_TRY(ways->bus_,
             bus::Producer<v1::SolvedShare>::open(context.bus, bus::topics::solved,
                                                  context.pool.chain().name, context.loop));
    LODE_TRY_VOID(ways->outbox_.load(ways->now()));
    return ways;
}

void SolvedWays::home(Task task) {
    context_.loop.post([task = std::move(task), alive = std::weak_ptr(alive_)] {
        if (alive.lock()) task();
    });
}

std::size_t SolvedWays::post(const SolvedPtr& share) {
    if (couriers_.empty()) return 0;
    const auto body = std::make_shared<const std::string>(share->SerializeAsString());
    for (auto& courier : couriers_) {
        courier->post(body, [this, share](Result<void> outcome) {
            home([this, share, outcome = std::move(outcome)] {
                if (!outcome) log::warn("solved share not posted", {{"reason", outcome.error()}});
                outbox_.posted(share->block_hash(), outcome ? Outcome::confirmed : Outcome::failed,
                               now());
            });
        });
    }
    return couriers_.size();
}

Result<void> SolvedWays::publish(const SolvedPtr& share) {
    return bus_->send(0, share->block_hash(), share,
                      [this, share](const Result<bus::Position>& place) {
                          outbox_.published(share->block_hash(),
                                            place ? Outcome::confirmed : Outcome::failed, now());
                      });
}

void SolvedWays::store(const std::filesystem::path& path, const SolvedPtr& share) {
    files_.post([this, path, share] {
        // Without the file the share still goes its two other ways.
        const auto stored = replace_file(path, share->SerializeAsString());
        if (!stored) log::error("solved share not stored", {{"reason", stored.error()}});
        home([this, share] { outbox_.stored(share->block_hash()); });
    });
}

// After the writing of the same file, on the same thread.
void SolvedWays::remove(const std::filesystem::path& path) {
    ++removals_;
    files_.post([this, path] {
        std::error_code problem;
        std::filesystem::remove(path, problem);
        // A file that comes back is sent once more and known there by its hash.
        if (problem) log::warn("solved share's file stays", {{"reason", problem.message()}});
        home([this] { --removals_; });
    });
}

}  // namespace lode::sserver
