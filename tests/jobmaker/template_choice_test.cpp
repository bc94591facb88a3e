// Which template is mined, rule by rule and in random crowds.
#include "jobmaker/template_choice.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/jobmaker/templates.hpp"

using namespace lode;
using namespace lode::test;
using jobmaker::TemplateVerdict;
using std::chrono::seconds;

namespace {

constexpr SteadyTime start{std::chrono::hours(1)};

struct Choice {
    jobmaker::TemplateChoice choice{seconds(60)};
    SteadyTime now = start;

    TemplateVerdict add(const TemplateShape& shape) {
        return choice.add(read(a_template(shape)), now, now);
    }
    // The id of the template to mine, 0 for none.
    [[nodiscard]] int best() const {
        const auto* const found = choice.best(now);
        return found == nullptr ? 0 : found->content.id.bytes[0];
    }
};

}  // namespace

TEST_CASE("more chainwork wins, whichever came first") {
    Choice c;
    REQUIRE(c.add({.id = 1, .prev = 1, .work = 10, .node = "a"}) == TemplateVerdict::accepted);
    REQUIRE(c.add({.id = 2, .prev = 2, .work = 9, .node = "b"}) == TemplateVerdict::accepted);
    CHECK(c.best() == 1);
    REQUIRE(c.add({.id = 3, .prev = 3, .work = 11, .empty = true, .node = "c"}) ==
            TemplateVerdict::accepted);
    CHECK(c.best() == 3);
}

TEST_CASE("at equal work the template on our own block wins") {
    Choice c;
    (void)c.add({.id = 1, .prev = 1, .node = "a"});
    c.choice.working_on(hash_of(1));
    (void)c.add({.id = 2, .prev = 2, .empty = true, .node = "b"});
    CHECK(c.best() == 1);
    c.choice.own_block(hash_of(2));
    CHECK(c.best() == 2);
    c.choice.own_block_lost(hash_of(2));
    CHECK(c.best() == 1);
}

TEST_CASE("at equal work the tip worked on already stays, however new its rival") {
    Choice c;
    (void)c.add({.id = 1, .prev = 1, .empty = true, .node = "a"});
    c.choice.working_on(hash_of(1));
    (void)c.add({.id = 2, .prev = 2, .node = "b"});
    CHECK(c.best() == 1);
}

TEST_CASE("on one tip a template with transactions wins, then the newest") {
    Choice c;
    (void)c.add({.id = 1, .node = "a"});
    (void)c.add({.id = 2, .empty = true, .node = "b"});
    CHECK(c.best() == 1);
    (void)c.add({.id = 3, .node = "c"});
    CHECK(c.best() == 3);
}

TEST_CASE("a newer template of the same node replaces its older one, also with less work") {
    Choice c;
    (void)c.add({.id = 1, .prev = 1, .work = 10});
    (void)c.add({.id = 2, .prev = 2, .work = 9});
    CHECK(c.best() == 2);
}

TEST_CASE("a template that comes twice is a duplicate") {
    Choice c;
    REQUIRE(c.add({.id = 1}) == TemplateVerdict::accepted);
    CHECK(c.add({.id = 1, .node = "other"}) == TemplateVerdict::duplicate);
}

TEST_CASE("a template that is made again stays fresh, one that only comes again does not") {
    Choice c;
    REQUIRE(c.add({.id = 1}) == TemplateVerdict::accepted);
    c.now += seconds(40);
    REQUIRE(c.choice.add(read(a_template({.id = 1})), start, c.now) == TemplateVerdict::duplicate);
    c.now += seconds(20);
    CHECK(c.best() == 0);
    REQUIRE(c.add({.id = 1}) == TemplateVerdict::duplicate);
    CHECK(c.best() == 1);
}

TEST_CASE("a template too old on arrival is stale, and one that grows too old is not offered") {
    Choice c;
    CHECK(c.choice.add(read(a_template({.id = 9})), start - seconds(60), start) ==
          TemplateVerdict::stale);
    REQUIRE(c.add({.id = 1}) == TemplateVerdict::accepted);
    c.now += seconds(59);
    CHECK(c.best() == 1);
    c.now += seconds(1);
    CHECK(c.best() == 0);
}

