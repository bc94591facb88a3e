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
    unsigned seed = 0;
    for (const int from : {-10, 13, 19}) {
        // log2 of the right difficulty: whole, half-way (2^k * 1.41) and between.
        for (double speed = -20; speed <= 40; speed += 0.125) {
            Simulation miner(from, ++seed);
            miner.run(rate_for(speed), 3 * miner.options.window);
            INFO("from " << from << " speed " << speed << " exponent " << miner.vardiff.exponent());
            CHECK(std::abs(miner.sent - speed) <= 1.6);
        }
    }
}

TEST_CASE("a constant miner's difficulty hardly moves once it is right") {
    int changes = 0;
    int most = 0;
    for (unsigned seed = 0; seed < 100; ++seed) {
        const double speed = 10 + 0.01 * seed;  // right, half-way and between
        Simulation miner(10, seed);
        miner.run(rate_for(speed), 20min);
        miner.changes = 0;
        miner.run(rate_for(speed), 10h);
        changes += miner.changes;
        most = std::max(most, miner.changes);
    }
    // In 1,000 miner hours; the most, less than one an hour, are of miners half-way between two
    // powers.
    CHECK(changes <= 200);
    CHECK(most < 10);
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

TEST_CASE("a share under way when the miner asks for a lower difficulty does not undo that") {
    const VardiffOptions options;
    Vardiff vardiff(options, 20, origin);
    vardiff.suggest(3, origin + 10s);
    for (int i = 0; i < 3; ++i) CHECK(vardiff.share(20, origin + 11s) == Flood::no);
    CHECK(vardiff.exponent() == 3);
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
    vardiff.set_floor(2, origin);
    CHECK(vardiff.exponent() == 2);
    vardiff.suggest(0, origin);
    CHECK(vardiff.exponent() == 2);
    vardiff.set_floor(60, origin);
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

TEST_CASE("machines that join and leave behind one session are followed, a step or two each") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        Simulation farm(13, seed);
        for (const double machines : {1., 4., 16., 64., 16., 3., 1.}) {
            farm.run(machines * rate_for(13), 3 * farm.options.window);
            const double right = 13 + std::log2(machines);
            INFO("seed " << seed << " machines " << machines << " exponent " << farm.sent);
            CHECK(std::abs(farm.sent - right) <= 1.6);
        }
        CHECK(farm.changes <= 24);
    }
}

TEST_CASE("a device of 2^-20 has shares within three windows of any start, and keeps them") {
    for (const int from : {-10, 13, 30}) {
        for (unsigned seed = 0; seed < 20; ++seed) {
            Simulation device(from, seed);
            device.run(rate_for(-20), 3 * device.options.window);
            CHECK(std::abs(device.sent + 20) <= 1.6);
            device.shares = device.changes = 0;
            device.run(rate_for(-20), 2h);
            CHECK(device.shares >= 2 * 60 * 18 / 3);
            CHECK(device.changes <= 2);
        }
    }
}

TEST_CASE("a miner who was heard loses a factor of four each half minute of silence, not more") {
    Simulation miner(13, 3);
    miner.run(rate_for(13), 10min);
    const int before = miner.sent;
    miner.run(0, 2min);
    CHECK(miner.sent >= before - 8);
    CHECK(miner.sent <= before - 4);
}

TEST_CASE("a fixed difficulty stays in silence, at ten times the rate and against suggestions") {
    Simulation miner(13, 4);
    miner.vardiff.fix(6, miner.now);
    miner.run(0, 1h);
    CHECK(miner.sent == 6);
    miner.run(10 * rate_for(6), 1h);
    CHECK(miner.sent == 6);
    miner.vardiff.suggest(9, miner.now);
    miner.vardiff.resume(9, miner.now);
    CHECK(miner.vardiff.exponent() == 6);
}

TEST_CASE("a fixed difficulty that would drown the server rises to ten shares a second") {
    for (const double times : {1e2, 1e4, 1e6}) {
        Simulation miner(13, 5);
        miner.vardiff.fix(0, miner.now);
        miner.send();
        miner.run(times * rate_for(0), 3min);
        miner.shares = 0;
        miner.run(times * rate_for(0), 10min);
        INFO(times << " times the rate: exponent " << miner.sent);
        CHECK(miner.shares <= 10 * 600 * 2);
        CHECK(miner.shares >= 10 * 600 / 4);
        CHECK(miner.vardiff.exponent() == miner.sent);
    }
}

TEST_CASE("a fixed difficulty keeps to the bounds and to the miner's own floor") {
    const VardiffOptions options{.exponent_min = -4, .exponent_max = 5};
    Vardiff vardiff(options, 0, origin);
    vardiff.fix(-20, origin);
    CHECK(vardiff.exponent() == -4);
    vardiff.fix(20, origin);
    CHECK(vardiff.exponent() == 5);
    vardiff.fix(0, origin);
    vardiff.set_floor(2, origin);
    CHECK(vardiff.exponent() == 2);
}

TEST_CASE("a flood is seen however often the miner says the same wish between its shares") {
    const VardiffOptions options;
    SteadyTime now = origin;
    Vardiff suggesting(options, 0, origin);
    int floods = 0;
    for (int i = 0; i < 100; ++i) {
        suggesting.suggest(0, now += 1ms);
        if (suggesting.share(suggesting.exponent(), now) == Flood::yes) ++floods;
    }
    CHECK(floods > 0);

    Vardiff fixed(options, 0, origin);
    floods = 0;
    for (int i = 0; i < 2'000; ++i) {
        fixed.fix(0, now += 1ms);
        if (fixed.share(fixed.exponent(), now) == Flood::yes) ++floods;
    }
    CHECK(floods > 0);
}

TEST_CASE("a miner that wishes for less after each flood is heeded eight times") {
    const VardiffOptions options;
    Vardiff vardiff(options, 0, origin);
    SteadyTime now = origin;
    int at_least = 0;
    for (int i = 0; i < 10'000; ++i) {
        vardiff.suggest(-16, now += 1ms);
        if (vardiff.exponent() == -16) ++at_least;
        (void)vardiff.share(vardiff.exponent(), now);
    }
    CHECK(at_least == 8 * 32);
    CHECK(vardiff.exponent() > -16);
}
