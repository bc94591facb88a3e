// Solved shares on their way to the nodes. Each goes straight to every blkmaker, onto the bus and
// into a file at once, none waiting for another. It is done with when a blkmaker has it; where no
// blkmaker is known, when the bus has it. What is left in the folder at a start is sent again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"
#include "common/base/executor.hpp"
#include "common/base/result.hpp"

namespace lode::v1 {
class SolvedShare;
}

namespace lode::sserver {

using SolvedPtr = std::shared_ptr<const v1::SolvedShare>;

enum class Outcome : bool { failed, confirmed };

// None of these waits for what it begins.
class SolvedPort {
  public:
    virtual ~SolvedPort() = default;
    // To every blkmaker there is; gives how many. Each reports by SolvedOutbox::posted.
    [[nodiscard]] virtual std::size_t post(const SolvedPtr& share) = 0;
    // Onto the bus, which reports by SolvedOutbox::published unless it refuses at once.
    [[nodiscard]] virtual Result<void> publish(const SolvedPtr& share) = 0;
    // Into a file, which is reported by SolvedOutbox::stored; away with it again.
    virtual void store(const std::filesystem::path& path, const SolvedPtr& share) = 0;
    virtual void remove(const std::filesystem::path& path) = 0;
};

class SolvedOutbox {
  public:
    SolvedOutbox(std::filesystem::path folder, SolvedPort& port)
        : folder_(std::move(folder)), port_(port) {}

    // Sends what earlier runs left. A file that cannot be read is reported and stays.
    [[nodiscard]] Result<void> load(SteadyTime now);

    // `safe` runs once the share outlives this process: on disk, on the bus or with a blkmaker;
    // or when the disk takes nothing, because no answer would help then.
    void add(const SolvedPtr& share, SteadyTime now, Task safe);

    void posted(std::string_view block_hash, Outcome outcome, SteadyTime now);
    void published(std::string_view block_hash, Outcome outcome, SteadyTime now);
    void stored(std::string_view block_hash);

    // Every second or so: what failed is sent again. Once the bus has a share only the straight
    // way is tried on, ever more rarely.
    void retry(SteadyTime now);

    [[nodiscard]] std::size_t unconfirmed() const { return entries_.size(); }
    // Those of which an answer is still awaited, from disk, bus or a blkmaker.
    [[nodiscard]] std::size_t under_way() const;

  private:
    // Far more than the blocks of any outage. Beyond it the oldest, whose height is surely taken,
    // is given up.
    static constexpr std::size_t entries_max = 10'000;
    static constexpr auto post_again_first = std::chrono::seconds(1);
    static constexpr auto post_again_longest = std::chrono::seconds(60);
    // Until the bus has the share, a blkmaker that comes back must not be waited for.
    static constexpr auto post_again_urgent = std::chrono::seconds(2);
    // On the bus for so long every blkmaker there is has read it, and its height is decided.
    static constexpr auto bus_enough = std::chrono::hours(24);

    struct Entry {
        SolvedPtr share;
        Task safe{};
        std::size_t posts_due = 0;
        bool bus_due = false;
        bool file_due = false;
        std::optional<SteadyTime> on_bus{};
        SteadyTime post_at{};
        Backoff patience{post_again_first, post_again_longest};
    };
    void send(Entry& entry, SteadyTime now);
    void publish(Entry& entry);
    static void tell_safe(Entry& entry);
    void forget(std::string_view block_hash);
    [[nodiscard]] Entry* find(std::string_view block_hash);
    [[nodiscard]] std::filesystem::path path_of(std::string_view block_hash) const;

    std::filesystem::path folder_;
    SolvedPort& port_;
    bool blkmakers_ = false;      // there are some to confirm
    bool bus_takes_ = true;       // it took the last one
    std::vector<Entry> entries_;  // oldest first
};

}  // namespace lode::sserver
