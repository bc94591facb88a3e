// Which templates go out.
#include "gbtmaker/publish_rule.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/gbtmaker/answers.hpp"

using namespace lode;
using namespace lode::test;
using gbtmaker::Publish;
using gbtmaker::TemplateKind;
using std::chrono::seconds;

namespace {

constexpr auto start = steady_start;

gbtmaker::TemplateFacts full(std::uint8_t tip, std::int64_t reward = 1'000) {
    return {hash_of(tip), bitcoin::Satoshi(reward), TemplateKind::from_node};
}
gbtmaker::TemplateFacts empty(std::uint8_t tip) {
    return {hash_of(tip), bitcoin::Satoshi(900), TemplateKind::empty_before_full};
}

gbtmaker::PublishRule rule_after(const gbtmaker::TemplateFacts& facts) {
    gbtmaker::PublishRule rule({});
    rule.published(facts, start);
    return rule;
}

}  // namespace

TEST_CASE("the first template and each on a new tip go out at once") {
    CHECK(gbtmaker::PublishRule({}).decide(full(1), start) == Publish::now);
    CHECK(rule_after(full(1)).decide(full(2), start) == Publish::now);
    CHECK(rule_after(full(1)).decide(empty(2), start) == Publish::now);
}

TEST_CASE("the full template after an empty one goes out at once") {
    CHECK(rule_after(empty(1)).decide(full(1), start) == Publish::now);
}

TEST_CASE("an empty template never follows another on the same tip") {
    CHECK(rule_after(full(1)).decide(empty(1), start + seconds(60)) == Publish::hold);
    CHECK(rule_after(empty(1)).decide(empty(1), start + seconds(60)) == Publish::hold);
}

TEST_CASE("on one tip a full template waits for its interval") {
    const auto rule = rule_after(full(1));
    CHECK(rule.decide(full(1), start + seconds(14)) == Publish::hold);
    CHECK(rule.decide(full(1), start + seconds(15)) == Publish::now);
}

TEST_CASE("a reward that changes by two hundredths does not wait") {
    const auto rule = rule_after(full(1));
    CHECK(rule.decide(full(1, 1'019), start) == Publish::hold);
    CHECK(rule.decide(full(1, 1'020), start) == Publish::now);
    CHECK(rule.decide(full(1, 980), start) == Publish::now);
}

TEST_CASE("an unchanged reward of nothing is no change") {
    CHECK(rule_after(full(1, 0)).decide(full(1, 0), start) == Publish::hold);
}

TEST_CASE("after a loss the next full template goes out") {
    auto rule = rule_after(full(1));
    rule.forget();
    CHECK(rule.decide(full(1), start) == Publish::now);
}
