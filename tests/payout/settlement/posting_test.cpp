// What steps post, from what is wanted and what stands.
#include "payout/settlement/posting.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::payout;

namespace {

Account user(const std::string& name, Pot pot) {
    return {{Owner::Kind::user, name}, pot};
}
const Account mined{{Owner::Kind::world, ""}, Pot::mined};

Step step(Step::Kind kind) {
    Step made{.kind = kind, .block = {}};
    made.block.hash.bytes[0] = 0xab;
    made.block.height = 7;
    made.block.revision = 2;
    return made;
}
const std::string name = " " + std::string(62, '0') + "ab 3";

std::vector<Entry> credit(std::int64_t alice, std::int64_t bob) {
    return {{user("alice", Pot::immature), Satoshi(alice)},
            {user("bob", Pot::immature), Satoshi(bob)},
            {mined, Satoshi(-alice - bob)}};
}

}  // namespace

TEST_CASE("credits become immature entries against what was mined") {
    Terms terms;
    terms.recipients = {{"pool", Ppm(parts)}};
    const UserNames names{{UserId(5), "alice"}};
    const auto entries = credit_entries({{{Payee::Kind::user, 5}, Satoshi(70)},
                                         {{Payee::Kind::fee, 0}, Satoshi(20)},
                                         {{Payee::Kind::reserve, 0}, Satoshi(10)}},
                                        terms, names)
                             .value();
    CHECK(entries == std::vector<Entry>{{user("alice", Pot::immature), Satoshi(70)},
                                        {{{Owner::Kind::fee, "pool"}, Pot::immature}, Satoshi(20)},
                                        {{{Owner::Kind::reserve, ""}, Pot::immature}, Satoshi(10)},
                                        {mined, Satoshi(-100)}});
    CHECK(credit_entries({}, terms, names).value().empty());
    CHECK(credit_entries({{{Payee::Kind::user, 6}, Satoshi(1)}}, terms, names).error().code ==
          ErrorCode::internal);
}

TEST_CASE("the first credit is posted whole, later ones by what is missing") {
    const auto first = post_step(step(Step::Kind::credit), {.wanted = credit(60, 40)});
    REQUIRE(first.transactions.size() == 1);
    CHECK(first.transactions[0].key == "credit" + name);
    CHECK(first.transactions[0].entries == credit(60, 40));
    CHECK(first.state == CreditState::provisional);
    CHECK(first.revision == 3);

    const auto again =
        post_step(step(Step::Kind::credit), {.wanted = credit(55, 45), .posted = credit(60, 40)});
    REQUIRE(again.transactions.size() == 1);
    CHECK(again.transactions[0].reason == Reason::adjustment);
    CHECK(again.transactions[0].entries ==
          std::vector<Entry>{{user("alice", Pot::immature), Satoshi(-5)},
                             {user("bob", Pot::immature), Satoshi(5)}});

    CHECK(post_step(step(Step::Kind::credit), {.wanted = credit(6, 4), .posted = credit(6, 4)})
              .transactions.empty());
}

TEST_CASE("what is final is the balance of those who are credited") {
    const auto posting =
        post_step(step(Step::Kind::finalise), {.wanted = credit(60, 40), .posted = credit(60, 40)});
    REQUIRE(posting.transactions.size() == 1);
    CHECK(posting.transactions[0].key == "maturity" + name);
    CHECK(check(posting.transactions[0]));
    CHECK(posting.transactions[0].entries ==
          std::vector<Entry>{{user("alice", Pot::immature), Satoshi(-60)},
                             {user("alice", Pot::balance), Satoshi(60)},
                             {user("bob", Pot::immature), Satoshi(-40)},
                             {user("bob", Pot::balance), Satoshi(40)}});
    CHECK(posting.state == CreditState::final);
    // Nothing posted yet: both at once.
    CHECK(post_step(step(Step::Kind::finalise), {.wanted = credit(6, 4)}).transactions.size() == 2);
    // A solo block without a fee.
    CHECK(post_step(step(Step::Kind::finalise), {}).transactions.empty());
}

TEST_CASE("an orphan is taken back to the last unit") {
    const auto posting = post_step(step(Step::Kind::take_back), {.posted = credit(60, 40)});
    REQUIRE(posting.transactions.size() == 1);
    CHECK(posting.transactions[0].key == "orphan" + name);
    CHECK(posting.transactions[0].entries == credit(-60, -40));
    CHECK(posting.state == CreditState::reversed);
}
