// Several instances, zombies, crashes and a database that goes away, in random order: every share
// is counted once, and whatever is counted can be read from the archive with its job.
#include "sharelogger/accountant.hpp"

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <random>
#include <set>

#include "common/messages/share.pb.h"
#include "tests/sharelogger/builders.hpp"

using namespace lode;
using namespace lode::sharelogger;

namespace {

constexpr std::uint32_t partitions = 3;
constexpr std::size_t instances = 3;
using ShareName = std::pair<StreamId, Sequence>;

ShareName name_of(const v1::Share& share) {
    return {StreamId(share.stream()), Sequence(share.sequence())};
}

struct DatabasePartition {
    std::int64_t next = 0;
    Sequences sequences;
    std::map<ShareName, int> counted;
    std::int64_t shares_in_sums = 0;
};

class World;

class Store final : public AccountStore {
  public:
    Store(World& world, std::size_t self) : world_(world), self_(self) {}
    Result<PartitionAccount::State> load(std::uint32_t partition) override;
    Result<void> commit(const std::vector<PartitionBatch>& batches, UnixTime now) override;

  private:
    World& world_;
    std::size_t self_;
};

// What is on an instance's disk; it outlives the process.
class Archive final : public FrameArchive {
  public:
    Archive(World& world, std::size_t self) : world_(world), self_(self) {}
    Result<void> recover(FrameKind kind, std::uint32_t partition, std::int64_t committed) override;
    Result<void> append(const Frame& frame, UnixTime now) override;

    std::map<std::uint32_t, std::vector<Frame>> frames;

  private:
    World& world_;
    std::size_t self_;
};

struct Instance {
    Instance(World& world, std::size_t self)
        : store(world, self),
          archive(world, self),
          accountant(store, archive, 210'000, {.behind = 3, .max = 12}) {}

    Store store;
    Archive archive;
    Accountant accountant;
    JobShelf jobs;
    std::map<std::uint32_t, std::int64_t> position;  // of the partitions it believes are its own
    bool zombie = false;   // the group has given its partitions away, and it does not know
    bool reopens = false;  // its accountant failed: it has left the group
};

class World {
  public:
    explicit World(std::uint64_t seed) : random_(seed) {
        for (std::size_t i = 0; i < instances; ++i) {
            instances_.push_back(std::make_unique<Instance>(*this, i));
        }
        produce_job();
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            step();
            check();
        }
    }
    // Everything heals, and all that is on the bus is read.
    void settle() {
        faults_ = false;
        database_up_ = true;
        while (!in_flight_.empty()) resolve(0);
        for (auto& one : instances_) {
            for (std::uint64_t job = 1; job <= jobs_; ++job) one->jobs.add(JobId(job));
            one->zombie = false;
            one->reopens = false;
        }
        rebalance();
        for (auto& one : instances_) {
            read(*one, 1'000'000);
            REQUIRE(one->accountant.flush(now_));
        }
        check();
    }
    void check_all_counted() const {
        for (std::uint32_t p = 0; p < partitions; ++p) {
            REQUIRE(database_.at(p).next == static_cast<std::int64_t>(topic_.at(p).size()));
            std::set<ShareName> sent;
            for (const auto& record : topic_.at(p)) sent.insert(name_of(*record.message));
            REQUIRE(database_.at(p).counted.size() == sent.size());
        }
    }

    // ---- what store and archive do --------------------------------------------------------

    Result<PartitionAccount::State> load(std::size_t self, std::uint32_t partition) {
        others(self);
        if (!database_up_) return failure(ErrorCode::unavailable, "away");
        wait_for_lock(partition);
        const auto& row = database_[partition];
        return PartitionAccount::State{partition, row.next, row.sequences};
    }

    Result<void> commit(std::size_t self, const std::vector<PartitionBatch>& batches) {
        others(self);  // a process that is stopped here goes on much later
        for (const auto& batch : batches) {
            for (const auto& message : batch.messages) {
                REQUIRE(instances_[self]->jobs.has(JobId(message->job_id())));
            }
        }
        if (!database_up_) return failure(ErrorCode::unavailable, "away");
        if (happens(6)) {
            // Out of touch during COMMIT: it is still at work in the database.
            in_flight_.push_back(batches);
            return failure(ErrorCode::unavailable, "lost touch");
        }
        return apply(batches);
    }

    void recover(std::size_t self, std::uint32_t partition, std::int64_t committed) {
        others(self);
        auto& frames = instances_[self]->archive.frames[partition];
        // As on disk: from the first that reaches too far on.
        const auto cut = std::ranges::find_if(
            frames, [&](const Frame& frame) { return frame.header.next > committed; });
        frames.erase(cut, frames.end());
    }

