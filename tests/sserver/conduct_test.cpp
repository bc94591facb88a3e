// What one connection is borne with.
#include "sserver/conduct.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode::sserver;

namespace {

// The offence that `count` shares of a verdict end with, if any.
std::optional<Offence> send(Conduct& conduct, ShareVerdict verdict, int count) {
    std::optional<Offence> found;
    for (int i = 0; i < count && !found; ++i) found = conduct.share(verdict, {});
    return found;
}

}  // namespace

TEST_CASE("the last of the malformed lines that are borne with is the offence, once") {
    Conduct conduct;
    for (int i = 0; i < 2; ++i) CHECK_FALSE(conduct.malformed({.malformed_max = 3}));
    CHECK(conduct.malformed({.malformed_max = 3}) == Offence::malformed);
    for (int i = 0; i < 1'000; ++i) CHECK_FALSE(conduct.malformed({.malformed_max = 3}));
}

TEST_CASE("refused logins offend as long as none was granted") {
    Conduct conduct;
    const ConductRules rules{.refused_logins_max = 2};
    CHECK_FALSE(conduct.login_refused(rules));
    CHECK(conduct.login_refused(rules) == Offence::logins);
    CHECK_FALSE(conduct.left());

    Conduct proxy;
    CHECK_FALSE(proxy.login_refused(rules));
    proxy.login_granted();
    for (int i = 0; i < 1'000; ++i) CHECK_FALSE(proxy.login_refused(rules));
    CHECK_FALSE(proxy.left());
}

TEST_CASE("who leaves with nothing but refused logins has offended, who never tried has not") {
    Conduct tried;
    CHECK_FALSE(tried.login_refused({}));
    CHECK(tried.left() == Offence::logins);
    CHECK_FALSE(tried.left());
    Conduct silent;
    CHECK_FALSE(silent.left());
}

TEST_CASE("most of a hundred shares invalid is an offence, half of them is not") {
    Conduct conduct;
    for (int round = 0; round < 10; ++round) {
        CHECK_FALSE(send(conduct, ShareVerdict::low_difficulty, 50));
        CHECK_FALSE(send(conduct, ShareVerdict::accepted, 50));
    }
    CHECK_FALSE(send(conduct, ShareVerdict::accepted, 49));
    CHECK(send(conduct, ShareVerdict::low_difficulty, 51) == Offence::invalid_shares);
}

TEST_CASE("stale shares and more than can be told apart are no offence") {
    Conduct conduct;
    CHECK_FALSE(send(conduct, ShareVerdict::stale, 1'000));
    CHECK_FALSE(send(conduct, ShareVerdict::too_many, 1'000));
}

TEST_CASE("a flood of duplicates is an offence of its own, some after a resume are none") {
    Conduct conduct;
    CHECK_FALSE(send(conduct, ShareVerdict::duplicate, 20));
    CHECK_FALSE(send(conduct, ShareVerdict::accepted, 80));
    CHECK(send(conduct, ShareVerdict::duplicate, 100) == Offence::duplicates);
}

TEST_CASE("every invalid verdict counts, and 100 percent turns the rule off") {
    for (const auto verdict :
         {ShareVerdict::refused, ShareVerdict::unauthorised, ShareVerdict::time_too_old,
          ShareVerdict::time_too_new, ShareVerdict::version_bits}) {
        Conduct conduct;
        CHECK(send(conduct, verdict, 100) == Offence::invalid_shares);
        Conduct borne;
        for (int i = 0; i < 1'000; ++i) CHECK_FALSE(borne.share(verdict, {.invalid_percent = 100}));
    }
}

TEST_CASE("one accepted share proves a connection for its life") {
    Conduct conduct;
    CHECK_FALSE(send(conduct, ShareVerdict::stale, 10));
    CHECK_FALSE(conduct.proven());
    CHECK_FALSE(send(conduct, ShareVerdict::accepted, 1));
    CHECK(conduct.proven());
    CHECK_FALSE(send(conduct, ShareVerdict::stale, 500));
    CHECK(conduct.proven());
}