TEST_CASE("a dropped template is not offered again") {
    Choice c;
    (void)c.add({.id = 1, .node = "a"});
    (void)c.add({.id = 2, .node = "b"});
    c.choice.drop(hash_of(2));
    CHECK(c.best() == 1);
}

TEST_CASE("a template that comes late, after a newer one of its node, changes nothing") {
    Choice c;
    const auto newer = a_template({.id = 2, .prev = 2, .work = 11});
    newer->set_produced_unix_ms(newer->produced_unix_ms() + 1);
    REQUIRE(c.choice.add(read(newer), c.now, c.now) == TemplateVerdict::accepted);
    CHECK(c.add({.id = 1, .prev = 1, .work = 10}) == TemplateVerdict::stale);
    CHECK(c.best() == 2);
    c.now += seconds(60);  // should its clock have been set back
    CHECK(c.add({.id = 1, .prev = 1, .work = 10}) == TemplateVerdict::accepted);
}

// Two gbtmakers with two nodes each, on rival tips of equal work: their templates come in any
// order, twice (bus and direct) and late.
TEST_CASE("rival tips do not make the choice flap, and our own block decides at once") {
    std::mt19937 random(20261121);
    for (int round = 0; round < 200; ++round) {
        Choice c;
        std::vector<std::shared_ptr<v1::TemplateMessage>> sent;
        const std::vector<std::string> nodes{"a", "b", "c", "d"};
        std::optional<std::uint8_t> tip;
        const auto own_at = random() % 60;
        const auto own = static_cast<std::uint8_t>(1 + random() % 2);
        for (std::uint8_t step = 0; step < 60; ++step) {
            c.now += std::chrono::milliseconds(random() % 500);
            if (!sent.empty() && random() % 3 == 0) {
                (void)c.choice.add(read(sent[random() % sent.size()]), c.now, c.now);
            } else {
                const auto node = random() % nodes.size();
                const auto message =
                    a_template({.id = static_cast<std::uint8_t>(step + 1),
                                .prev = static_cast<std::uint8_t>(node < 2 ? 1 : 2),
                                .empty = random() % 3 == 0,
                                .node = nodes[node]});
                message->set_produced_unix_ms(message->produced_unix_ms() + step);
                sent.push_back(message);
                if (random() % 4 != 0) (void)c.choice.add(read(message), c.now, c.now);
            }
            if (step == own_at) c.choice.own_block(hash_of(own));
            const auto* const best = c.choice.best(c.now);
            if (best == nullptr) continue;
            const std::uint8_t now_on = best->content.prev_hash.bytes[0];
            // Only to our own block, and from it never.
            if (tip && now_on != *tip) {
                REQUIRE(step >= own_at);
                REQUIRE(now_on == own);
            }
            tip = now_on;
            c.choice.working_on(best->content.prev_hash);
        }
    }
}

TEST_CASE("in any crowd the choice has the most work, and does not leave its tip for an equal") {
    std::mt19937 random(20261121);
    for (int round = 0; round < 200; ++round) {
        Choice c;
        std::map<std::string, std::uint8_t> work_of_node;
        std::uint8_t id = 0;
        for (int step = 0; step < 30; ++step) {
            const auto before = c.choice.best(c.now) == nullptr
                                    ? std::optional<jobmaker::Candidate>()
                                    : *c.choice.best(c.now);
            if (before) c.choice.working_on(before->content.prev_hash);
            // A tip belongs to one amount of work: the high half of its byte.
            const auto prev = static_cast<std::uint8_t>(random() % 64 + 16);
            const auto work = static_cast<std::uint8_t>(prev / 16);
            const std::string node(1, static_cast<char>('a' + random() % 5));
            (void)c.add(
                {.id = ++id, .prev = prev, .work = work, .empty = random() % 2 == 0, .node = node});
            work_of_node[node] = work;
            std::uint8_t most = 0;
            for (const auto& [name, its_work] : work_of_node) most = std::max(most, its_work);
            const auto* const best = c.choice.best(c.now);
            REQUIRE(best != nullptr);
            REQUIRE(best->content.chainwork == bitcoin::Uint256(most));
            const bool replaced = before && before->content.origin == "gbtmaker " + node;
            if (before && !replaced && before->content.chainwork == best->content.chainwork) {
                REQUIRE(before->content.prev_hash == best->content.prev_hash);
            }
        }
    }
}
