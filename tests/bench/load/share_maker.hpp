// Shares that are really valid: all that does not change is hashed once a job, so that a share
// costs two SHA-256 blocks and the writing of eight digits.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/load/client.hpp"

namespace lode::load {

enum class Wanted : std::uint8_t {
    share,     // meets the session's target and not the network's
    low,       // meets neither
    solution,  // meets the network's
};

class ShareMaker {
  public:
    // On the client's newest job; `number` makes the extranonce2 another each time.
    void begin(const Client& client, std::string_view login, std::uint64_t number);
    [[nodiscard]] bool begun() const { return work_ != nullptr; }
    // There is a share of this job.
    [[nodiscard]] bool found() const { return nonce_ != 0; }
    [[nodiscard]] const Work& work() const { return *work_; }

    // Looks for the next; false when 4,096 nonces had none: the pool's difficulty is not
    // for such shares.
    [[nodiscard]] bool next(Wanted wanted);
    // The submit of what was found, appended under that id.
    void append_line(std::uint64_t id, std::string& to) const;
    // Of what was found.
    [[nodiscard]] const bitcoin::Hash256& hash() const { return hash_; }

  private:
    [[nodiscard]] bool fits(Wanted wanted) const;

    WorkPtr work_;
    bitcoin::Uint256 target_;
    bitcoin::Sha256State midstate_;
    std::array<std::uint8_t, 16> tail_{};  // end of the Merkle root, time, bits, nonce
    bitcoin::Hash256 hash_;
    std::uint32_t nonce_ = 0;  // of the next hash
    std::string text_;         // of the submit from behind the id to the nonce
};

}  // namespace lode::load
