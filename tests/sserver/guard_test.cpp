// Limits and bans of addresses, with simulated time.
#include "sserver/guard.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>
#include <thread>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

namespace {

IpAddress at(const std::string& text) {
    return IpAddress::parse(text).value();
}

// Different for every number below 2^24.
IpAddress address(std::uint32_t number) {
    return IpAddress::v4(std::array<std::uint8_t, 4>{10, static_cast<std::uint8_t>(number >> 16),
                                                     static_cast<std::uint8_t>(number >> 8),
                                                     static_cast<std::uint8_t>(number)});
}

struct Door {
    explicit Door(GuardRules rules = {})
        : guard(std::move(rules), probe, [this](const Ban& ban) { bans.push_back(ban); }) {}

    [[nodiscard]] bool lets_in(const IpAddress& from) { return !guard.enter(from, now); }
    // A connection that offends at once and is closed.
    void offend(const IpAddress& from, Offence offence = Offence::malformed) {
        if (!lets_in(from)) return;
        guard.offended(from, offence, Repute::unproven, now);
        guard.left(from, Repute::unproven, now);
    }
    // A connection that mines.
    void mine(const IpAddress& from) {
        REQUIRE(lets_in(from));
        guard.proven(from);
    }
    void leave(const IpAddress& from) { guard.left(from, Repute::unproven, now); }

