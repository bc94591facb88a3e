// One miner's side of the wire, as far as a load needs it: a line in, what it meant out. Opens no
// socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/stratum/fields.hpp"
#include "tests/bench/load/jobs.hpp"

namespace lode::load {

enum class Meaning : std::uint8_t {
    nothing,   // of no interest
    ready,     // authorised, with a first job
    job,       // a further job
    answer,    // to a submit
    refused,   // the login was, or the line made no sense
    sent_off,  // client.reconnect
};

struct Heard {
    Meaning meaning = Meaning::nothing;
    std::uint64_t id = 0;     // of an answer
    unsigned code = 0;        // of an answer: 0 is accepted, else the pool's error
    std::string_view text{};  // why; lives as long as the line
};

// Ids below are the login's, those from here on are submits'. All have seven digits, so that a
// line keeps its length.
inline constexpr std::uint64_t first_submit_id = 1'000'000;
inline constexpr std::uint64_t submit_ids = 9'000'000;

class Client {
  public:
    // Subscribes and authorises in one piece.
    [[nodiscard]] static std::string login(std::string_view user, std::string_view password);

    [[nodiscard]] Heard hear(std::string_view line, Jobs& jobs, std::int64_t now);

    [[nodiscard]] bool ready() const { return subscribed_ && authorised_ && work_; }
    // Null before the first job.
    [[nodiscard]] const WorkPtr& work() const { return work_; }
    [[nodiscard]] const stratum::ShortBytes& extranonce1() const { return extranonce1_; }
    [[nodiscard]] std::size_t extranonce2_size() const { return extranonce2_size_; }
    // Of the newest job: a difficulty counts from the job that follows it.
    [[nodiscard]] const bitcoin::Uint256& target() const { return target_; }

  private:
    [[nodiscard]] Heard hear_rare(std::string_view line);
    [[nodiscard]] Heard answered(const stratum::Answer& answer);
    [[nodiscard]] Heard become(bool& state);

    WorkPtr work_;
    bitcoin::Uint256 target_ = bitcoin::target_for_power_of_two(0);
    bitcoin::Uint256 next_target_ = target_;
    stratum::ShortBytes extranonce1_;
    std::uint8_t extranonce2_size_ = 0;
    bool subscribed_ = false;
    bool authorised_ = false;
};

}  // namespace lode::load