    Result<void> append(std::size_t self, const Frame& frame) {
        others(self);
        if (happens(20)) return failure(ErrorCode::exhausted, "disk full");
        instances_[self]->archive.frames[frame.header.partition].push_back(frame);
        others(self);
        return success();
    }

  private:
    [[nodiscard]] bool happens(std::uint64_t one_in) { return faults_ && random_() % one_in == 0; }

    // While one instance is in a call, the rest of the world may go on for as long as it likes.
    void others(std::size_t self) {
        if (depth_ > 0 || !happens(3)) return;
        ++depth_;
        busy_ = self;
        for (auto steps = random_() % 12; steps > 0; --steps) step();
        busy_ = instances;
        --depth_;
    }

    // Anything happens, but nothing in the instance that is in the middle of a call.
    void step() {
        const std::size_t chosen = random_() % instances;
        switch (random_() % 10) {
            case 0:
            case 1:
                return produce();
            case 2:
                return produce_job();
            case 3:
                return rebalance();
            case 4:
                database_up_ = !faults_ || random_() % 4 != 0;
                return;
            case 5:
                if (!in_flight_.empty()) resolve(random_() % in_flight_.size());
                return;
            case 6:
                if (chosen != busy_ && random_() % 3 == 0) crash(chosen);
                return;
            default:
                if (chosen != busy_) act(*instances_[chosen]);
        }
    }

    void produce() {
        const auto p = static_cast<std::uint32_t>(random_() % partitions);
        const StreamId stream(p * 10 + random_() % 2);
        std::uint64_t& last = produced_[stream];
        // A producer that starts anew sends again what it has had no answer for.
        const std::uint64_t again = random_() % 3 == 0 ? std::min<std::uint64_t>(last, 3) : 0;
        const std::uint64_t first = last + 1 - again;
        last += 1 + random_() % 5;
        for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
            const JobId job(1 + sequence * 7919 % jobs_);
            topic_[p].push_back(
                {.partition = p,
                 .offset = static_cast<std::int64_t>(topic_[p].size()),
                 .appended = now_.unix,
                 .message = test::a_bare_share(stream.value(), sequence, job.value())});
        }
    }
    void produce_job() { ++jobs_; }
    void act(Instance& one) {
        if (one.reopens) {
            one.reopens = false;  // it joins at the next rebalance
            return rebalance();
        }
        if (one.zombie && random_() % 4 == 0) {  // hears of it
            one.zombie = false;
            one.position.clear();
            one.accountant.drop();
            return;
        }
        for (std::uint64_t job = 1; job <= jobs_; ++job) {
            if (random_() % 2 == 0) one.jobs.add(JobId(job));
        }
        if (random_() % 3 == 0) {
            const auto written = random_() % 2 == 0 ? one.accountant.release(one.jobs, now_)
                                                    : one.accountant.flush(now_);
            if (!written) leave(one);
            return;
        }
        read(one, 1 + random_() % 6);
    }

    void read(Instance& one, std::size_t count) {
        std::vector<ShareRecord> records;
        for (auto& [partition, position] : one.position) {
            const auto& log = topic_[partition];
            // Delivered again, now and then.
            if (happens(5)) position -= std::min<std::int64_t>(position, 2);
            for (std::size_t i = 0; i < count && position < std::ssize(log); ++i) {
                records.push_back(log[static_cast<std::size_t>(position++)]);
            }
        }
        if (!one.accountant.take(std::move(records), one.jobs, now_)) leave(one);
    }

    void leave(Instance& one) {
        REQUIRE(one.accountant.accounts().partitions() == 0);
        one.position.clear();
        one.reopens = true;
        one.zombie = false;
    }

    void crash(std::size_t which) {
        auto frames = std::move(instances_[which]->archive.frames);
        auto jobs = instances_[which]->jobs;
        instances_[which] = std::make_unique<Instance>(*this, which);
        instances_[which]->archive.frames = std::move(frames);
        instances_[which]->jobs = std::move(jobs);
        instances_[which]->reopens = true;
    }