    metrics::Registry registry;
    GuardProbe probe{registry};
    std::vector<Ban> bans;
    SteadyTime now{1'000h};
    Guard guard;
};

const IpAddress farm = at("192.0.2.1");
const IpAddress other = at("192.0.2.2");

}  // namespace

TEST_CASE("an address has so many connections at a time, another its own") {
    Door door({.connections_max = 3});
    for (int i = 0; i < 3; ++i) CHECK(door.lets_in(farm));
    CHECK(door.guard.enter(farm, door.now) == Refusal::too_many);
    CHECK(door.lets_in(other));
    door.leave(farm);
    CHECK(door.lets_in(farm));
    CHECK_FALSE(door.lets_in(farm));
    CHECK(door.probe.refused[static_cast<std::size_t>(Refusal::too_many)].value() == 2);
}

TEST_CASE("IPv6 addresses of one /64 are one") {
    Door door({.connections_max = 2});
    CHECK(door.lets_in(at("2001:db8::1")));
    CHECK(door.lets_in(at("2001:db8::2")));
    CHECK_FALSE(door.lets_in(at("2001:db8::ffff:3")));
    CHECK(door.lets_in(at("2001:db8:0:1::1")));
}

TEST_CASE("an address may connect so often a minute, and again later") {
    Door door({.connects_per_minute = 100});
    for (int i = 0; i < 100; ++i) {
        CHECK(door.lets_in(farm));
        door.leave(farm);
    }
    CHECK(door.guard.enter(farm, door.now) == Refusal::too_often);
    CHECK(door.lets_in(other));
    door.now += 90s;
    CHECK(door.lets_in(farm));
}

TEST_CASE("enough offences ban an address for a while") {
    Door door({.ban_after = 3, .ban_time = 60s});
    for (int i = 0; i < 2; ++i) door.offend(farm);
    CHECK(door.bans.empty());
    door.offend(farm, Offence::long_line);
    REQUIRE(door.bans.size() == 1);
    CHECK(door.bans[0].address == farm);
    CHECK(door.bans[0].reason == "long_line");
    CHECK(door.bans[0].time == 60s);
    CHECK(door.guard.enter(farm, door.now) == Refusal::banned);
    CHECK(door.probe.banned_addresses.value() == 1);
    CHECK(door.lets_in(other));
    door.now += 59s;
    door.guard.tick(door.now);
    CHECK_FALSE(door.lets_in(farm));
    door.now += 1s;
    door.guard.tick(door.now);
    CHECK(door.lets_in(farm));
    CHECK(door.probe.banned_addresses.value() == 0);
}

TEST_CASE("offences that lie far apart are no reason for a ban") {
    Door door({.ban_after = 3, .ban_window = 60s});
    for (int i = 0; i < 100; ++i) {
        door.offend(farm);
        door.now += 31s;
        door.guard.tick(door.now);
    }
    CHECK(door.bans.empty());
}

TEST_CASE("each ban of a repeater lasts twice as long, up to the longest, until it behaves") {
    Door door({.ban_after = 1, .ban_time = 60s, .ban_time_max = 200s});
    std::vector<Duration> times;
    for (int i = 0; i < 4; ++i) {
        door.offend(farm);
        times.push_back(door.bans.back().time);
        door.now += door.bans.back().time;
        door.guard.tick(door.now);
    }
    CHECK(times == std::vector<Duration>{60s, 120s, 200s, 200s});
    door.now += 200s;
    door.offend(farm);
    CHECK(door.bans.back().time == 60s);
}

TEST_CASE("who is on the allow list is neither limited nor banned, whatever it does") {
    Door door({.connections_max = 1,
               .connects_per_minute = 1,
               .ban_after = 1,
               .allow = {AddressRange::parse("192.0.2.0/31").value()}});
    for (int i = 0; i < 100; ++i) {
        CHECK(door.lets_in(farm));
        door.guard.offended(farm, Offence::malformed, Repute::unproven, door.now);
    }
    CHECK(door.bans.empty());
    CHECK_FALSE(door.guard.ban(farm, 60s, "by hand", door.now));
    CHECK(door.guard.size() == 0);
    door.offend(other);
    CHECK(door.bans.size() == 1);
}

TEST_CASE("broken machines of a farm do not have it banned, whose bad connections all close") {
    Door door;
    for (int machine = 0; machine < 200; ++machine) door.mine(farm);
    // Ten that come again every second, for a day.
    for (int second = 0; second < 24 * 3'600; ++second) {
        for (int broken = 0; broken < 10; ++broken) door.offend(farm);
        door.now += 1s;
        if (second % 10 == 0) door.guard.tick(door.now);
    }
    CHECK(door.bans.empty());
}

TEST_CASE("after a restart the broken machines of a farm may be heard before the others") {
    Door door;
    for (int machine = 0; machine < 300; ++machine) CHECK(door.lets_in(farm));
    for (int broken = 0; broken < 100; ++broken) door.offend(farm);
    CHECK(door.bans.empty());
}

TEST_CASE("one miner at work does not shield any number of offenders") {
    Door door;
    door.mine(farm);
    for (int second = 0; second < 600 && door.bans.empty(); ++second) {
        for (int i = 0; i < 5; ++i) door.offend(farm);
        door.now += 1s;
    }
    CHECK(door.bans.size() == 1);
}

TEST_CASE("a connection's own good shares do not make up for its offence") {
    Door door({.ban_after = 1});
    door.mine(farm);
    door.guard.offended(farm, Offence::invalid_shares, Repute::proven, door.now);
    CHECK(door.bans.size() == 1);
}

TEST_CASE("an operator bans and unbans at once") {
    Door door;
    REQUIRE(door.guard.ban(farm, 3600s, "abuse report", door.now));
    REQUIRE(door.bans.size() == 1);
    CHECK(door.bans[0].reason == "abuse report");
    CHECK_FALSE(door.lets_in(farm));
    CHECK(door.probe.operator_bans.value() == 1);
    REQUIRE(door.guard.unban(farm, door.now));
    CHECK(door.lets_in(farm));
    CHECK_FALSE(door.guard.unban(farm, door.now));
    CHECK_FALSE(door.guard.unban(other, door.now));
    CHECK(door.probe.banned_addresses.value() == 0);
}

TEST_CASE("a ban of an IPv6 address is one of its /64") {
    Door door;
    REQUIRE(door.guard.ban(at("2001:db8::77"), 60s, "by hand", door.now));
    CHECK(door.bans[0].address == at("2001:db8::"));
    CHECK_FALSE(door.lets_in(at("2001:db8::1")));
    CHECK(door.lets_in(at("2001:db8:1::1")));
}

TEST_CASE("addresses that left are forgotten, connected ones are not") {
    Door door;
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        CHECK(door.lets_in(address(i)));
        if (i % 2 == 0) door.leave(address(i));
    }
    CHECK(door.guard.size() == 1'000);
    door.now += 1h;
    door.guard.tick(door.now);
    CHECK(door.guard.size() == 500);
    CHECK(door.probe.known_addresses.value() == 500);
}

TEST_CASE("a flood of addresses never makes the table larger than stated") {
    Door door({.ban_after = 1, .ban_time = 60s, .ban_time_max = 60s});
    CHECK(door.lets_in(farm));
    door.offend(other);
    REQUIRE(door.bans.size() == 1);
    for (std::uint32_t i = 0; i < Guard::idle_max + 50'000; ++i) {
        CHECK(door.lets_in(address(i)));
        door.leave(address(i));
        CHECK(door.guard.size() <= Guard::idle_max + 1);
    }
    // It left first and is remembered longer than who only came and went.
    CHECK_FALSE(door.lets_in(other));
    for (std::uint32_t i = 0; i < 2 * Guard::idle_max; ++i) {
        (void)door.guard.ban(address(i), 3600s, "flood", door.now);
        CHECK(door.guard.size() <= Guard::idle_max + 1);
    }
    CHECK(door.probe.banned_addresses.value() <= Guard::idle_max);
}

TEST_CASE("whatever happens in whatever order, counts stay true and bounded") {
    std::mt19937 random(7);
    Door door({.connections_max = 4,
               .connects_per_minute = 40,
               .ban_after = 5,
               .ban_window = 60s,
               .ban_time = 20s,
               .ban_time_max = 100s});
    std::map<std::uint32_t, std::vector<Repute>> live;
    std::size_t refused = 0;
    for (int step = 0; step < 200'000; ++step) {
        const auto who = static_cast<std::uint32_t>(random() % 50);
        const IpAddress from = address(who);
        auto& mine = live[who];
        switch (random() % 6) {
            case 0:
            case 1:
                if (door.lets_in(from)) {
                    mine.push_back(Repute::unproven);
                    REQUIRE(mine.size() <= 4);
                } else {
                    ++refused;
                }
                break;
            case 2:
                if (mine.empty() || mine.back() == Repute::proven) break;
                door.guard.proven(from);
                mine.back() = Repute::proven;
                break;
            case 3:
                if (!mine.empty())
                    door.guard.offended(from, Offence::malformed, mine.back(), door.now);
                [[fallthrough]];
            case 4:
                if (mine.empty()) break;
                door.guard.left(from, mine.back(), door.now);
                mine.pop_back();
                break;
            default:
                door.now += std::chrono::milliseconds(random() % 500);
                if (random() % 10 == 0) door.guard.tick(door.now);
                if (random() % 100 == 0) (void)door.guard.unban(from, door.now);
        }
    }
    CHECK(refused > 1'000);
    CHECK(door.bans.size() > 10);
    for (auto& [who, reputes] : live) {
        for (const Repute repute : reputes) door.guard.left(address(who), repute, door.now);
    }
    door.now += 1h;
    door.guard.tick(door.now);
    CHECK(door.guard.size() == 0);
    CHECK(door.probe.banned_addresses.value() == 0);
}

TEST_CASE("many threads come and go at once") {
    Door door({.connections_max = 1'000'000, .connects_per_minute = 1'000'000});
    std::vector<std::thread> loops;
    for (int loop = 0; loop < 4; ++loop) {
        loops.emplace_back([&] {
            for (std::uint32_t i = 0; i < 5'000; ++i) {
                const IpAddress from = address(i % 7);
                if (door.guard.enter(from, door.now)) continue;
                door.guard.proven(from);
                door.guard.left(from, Repute::proven, door.now);
                door.guard.tick(door.now);
            }
        });
    }
    for (std::thread& loop : loops) loop.join();
    CHECK(door.guard.size() == 7);
    door.now += 1h;
    door.guard.tick(door.now);
    CHECK(door.guard.size() == 0);
}
