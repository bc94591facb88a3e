// An accountant's ends that tell a world of several instances which of them calls.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "sharelogger/accountant.hpp"

namespace lode::test {

// Whether each instance's archive is on a disk of its own, or all in one folder.
enum class Disks : std::uint8_t { apart, shared };
// Whether minutes are closed, also before their blocks are heard of.
enum class Minutes : std::uint8_t { stay_open, close };
struct WorldKind {
    Disks disks;
    Minutes minutes;
};

template <class World>
class WorldStore final : public sharelogger::AccountStore {
  public:
    WorldStore(World& world, std::size_t self) : world_(world), self_(self) {}
    Result<sharelogger::PartitionAccount::State> load(std::uint32_t partition) override {
        return world_.load(self_, partition);
    }
    Result<void> commit(const std::vector<sharelogger::PartitionBatch>& batches,
                        UnixTime) override {
        return world_.commit(self_, batches);
    }
    Result<std::vector<UnixTime>> found_blocks() override { return world_.found_blocks(self_); }
    Result<std::vector<UnixTime>> uncut_blocks(std::uint32_t partition, std::size_t) override {
        return world_.uncut_blocks(self_, partition);
    }
    Result<sharelogger::UserBuckets> rows(std::uint32_t partition,
                                          const sharelogger::TimeRange& time) override {
        return world_.rows(self_, partition, time);
    }
    Result<void> cut(const std::vector<sharelogger::PartitionCut>& cuts) override {
        return world_.cut(self_, cuts);
    }

  private:
    World& world_;
    std::size_t self_;
};

// What is on an instance's disk; it outlives the process.
template <class World>
class WorldArchive final : public sharelogger::FrameArchive {
  public:
    WorldArchive(World& world, std::size_t self) : world_(world), self_(self) {}
    Result<void> recover(sharelogger::FrameKind, std::uint32_t partition,
                         std::int64_t committed) override {
        world_.recover(self_, partition, committed);
        return success();
    }
    Result<void> append(const sharelogger::Frame& frame, UnixTime) override {
        return world_.append(self_, frame);
    }
    Result<void> read_back(std::uint32_t partition, UnixTime,
                           const StretchVisitor& visit) override {
        return world_.read_back(self_, partition, visit);
    }
    // What is here, in stretches of some frames.
    Result<Wanted> visit_back(std::uint32_t partition, std::mt19937_64& random,
                              const StretchVisitor& visit) {
        const auto& own = frames[partition];
        for (std::size_t end = own.size(); end > 0;) {
            const std::size_t begin = end - std::min<std::size_t>(end, 1 + random() % 3);
            LODE_TRY(const auto wanted, visit({own.begin() + static_cast<long>(begin),
                                               own.begin() + static_cast<long>(end)}));
            if (wanted != Wanted::more) return wanted;
            end = begin;
        }
        return Wanted::others;
    }

    std::map<std::uint32_t, std::vector<sharelogger::Frame>> frames;

  private:
    World& world_;
    std::size_t self_;
};

}  // namespace lode::test
