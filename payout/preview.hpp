// What a block would bring to whom, were it found now: what settlement would credit, summed up.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "payout/scheme/buckets.hpp"
#include "payout/scheme/pps.hpp"

namespace lode::payout {

// What work worth one block earns on average, by the scheme it is paid by. For display.
struct PerBlock {
    Satoshi base;
    Satoshi pps;
    Satoshi pps_plus;
    Satoshi fpps;  // with the fees of the newest day that is known
};
[[nodiscard]] PerBlock per_block(const BlockValue& value, const Terms& terms,
                                 const std::optional<FeeDay>& fees);

struct Preview {
    UnixTime made;
    std::uint32_t height = 0;
    Satoshi reward;
    std::optional<Ppm> held{};  // how full PPLNS's window is
    Satoshi users;              // in all
    Satoshi fees;
    Satoshi reserve;
    std::vector<Credit> credits;  // of users, sorted by id
    PerBlock per_block;
};

// `made` by these credits, which add up to `reward`.
struct PreviewOf {
    UnixTime made;
    std::uint32_t height = 0;
    const BlockValue& value;
    const std::optional<Window>& window;
    const std::vector<Credit>& credits;
};
[[nodiscard]] Preview preview_of(const PreviewOf& of, const Terms& terms,
                                 const std::optional<FeeDay>& fees);

// Whether and when the next one is made. One tenth of the time at most goes into it.
class PreviewPace {
  public:
    // So old may an answer be; longer where making one takes more than a tenth of it.
    static constexpr auto interval = std::chrono::seconds(5);
    static constexpr int share_of_time = 10;
    // Who asked asks again; one that nobody asked for so long is not made.
    static constexpr auto asked_for = std::chrono::seconds(15);

    [[nodiscard]] bool is_due(UnixTime asked, UnixTime now, SteadyTime at) const {
        return at >= next_ && asked + asked_for > now;
    }
    void made(SteadyTime begun, SteadyTime ended) {
        next_ = begun + std::max<Duration>(interval, share_of_time * (ended - begun));
    }

  private:
    SteadyTime next_{};
};

}  // namespace lode::payout
