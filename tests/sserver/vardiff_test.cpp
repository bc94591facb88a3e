// The difficulty of simulated miners: shares come at random times (seeded, exponential gaps), jobs
// each 30 s, and time is moved by hand.
#include "sserver/vardiff.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <random>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

namespace {

const SteadyTime origin = SteadyTime(1h);

struct Simulation {
    explicit Simulation(int start_exponent, unsigned seed = 1)
        : random(seed), vardiff(options, start_exponent, origin) {}

    // The miner finds `rate` shares of difficulty 1 a second. Jobs take the difficulty up.
    void run(double rate, Duration time) {
        const SteadyTime end = now + time;
        while (now < end) {
            const double wanted = rate * std::exp2(-sent);
            const double gap = wanted <= 0 ? 1e9 : std::exponential_distribution(wanted)(random);
            const auto share_at = now + std::chrono::duration_cast<Duration>(
                                            std::chrono::duration<double>(std::min(gap, 1e6)));
            if (std::min(share_at, end) < next_job) {
                now = std::min(share_at, end);
                if (share_at > end) return;
                ++shares;
                if (vardiff.share(sent, now) == Flood::yes) send();
            } else {
                now = next_job;
                next_job += 30s;
                vardiff.look(now);
                send();
            }
        }
    }
    void send() {
        if (vardiff.exponent() == sent) return;
        sent = vardiff.exponent();
        ++changes;
    }

    VardiffOptions options{.exponent_min = -32};
    std::mt19937 random;
    Vardiff vardiff;
    SteadyTime now = origin;
    SteadyTime next_job = origin + 30s;
    int sent = static_cast<int>(vardiff.exponent());
    int changes = 0;
    int shares = 0;
};

// Shares of difficulty 1 a second that give the wished rate at difficulty 2^exponent.
double rate_for(double exponent) {
    return 18.0 / 60.0 * std::exp2(exponent);
}

}  // namespace

TEST_CASE("a constant miner of any speed is within a factor of three after three windows") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        const double speed = -5 + 0.17 * seed;  // log2 of the right difficulty
        Simulation miner(13, seed);
        // Fast miners are found at once; slow ones need a step of 2 each half minute.
        miner.run(rate_for(speed), speed > 5 ? 360s : 900s);
        INFO("speed " << speed << " exponent " << miner.vardiff.exponent());
        CHECK(std::abs(miner.sent - speed) <= 1.6);
    }
}

TEST_CASE("a constant miner's difficulty hardly moves once it is right") {
    int changes = 0;
    for (unsigned seed = 0; seed < 100; ++seed) {
        const double speed = 10 + 0.01 * seed;  // right, half-way and between
        Simulation miner(10, seed);
        miner.run(rate_for(speed), 20min);
        miner.changes = 0;
        miner.run(rate_for(speed), 10h);
        changes += miner.changes;
    }
    // In 1,000 miner hours; the most, one in four hours, are of miners half-way between two powers.
    CHECK(changes <= 200);
}

TEST_CASE("a flood is answered within two seconds and does not overshoot") {
    for (unsigned seed = 0; seed < 50; ++seed) {
        Simulation miner(-10, seed);
        miner.run(rate_for(0), 2s);  // a thousand times the wished rate
        CHECK(miner.sent >= -4);
        miner.run(rate_for(0), 60s);
        CHECK(miner.sent >= -2);
        CHECK(miner.sent <= 1);
        CHECK(miner.shares < 300);
    }
}

TEST_CASE("shares still under way at the old difficulty do not raise it further") {
    const VardiffOptions options;
    Vardiff vardiff(options, 0, origin);
    SteadyTime now = origin;
    while (vardiff.share(0, now += 1ms) == Flood::no) {
    }
    const int raised = vardiff.exponent();
    CHECK(raised == 6);
    for (int i = 0; i < 500; ++i) CHECK(vardiff.share(0, now += 1ms) == Flood::no);
    CHECK(vardiff.exponent() == raised);
}

TEST_CASE("a silent miner's difficulty falls to the least within minutes") {
    const VardiffOptions options{.exponent_min = -16};
    Vardiff vardiff(options, 10, origin);
    for (SteadyTime now = origin; now < origin + 10min; now += 30s) vardiff.look(now);
    CHECK(vardiff.exponent() == -16);
}

TEST_CASE("a miner who pauses and comes back is at his difficulty again within a window") {
    Simulation miner(13, 3);
    miner.run(rate_for(13), 10min);
    miner.run(0, 5min);
    CHECK(miner.sent < 6);
    miner.run(rate_for(13), 120s);
    CHECK(std::abs(miner.sent - 13) <= 1);
}

TEST_CASE("a bursty miner is judged by his average") {
    Simulation miner(13, 5);
    // Ten seconds of work, twenty of rest; on average the right difficulty is 2^13.
    miner.run(3 * rate_for(13), 10s);
    for (int i = 0; i < 40; ++i) {
        miner.run(0, 20s);
        miner.run(3 * rate_for(13), 10s);
    }
    CHECK(std::abs(miner.sent - 13) <= 2);
}

TEST_CASE("the difficulty stays within the bounds, and above the miner's own floor") {
    const VardiffOptions options{.exponent_min = -4, .exponent_max = 5};
    Vardiff vardiff(options, 20, origin);
    CHECK(vardiff.exponent() == 5);
    vardiff.suggest(-20, origin);
    CHECK(vardiff.exponent() == -4);
    vardiff.raise_floor(2, origin);
    CHECK(vardiff.exponent() == 2);
    vardiff.suggest(0, origin);
    CHECK(vardiff.exponent() == 2);
    vardiff.raise_floor(60, origin);
    CHECK(vardiff.exponent() == 5);
}

TEST_CASE("a burst after a stall is no flood when the window's rate is right") {
    const VardiffOptions options;
    Vardiff vardiff(options, 0, origin);
    // 110 s of silence within a connection that is stuck, then what was found meanwhile.
    SteadyTime now = origin + 110s;
    for (int i = 0; i < 33; ++i) CHECK(vardiff.share(0, now) == Flood::no);
    vardiff.look(origin + 120s);
    CHECK(vardiff.exponent() == 0);
}
