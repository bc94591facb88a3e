// Rates and their text, in integers.
#include "miner/display.hpp"

#include <algorithm>
#include <array>

namespace lode::miner {

void RateMeter::sample(SteadyTime now, std::uint64_t hashes) {
    constexpr std::size_t samples_max = 11;  // ten intervals of a second
    samples_.push_back({now, hashes});
    if (samples_.size() > samples_max) samples_.pop_front();
}

std::uint64_t RateMeter::per_second() const {
    if (samples_.size() < 2) return 0;
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(samples_.back().at -
                                                                            samples_.front().at);
    if (time.count() <= 0) return 0;
    return (samples_.back().hashes - samples_.front().hashes) * 1000 /
           static_cast<std::uint64_t>(time.count());
}

std::string rate_text(std::uint64_t hashes_per_second) {
    constexpr std::array<std::string_view, 5> units{"H/s", "kH/s", "MH/s", "GH/s", "TH/s"};
    std::uint64_t whole = hashes_per_second;
    std::uint64_t rest = 0;  // thousandths
    std::size_t unit = 0;
    while (whole >= 1000 && unit + 1 < units.size()) {
        rest = whole % 1000;
        whole /= 1000;
        ++unit;
    }
    std::string text = std::to_string(whole);
    if (unit > 0 && text.size() < 3) {
        const std::string thousandths = std::to_string(1000 + rest).substr(1);
        text += '.' + thousandths.substr(0, 3 - text.size());
    }
    return text + ' ' + std::string(units[unit]);
}

std::string status_line(const Status& status, std::size_t columns) {
    std::string line = rate_text(status.rate) + " | accepted " + std::to_string(status.accepted) +
                       " | rejected " + std::to_string(status.rejected) + " | blocks " +
                       std::to_string(status.blocks) + " | difficulty " + status.difficulty +
                       " | " + status.pool + " | " + status.state;
    line.resize(std::min(line.size(), columns));
    return line;
}

}  // namespace lode::miner
