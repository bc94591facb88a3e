// Threads around a Gate: each takes units one after another and looks for changes between batches.
#include "miner/team.hpp"

#include <algorithm>
#include <utility>

#include "common/bitcoin/target.hpp"

namespace lode::miner {

namespace {

// About 0.3 ms with the CPU's SHA instructions, 2 ms without.
constexpr std::uint64_t batch = 2048;

}  // namespace

Team::Team(const TeamOptions& options, Executor& executor, std::function<void(const Found&)> found)
    : executor_(executor), found_(std::move(found)), gate_(options.limits) {
    for (std::size_t i = 0; i < options.threads; ++i) threads_.emplace_back([this] { run(); });
}

Team::~Team() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        changed();
    }
    for (std::thread& thread : threads_) thread.join();
}

void Team::set_work(WorkPtr work) {
    const std::lock_guard lock(mutex_);
    gate_.set_work(std::move(work));
    changed();
}

void Team::answered(std::uint64_t connection) {
    const std::lock_guard lock(mutex_);
    gate_.answered(connection);
    // Hashing threads need not look up for this, only those that wait with a share.
    change_.notify_all();
}

void Team::resume() {
    const std::lock_guard lock(mutex_);
    gate_.resume();
    changed();
}

void Team::second_passed() {
    const std::lock_guard lock(mutex_);
    gate_.second_passed();
    change_.notify_all();
}

void Team::changed() {
    ++changes_;
    change_.notify_all();
}

void Team::run() {
    while (true) {
        WorkPtr work;
        std::uint64_t change = 0;
        {
            std::unique_lock lock(mutex_);
            change_.wait(lock, [this] { return stopping_ || gate_.work(); });
            if (stopping_) return;
            work = gate_.work();
            change = changes_;
        }
        hash_unit(work, change);
    }
}

void Team::hash_unit(const WorkPtr& work, std::uint64_t change) {
    const Unit unit = make_unit(*work, next_unit_++);
    // A block is worth telling also where the pool asks for shares that are harder.
    const bitcoin::Uint256 target = std::max(work->share_target, work->network_target);
    for (std::uint64_t nonce = 0; nonce < nonces && changes_ == change;) {
        const std::uint64_t end = std::min(nonce + batch, nonces);
        const auto hit = scan(unit, {nonce, end}, target);
        const std::uint64_t next = hit ? std::uint64_t{hit->nonce} + 1 : end;
        hashes_.fetch_add(next - nonce, std::memory_order_relaxed);
        nonce = next;
        if (hit) {
            report({work, unit.extranonce2, unit.version_bits, *hit,
                    bitcoin::meets_target(hit->hash, work->network_target)});
        }
    }
}

void Team::report(Found found) {
    std::unique_lock lock(mutex_);
    Offer offer = gate_.offer(found);
    while (offer == Offer::wait && !stopping_) {
        change_.wait(lock);
        offer = gate_.offer(found);
    }
    if (offer != Offer::taken || stopping_) return;
    if (found.solves_block) changed();
    executor_.post([this, found = std::move(found)] { found_(found); });
}

}  // namespace lode::miner
