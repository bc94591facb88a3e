// The part of the conformance suite about members of a group.
#include <algorithm>

#include "tests/common/bus/bus_fixture.hpp"
#include "tests/common/bus/conformance.hpp"

namespace lode::bus::test {
namespace {

void gives_the_only_member_all_partitions(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 15; ++i)
        sending.send(static_cast<std::uint32_t>(i % 3), share(i));
    (void)sending.wait_for_delivery();
    Inbox<std::vector<std::uint32_t>> given;
    ConsumerOptions options;
    options.group = "sharing";
    options.member = Membership{.assigned =
                                    [&](const auto& partitions) {
                                        given.put(partitions);
                                        return Offsets{{0, 5}, {1, 3}};
                                    },
                                .revoked = [](Revocation) {}};
    Reading reading(*bus, on.topic, options);
    CHECK(given.wait(1).front() == std::vector<std::uint32_t>{0, 1, 2});
    // Of partition 0 all was dealt with, of 1 all but the last two; 2 is not named.
    auto numbers = sequences(reading.wait_for_all());
    std::ranges::sort(numbers);
    CHECK(numbers == std::vector<std::uint64_t>{2, 5, 8, 10, 11, 13, 14});
    sending.send(0, share(100));
    CHECK(sequences(reading.wait(8)).back() == 100);
}

void tells_a_member_before_its_records(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 5; ++i) sending.send(0, share(i));
    (void)sending.wait_for_delivery();
    Inbox<std::string> told;
    ConsumerOptions options;
    options.group = "sharing";
    options.member = Membership{.assigned =
                                    [&](const auto&) {
                                        told.put("assigned");
                                        return Offsets{};
                                    },
                                .revoked = [&](Revocation) { told.put("revoked"); }};
    ThreadExecutor executor;
    auto member = bus->raw_consumer(on.topic, options, executor, v1::Share::default_instance(),
                                    [&](auto batch) {
                                        for (std::size_t i = 0; i < batch.size(); ++i)
                                            told.put("record");
                                    });
    REQUIRE(member);
    (void)told.wait(6);
    executor.run_and_wait([&] { member.value().reset(); });
    // One that is dropped is told nothing more.
    CHECK(told.wait(6) ==
          std::vector<std::string>{"assigned", "record", "record", "record", "record", "record"});
}

void hands_a_leader_nothing(const Trial& on) {
    const auto bus = on.open();
    Inbox<std::vector<std::uint32_t>> given;
    ConsumerOptions options;
    options.group = "leading";
    options.member = Membership{.assigned =
                                    [&](const auto& partitions) {
                                        given.put(partitions);
                                        return Offsets{};
                                    },
                                .revoked = [](Revocation) {}};
    ThreadExecutor executor;
    auto leader =
        bus->raw_consumer(on.topic, options, executor, v1::Share::default_instance(), nullptr);
    REQUIRE(leader);
    CHECK(given.wait(1).front() == std::vector<std::uint32_t>{0, 1, 2});
    Reading reading(*bus, on.topic, from_earliest());
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 100; ++i) sending.send(0, share(i));
    CHECK(reading.wait(100).size() == 100);
    executor.run_and_wait([&] { leader.value().reset(); });
    CHECK(given.size() == 1);
}

constexpr Promise list[] = {
    {"gives the only member all partitions", gives_the_only_member_all_partitions},
    {"tells a member before its records", tells_a_member_before_its_records},
    {"hands a leader nothing", hands_a_leader_nothing},
};

}  // namespace

std::span<const Promise> membership_promises() {
    return list;
}

}  // namespace lode::bus::test
