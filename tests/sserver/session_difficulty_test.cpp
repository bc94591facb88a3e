// Difficulties that the miner, its password or its port asks for.
#include <catch2/catch_test_macros.hpp>

#include "common/stratum/response.hpp"
#include "sserver/session.hpp"
#include "tests/sserver/session_miner.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

// A job of a network far harder than any miner here.
constexpr JobSpec hard{.id = 0x2000, .network_exponent = 40};

// On a listener with these rules, with its first job to come.
struct Listener : Miner {
    explicit Listener(const ListenerRules& its) : rules(its) {
        session = Session(world.view, rules, 0, now.steady);
        world.book.add(a_job(hard, now.steady), now.steady);
    }
    std::string first_difficulty(const std::string& password) {
        (void)subscribe();
        return authorize("alice.rig", password).text;
    }

    ListenerRules rules;
};

ListenerRules rules_of(int start, int least) {
    ListenerRules rules;
    rules.start_exponent = start;
    rules.vardiff.exponent_min = least;
    return rules;
}

std::string set_difficulty(int exponent) {
    return stratum::set_difficulty_line(stratum::power_of_two(exponent));
}

}  // namespace

TEST_CASE("d= fixes the difficulty, rounded down to a power of two, for good") {
    Listener miner(rules_of(13, -16));
    CHECK(miner.first_difficulty("d=3000").ends_with(set_difficulty(11)));
    for (std::uint64_t id = 0x3000; id < 0x3020; ++id) {
        miner.advance(30s);
        CHECK(miner.next_job({.id = id, .network_exponent = 40}).text.empty());
    }
}

TEST_CASE("md= is the least difficulty of the session alone") {
    Listener miner(rules_of(4, -16));
    CHECK(miner.first_difficulty("md=1000").ends_with(set_difficulty(10)));
    std::string later;
    for (std::uint64_t id = 0x3000; id < 0x3020; ++id) {
        miner.advance(30s);
        later += miner.next_job({.id = id, .network_exponent = 40}).text;
    }
    CHECK(later.empty());
}

TEST_CASE("the password counts over a suggestion, whichever comes first") {
    Listener before(rules_of(13, -16));
    (void)before.say(R"({"id":1,"method":"mining.suggest_difficulty","params":[1]})");
    CHECK(before.first_difficulty("d=1024").ends_with(set_difficulty(10)));

    Listener after(rules_of(13, -16));
    (void)after.first_difficulty("d=1024");
    const Reply reply = after.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[1]})");
    CHECK(reply.text == stratum::true_line("3"));
}

TEST_CASE("a second login with another password gives the job again at its difficulty") {
    Listener miner(rules_of(13, -16));
    (void)miner.first_difficulty("x");
    const Reply reply = miner.authorize("alice.rig", "d=1048576");
    CHECK(reply.text.starts_with(stratum::true_line("2") + set_difficulty(20)));
    CHECK(has(reply.text, R"("params":["1000000002000",)"));
    CHECK(has(reply.text, "false]}"));
    CHECK(miner.authorize("alice.rig", "d=1048576").text == stratum::true_line("2"));
    CHECK(miner.authorize("alice.rig", "d=64")
              .text.starts_with(stratum::true_line("2") + set_difficulty(6)));
    CHECK(miner.authorize("alice.rig", "d=64").text == stratum::true_line("2"));
}

TEST_CASE("a refused login's password changes nothing") {
    Listener miner(rules_of(13, -16));
    (void)miner.subscribe();
    CHECK_FALSE(miner.authorize("not a name", "d=64").login_refusal.empty());
    CHECK(miner.authorize("alice.rig", "").text.ends_with(set_difficulty(13)));
}

TEST_CASE("a listener of fixed difficulty heeds neither passwords nor suggestions") {
    ListenerRules rules = rules_of(20, -16);
    rules.fixed = true;
    Listener miner(rules);
    (void)miner.say(R"({"id":1,"method":"mining.suggest_difficulty","params":[1]})");
    CHECK(miner.first_difficulty("d=64").ends_with(set_difficulty(20)));
    CHECK(miner.authorize("alice.rig", "d=128").text == stratum::true_line("2"));
}

TEST_CASE("where rented hash power comes in no wish goes below 524,288") {
    const ListenerRules rented = rules_of(19, 19);
    Listener by_password(rented);
    CHECK(by_password.first_difficulty("d=1,md=1").ends_with(set_difficulty(19)));

    Listener by_suggestion(rented);
    (void)by_suggestion.say(R"({"id":1,"method":"mining.suggest_difficulty","params":[500]})");
    CHECK(by_suggestion.first_difficulty("x").ends_with(set_difficulty(19)));
    const Reply again =
        by_suggestion.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[1000]})");
    CHECK(again.text == stratum::true_line("3"));

    Listener silent(rented);
    (void)silent.first_difficulty("x");
    std::string later;
    for (std::uint64_t id = 0x3000; id < 0x3020; ++id) {
        silent.advance(30s);
        later += silent.next_job({.id = id, .network_exponent = 40}).text;
    }
    CHECK(later.empty());
    // More may be had.
    CHECK(
        has(silent.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[2000000]})").text,
            set_difficulty(20)));
}

TEST_CASE("a suggested target counts like the difficulty it stands for, with and without 0x") {
    const std::string target = bitcoin::to_display_hex(share_target(16).target.to_hash());
    for (const std::string& text : {target, "0x" + target}) {
        Listener miner(rules_of(13, -16));
        (void)miner.say(R"({"id":1,"method":"mining.suggest_target","params":[")" + text + "\"]}");
        CHECK(miner.first_difficulty("x").ends_with(set_difficulty(16)));
    }
}
