// What the pool works on and what it found last, from the job and block topics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::v1 {
class BlockEvent;
class JobMessage;
class Share;
enum BlockState : int;
}  // namespace lode::v1

namespace lode::statshttpd {

struct LiveShare;

struct CurrentJob {
    JobId id;
    std::uint32_t height = 0;  // of the block to be mined
    std::string difficulty;    // the network's, as decimal text
    bitcoin::Work work;        // hashes expected for a block
    bitcoin::Satoshi reward;   // what it pays in all
    bool clean = false;
    UnixTime produced;
};

struct LastBlock {
    bitcoin::Hash256 hash;
    std::uint32_t height = 0;
    std::string state;
    UnixTime found;
};

class LivePool {
  public:
    // Malformed names what is wrong; nothing changes then.
    [[nodiscard]] Result<void> take(const v1::JobMessage& message);
    [[nodiscard]] Result<void> take(const v1::BlockEvent& event);

    [[nodiscard]] const std::optional<CurrentJob>& job() const { return job_; }
    [[nodiscard]] const std::optional<LastBlock>& last_block() const { return last_block_; }

  private:
    std::int64_t generation_ = 0;
    std::optional<CurrentJob> job_;
    std::optional<LastBlock> last_block_;
};

// As the database writes it; null when it is no state.
[[nodiscard]] const char* block_state_name(v1::BlockState state);

[[nodiscard]] Result<LiveShare> parse_share(const v1::Share& share);

}  // namespace lode::statshttpd
