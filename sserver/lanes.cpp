// Lanes by their numbers, and the timer of their spools.
#include "sserver/lanes.hpp"

#include <algorithm>
#include <thread>

#include "common/bus/topics.hpp"
#include "common/messages/solved.pb.h"
#include "sserver/config_rules.hpp"
#include "sserver/doors.hpp"

namespace lode::sserver {

Result<void> Lanes::open(Identity identity, const LaneSurroundings& surroundings) {
    auto opened = open_all(identity, surroundings);
    if (!opened) stop();
    return opened;
}

Result<void> Lanes::open_all(Identity identity, const LaneSurroundings& surroundings) {
    alive_ = std::make_shared<const bool>(true);
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    const auto count = config_.loops.value_or(static_cast<std::uint16_t>(cores));
    LODE_TRY(const auto partitions,
             context_.bus.partitions({bus::topics::share.spec, surroundings.rules.origin.chain}));
    looks_.resize(count);
    ShareStreamOptions stream = share_stream_options(config_, context_.pool.bus);
    for (std::uint16_t i = 0; i < count; ++i) {
        const auto solved = [this, i, report = surroundings.solved,
                             alive = std::weak_ptr(alive_)](const SolvedPtr& share) {
            context_.loop.post([this, i, report, share, alive] {
                if (!alive.lock()) return;
                report(share, [this, i, hash = share->block_hash()] { solved_safe(i, hash); });
            });
        };
        const auto look_after = [this, i, alive = std::weak_ptr(alive_)](Duration time) {
            context_.loop.post([this, i, time, alive] {
                if (alive.lock()) this->look_after(i, time);
            });
        };
        stream.id = stream_id(identity.id, identity.epoch, i);
        const LoopSessionsOptions sessions{.rules = surroundings.rules,
                                           .numbers = surroundings.numbers,
                                           .parked = surroundings.parked,
                                           .loop = i,
                                           .guard = surroundings.guard,
                                           .conduct = conduct_rules(config_),
                                           .log_addresses = config_.log_addresses,
                                           .stream = stream,
                                           .job_life = config_.job_life};
        LODE_TRY(auto lane,
                 Lane::start(context_, {.sessions = sessions,
                                        .number = i,
                                        .partition = partition_of(identity.id, i, partitions),
                                        .spool = stream.spool_after ? &surroundings.spool : nullptr,
                                        .spool_folder = context_.data_folder / "spool",
                                        .jobs = &surroundings.jobs,
                                        .lanes = &lanes_,
                                        .limits = connection_limits(config_),
                                        .solved = solved,
                                        .look_after = look_after}));
        lanes_.push_back(std::move(lane));
    }
    return success();
}

void Lanes::look_after(std::uint16_t lane, Duration time) {
    if (lane >= looks_.size()) return;
    looks_[lane] = context_.loop.after(time, [this, lane] { lanes_[lane]->look(); });
}

void Lanes::solved_safe(std::uint16_t lane, const std::string& block_hash) {
    if (lane < lanes_.size()) lanes_[lane]->solved_safe(block_hash);
}

void Lanes::job(const JobPtr& job, SteadyTime arrived) {
    for (auto& lane : lanes_) lane->job(job, arrived);
}

void Lanes::tick() {
    for (auto& lane : lanes_) lane->tick();
}

void Lanes::no_work(const SharedText& farewell) {
    for (auto& lane : lanes_) lane->no_work(farewell);
}

void Lanes::work_again() {
    for (auto& lane : lanes_) lane->work_again();
}

void Lanes::close_all() {
    for (auto& lane : lanes_) lane->close_all();
}

void Lanes::close_banned(const Ban& ban) {
    for (auto& lane : lanes_) lane->close_banned(ban);
}

void Lanes::tell_miners(const Notice& notice) {
    for (auto& lane : lanes_) lane->tell_miners(notice);
}

void Lanes::drain() {
    looks_.clear();
    for (auto& lane : lanes_) lane->drain();
}

void Lanes::stop() {
    alive_.reset();
    looks_.clear();
    for (auto& lane : lanes_) lane->stop();
    lanes_.clear();
}

std::vector<net::Loop*> Lanes::loops() const {
    std::vector<net::Loop*> loops;
    for (const auto& lane : lanes_) loops.push_back(&lane->loop());
    return loops;
}

std::size_t Lanes::connections() const {
    std::size_t connections = 0;
    for (const auto& lane : lanes_) connections += lane->loop().load();
    return connections;
}

std::size_t Lanes::shares_under_way() const {
    std::size_t shares = 0;
    for (const auto& lane : lanes_) shares += lane->stream().under_way;
    return shares;
}

bool Lanes::stuck() const {
    return std::ranges::any_of(lanes_,
                               [](const auto& lane) { return lane->stream().stuck.load(); });
}

bool Lanes::slow_bus() const {
    return std::ranges::any_of(lanes_,
                               [](const auto& lane) { return lane->stream().slow_bus.load(); });
}

}  // namespace lode::sserver
