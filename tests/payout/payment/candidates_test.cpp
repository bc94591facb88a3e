// Who cannot be paid keeps nobody else from it, however many of them there are.
#include "payout/payment/candidates.hpp"

#include <algorithm>

#include "tests/payout/payment/paying_pool.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr std::int64_t enough = 10'000;

PlanRules rules() {
    return {.network = network,
            .minimum = Satoshi(5'000),
            .batch_max = Satoshi(1'000'000),
            .day_max = Satoshi(1'000'000),
            .outputs_max = 3,
            .selection = {}};
}

struct Waiting {
    Waiting() { chance.be_quiet(); }

    void add(const std::string& name, std::int64_t amount) {
        store.ledger[{user(name), Pot::balance}] = amount;
    }
    void add_nameless(int count, std::int64_t amount) {
        for (int i = 0; i < count; ++i) add("worker" + std::to_string(i), amount);
    }
    std::vector<Candidate> read(const PlanRules& by = rules()) {
        return read_candidates(store, fee_addresses, by, start).value();
    }
    static bool has(const std::vector<Candidate>& found, std::uint32_t number) {
        return std::ranges::find(found, user(address_of(number)), &Candidate::owner) != found.end();
    }

    Chance chance{1};
    SimulatedStore store{chance};
    FeeAddresses fee_addresses;
};

}  // namespace

TEST_CASE("behind many who have no address there is still who can be paid") {
    Waiting waiting;
    waiting.add_nameless(100'001, enough);
    waiting.add(address_of(1), enough + 1);
    const auto found = waiting.read();
    CHECK(Waiting::has(found, 1));
    // Nobody reads so many names; memory stays bounded.
    CHECK(found.size() == 10'001);
}

TEST_CASE("no more are read than a payment holds, and one") {
    Waiting waiting;
    for (std::uint32_t number = 1; number <= 9; ++number) {
        waiting.add(address_of(number), enough + number);
    }
    waiting.add_nameless(2, enough);
    const auto found = waiting.read();
    CHECK(found.size() == 2 + 3 + 1);
    CHECK(Waiting::has(found, 4));
    CHECK_FALSE(Waiting::has(found, 5));
    CHECK(std::ranges::is_sorted(found, {}, &Candidate::balance));
}

TEST_CASE("a fee recipient is paid to the address of the settings") {
    Waiting waiting;
    waiting.store.ledger[{{Owner::Kind::fee, "pool"}, Pot::balance}] = enough;
    CHECK(waiting.read().at(0).address.empty());
    waiting.fee_addresses["pool"] = address_of(4);
    CHECK(waiting.read().at(0).address == address_of(4));
}

TEST_CASE("a limit that leaves nobody the minimum makes no one look through all") {
    Waiting waiting;
    for (std::uint32_t number = 1; number <= 9; ++number) {
        waiting.add(address_of(number), enough);
    }
    auto none_left = rules();
    none_left.day_max = Satoshi(0);
    CHECK(waiting.read(none_left).size() == 4);
}

TEST_CASE("who wants more at a time than the limit does not stand before others") {
    Candidate candidate{.owner = user(address_of(1)), .balance = Satoshi(900'000)};
    CHECK(is_payable(candidate, rules(), start));
    candidate.minimum = Satoshi(800'000);
    CHECK(is_payable(candidate, rules(), start));
    auto less = rules();
    less.batch_max = Satoshi(700'000);
    CHECK_FALSE(is_payable(candidate, less, start));
}
