// Solved shares on their way to the nodes. Each goes straight to every blkmaker, onto the bus and
// into a file, none waiting for another; the file goes when the bus or a blkmaker has it. What is
// left in the folder at a start, or stays unconfirmed, is sent again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace lode::v1 {
class SolvedShare;
}

namespace lode::sserver {

using SolvedPtr = std::shared_ptr<const v1::SolvedShare>;

enum class Outcome : bool { failed, confirmed };

class SolvedPort {
  public:
    virtual ~SolvedPort() = default;
    // To every blkmaker there is; gives how many. Each reports by SolvedOutbox::posted.
    [[nodiscard]] virtual std::size_t post(const SolvedPtr& share) = 0;
    // Onto the bus, which reports by SolvedOutbox::published unless it refuses at once.
    [[nodiscard]] virtual Result<void> publish(const SolvedPtr& share) = 0;
};

class SolvedOutbox {
  public:
    SolvedOutbox(std::filesystem::path folder, SolvedPort& port)
        : folder_(std::move(folder)), port_(port) {}

    // Sends what earlier runs left. A file that cannot be read is reported and stays.
    [[nodiscard]] Result<void> load();

    void add(const SolvedPtr& share);

    void posted(std::string_view block_hash, Outcome outcome);
    void published(std::string_view block_hash, Outcome outcome);

    // Every second or so: what neither way has confirmed is sent again.
    void retry();

    [[nodiscard]] std::size_t unconfirmed() const { return entries_.size(); }

  private:
    // Far more than the blocks of any outage. Beyond it the oldest, whose height is surely taken,
    // is given up.
    static constexpr std::size_t entries_max = 10'000;

    struct Entry {
        SolvedPtr share;
        std::size_t posts_due = 0;
        bool bus_due = false;
    };
    void send(Entry& entry);
    void store(const v1::SolvedShare& share) const;
    void forget(std::string_view block_hash);
    [[nodiscard]] Entry* find(std::string_view block_hash);
    [[nodiscard]] std::filesystem::path path_of(std::string_view block_hash) const;

    std::filesystem::path folder_;
    SolvedPort& port_;
    std::vector<Entry> entries_;  // oldest first
};

}  // namespace lode::sserver