    // Partitions go to those who are in the group. Who is in a call, or stopped, is put out of the
    // group without hearing of it.
    void rebalance() {
        std::vector<std::size_t> members;
        for (std::size_t i = 0; i < instances; ++i) {
            Instance& one = *instances_[i];
            if (i == busy_ || happens(4)) {
                one.zombie = !one.reopens;
                continue;
            }
            if (one.reopens || one.zombie) continue;
            one.accountant.drop();
            one.position.clear();
            members.push_back(i);
        }
        if (members.empty()) return;
        std::map<std::size_t, std::vector<std::uint32_t>> shares;
        for (std::uint32_t p = 0; p < partitions; ++p) {
            shares[members[random_() % members.size()]].push_back(p);
        }
        for (const auto& [member, own] : shares) assign(member, own);
    }

    void assign(std::size_t member, const std::vector<std::uint32_t>& own) {
        Instance* one = instances_[member].get();
        const auto offsets = one->accountant.assign(own);
        if (!offsets) return leave(*one);
        one->position = offsets.value();
        for (const std::uint32_t p : own) {
            for (const Frame& frame : one->archive.frames[p]) {
                REQUIRE(frame.header.next <= database_[p].next);
            }
        }
    }

    // ---- database -------------------------------------------------------------------------

    Result<void> apply(const std::vector<PartitionBatch>& batches) {
        for (const auto& batch : batches) wait_for_lock(batch.partition);
        for (const auto& batch : batches) {
            if (database_[batch.partition].next != batch.expected) {
                return failure(ErrorCode::conflict, "moved on");
            }
        }
        for (const auto& batch : batches) {
            auto& row = database_[batch.partition];
            row.next = batch.next;
            for (const auto& [stream, sequence] : batch.sequences) row.sequences[stream] = sequence;
            for (const auto& message : batch.messages) {
                REQUIRE(++row.counted[name_of(*message)] == 1);
            }
            for (const auto& [key, sum] : batch.users) row.shares_in_sums += sum.shares;
        }
        return success();
    }
    // A transaction in flight holds its rows until it ends, one way or the other.
    void wait_for_lock(std::uint32_t partition) {
        for (std::size_t i = 0; i < in_flight_.size();) {
            const bool holds = std::ranges::any_of(
                in_flight_[i], [&](const auto& batch) { return batch.partition == partition; });
            if (!holds) {
                ++i;
                continue;
            }
            resolve(i);
            i = 0;
        }
    }
    void resolve(std::size_t which) {
        const auto batches = in_flight_[which];
        in_flight_.erase(in_flight_.begin() + static_cast<long>(which));
        if (random_() % 2 == 0) (void)apply(batches);
    }

    // What a reader of all instances' archives sees is what the database has counted.
    void check() {
        for (std::uint32_t p = 0; p < partitions; ++p) {
            const auto& row = database_[p];
            std::set<ShareName> seen;
            for (const auto& one : instances_) {
                for (const Frame& frame : one->archive.frames[p]) {
                    if (frame.header.next > row.next) continue;
                    for (const std::string& bytes : frame.messages) {
                        v1::Share share;
                        REQUIRE(share.ParseFromString(bytes));
                        REQUIRE(row.counted.contains(name_of(share)));
                        seen.insert(name_of(share));
                    }
                }
            }
            REQUIRE(seen.size() == row.counted.size());
            REQUIRE(row.shares_in_sums == static_cast<std::int64_t>(row.counted.size()));
        }
    }

    std::mt19937_64 random_;
    bool faults_ = true;
    bool database_up_ = true;
    int depth_ = 0;
    std::size_t busy_ = instances;  // the instance in a call; none
    std::uint64_t jobs_ = 0;
    std::vector<std::unique_ptr<Instance>> instances_;
    std::map<std::uint32_t, std::vector<ShareRecord>> topic_;
    std::map<StreamId, std::uint64_t> produced_;
    std::map<std::uint32_t, DatabasePartition> database_;
    std::vector<std::vector<PartitionBatch>> in_flight_;
    Accountant::Now now_{from_unix_ms(1'700'000'000'000), SteadyTime{}};
};

Result<PartitionAccount::State> Store::load(std::uint32_t partition) {
    return world_.load(self_, partition);
}
Result<void> Store::commit(const std::vector<PartitionBatch>& batches, UnixTime) {
    return world_.commit(self_, batches);
}
Result<void> Archive::recover(FrameKind, std::uint32_t partition, std::int64_t committed) {
    world_.recover(self_, partition, committed);
    return success();
}
Result<void> Archive::append(const Frame& frame, UnixTime) {
    return world_.append(self_, frame);
}

}  // namespace

TEST_CASE("whatever happens to whom, each share is counted once and can be read from the archive") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        World world(seed);
        world.run(300);
        world.settle();
        world.check_all_counted();
    }
}
