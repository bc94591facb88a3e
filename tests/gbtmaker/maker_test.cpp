// gbtmaker as a whole: a scripted node's answers and hand-moved time in, calls and templates out.
#include "gbtmaker/maker.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/gbtmaker/bench.hpp"

using namespace lode;
using namespace lode::test;
using gbtmaker::Actions;
using gbtmaker::Answer;
using gbtmaker::NodeHealth;
using gbtmaker::ReadChain;
using gbtmaker::ReadHeader;
using gbtmaker::ReadTemplate;
using std::chrono::seconds;

TEST_CASE("a node is asked for its chain, its tip and a template, which is published") {
    Bench bench;
    CHECK(asks<ReadChain>(bench.tick()));
    CHECK(asks<ReadHeader>(bench.answer(chain_at(1))));
    const auto after_header = bench.answer(header(1));
    CHECK(after_header.templates.empty());  // there is no template yet to make an empty one from
    CHECK(asks<ReadTemplate>(after_header));
    const auto done = bench.answer(block_template(1, 2));
    REQUIRE(done.templates.size() == 1);
    CHECK(done.templates[0]->template_().bitcoin().transactions_size() == 2);
    CHECK(done.templates[0]->template_().bitcoin().chainwork().back() == 1);
    REQUIRE(done.changes.size() == 1);
    CHECK(done.changes[0].health == NodeHealth::usable);
    REQUIRE(done.long_polls.size() == 1);
    CHECK(done.long_polls[0].id == "poll1");
}

TEST_CASE("an announced block gives an empty template from its header, then the full one") {
    Bench bench;
    (void)bench.brought_up(1);
    CHECK(asks<ReadHeader>(bench.maker.tip_heard(0, hash_of(2), bench.now)));
    const auto early = bench.answer(header(2));
    REQUIRE(early.templates.size() == 1);
    const auto& empty = early.templates[0]->template_().bitcoin();
    CHECK(empty.empty());
    CHECK(empty.height() == 103);
    CHECK(empty.chainwork().back() == 2);
    CHECK(asks<ReadTemplate>(early));
    const auto full = bench.answer(block_template(2, 5));
    REQUIRE(full.templates.size() == 1);
    CHECK_FALSE(full.templates[0]->template_().bitcoin().empty());
}

TEST_CASE("without the setting no empty template is made") {
    auto without = settings(1);
    without.empty_on_new_block = false;
    Bench bench;
    bench.maker = gbtmaker::Maker(without);
    (void)bench.brought_up(1);
    (void)bench.maker.tip_heard(0, hash_of(2), bench.now);
    CHECK(bench.answer(header(2)).templates.empty());
}

TEST_CASE("a block that is no longer the tip gives no empty template") {
    Bench bench;
    (void)bench.brought_up(1);
    (void)bench.maker.tip_heard(0, hash_of(2), bench.now);
    auto passed = header(2);
    passed.confirmations = 2;
    const auto actions = bench.answer(passed);
    CHECK(actions.templates.empty());
    CHECK(asks<ReadChain>(actions));
}

TEST_CASE("a template on a block not heard of waits for that block's header") {
    Bench bench;
    (void)bench.brought_up(1);
    bench.tick(seconds(5));
    REQUIRE(asks<ReadTemplate>(bench.answer(chain_at(1))));
    const auto waiting = bench.answer(block_template(2, 1));
    CHECK(waiting.templates.empty());
    REQUIRE(asks<ReadHeader>(waiting));
    const auto done = bench.answer(header(2));
    REQUIRE(done.templates.size() == 1);
    CHECK(done.templates[0]->template_().bitcoin().transactions_size() == 1);
    CHECK(done.templates[0]->template_().bitcoin().chainwork().back() == 2);
}

TEST_CASE("a node on another network is unusable, said once, and asked again each interval") {
    Bench bench;
    (void)bench.tick();
    auto main = chain_at(1);
    main.chain = "main";
    const auto actions = bench.answer(main);
    CHECK(actions.calls.empty());
    REQUIRE(actions.changes.size() == 1);
    CHECK(actions.changes[0].health == NodeHealth::wrong_chain);
    CHECK(bench.log.text().find("it is on chain main, configured is regtest") != std::string::npos);
    const std::string said = bench.log.text();
    CHECK(asks<ReadChain>(bench.tick(seconds(1))));
    CHECK(bench.answer(main).changes.empty());
    CHECK(bench.log.text() == said);
}

TEST_CASE("a node in its first download is unusable, but an old regtest chain is none") {
    auto own = chain_at(1);
    own.initial_block_download = true;
    Bench regtest;
    (void)regtest.tick();
    CHECK(asks<ReadHeader>(regtest.answer(own)));
    own.headers += 1;
    Bench behind;
    (void)behind.tick();
    const auto actions = behind.answer(own);
    REQUIRE(actions.changes.size() == 1);
    CHECK(actions.changes[0].health == NodeHealth::initial_download);

    auto public_settings = settings(1);
    public_settings.network = bitcoin::Network::main;
    Bench public_node;
    public_node.maker = gbtmaker::Maker(public_settings);
    (void)public_node.tick();
    own.headers = own.blocks;
    own.chain = "main";
    CHECK(public_node.answer(own).changes.size() == 1);
}

TEST_CASE("a node that asks for an unknown rule, or for signed signet blocks, is refused") {
    Bench bench;
    (void)bench.tick();
    (void)bench.answer(chain_at(1));
    (void)bench.answer(header(1));
    auto strange = block_template(1);
    strange.rules.push_back("!blake2b");
    const auto actions = bench.answer(strange);
    CHECK(actions.templates.empty());
    REQUIRE(actions.changes.size() == 1);
    CHECK(actions.changes[0].health == NodeHealth::refused);
    CHECK(actions.changes[0].reason.find("blake2b") != std::string::npos);
    (void)bench.tick(seconds(4));
    CHECK(bench.answer(chain_at(1)).calls.empty());
    (void)bench.tick(seconds(1));
    CHECK(asks<ReadTemplate>(bench.answer(chain_at(1))));

    Bench signet;
    (void)signet.tick();
    (void)signet.answer(chain_at(1));
    (void)signet.answer(header(1));
    auto signed_blocks = block_template(1);
    signed_blocks.signet_challenge = Bytes{0x51, 0x21};
    CHECK(signet.answer(signed_blocks).changes.at(0).health == NodeHealth::refused);
}

TEST_CASE("a node that is down is said once, retried with growing pauses, and comes back") {
    Bench bench;
    (void)bench.tick();
    const auto lost = bench.fail(ErrorCode::unavailable, "connection refused");
    REQUIRE(lost.changes.size() == 1);
    CHECK(lost.changes[0].health == NodeHealth::down);
    CHECK(bench.tick().calls.empty());
    CHECK(asks<ReadChain>(bench.tick(seconds(1))));
    CHECK(bench.fail(ErrorCode::unavailable, "connection refused").changes.empty());
    CHECK(bench.tick(seconds(1)).calls.empty());
    CHECK(asks<ReadChain>(bench.tick(seconds(1))));
    (void)bench.answer(chain_at(1));
    (void)bench.answer(header(1));
    const auto back = bench.answer(block_template(1));
    REQUIRE(back.changes.size() == 1);
    CHECK(back.changes[0].health == NodeHealth::usable);
    CHECK(back.templates.size() == 1);
}

TEST_CASE("a node that comes back on the tip it had is asked for a template at once") {
    Bench bench;
    (void)bench.brought_up(1);
    (void)bench.tick(seconds(5));
    (void)bench.fail(ErrorCode::unavailable, "connection refused");
    (void)bench.tick(seconds(1));
    REQUIRE(asks<ReadTemplate>(bench.answer(chain_at(1))));
    CHECK(bench.answer(block_template(1)).changes.at(0).health == NodeHealth::usable);
}

TEST_CASE("a second node in health is asked for a template now and then only") {
    Bench bench(2);
    (void)bench.brought_up(1, 0);
    (void)bench.answer(chain_at(1), 1);
    (void)bench.answer(header(1), 1);
    (void)bench.answer(block_template(1, 2), 1);
    (void)bench.tick(seconds(5));
    (void)bench.answer(chain_at(1), 0);
    CHECK(bench.answer(chain_at(1), 1).calls.empty());
    (void)bench.tick(seconds(25));
    CHECK(asks<ReadTemplate>(bench.answer(chain_at(1), 1)));
}

TEST_CASE("a node that does not know an announced block stays usable") {
    Bench bench;
    (void)bench.brought_up(1);
    REQUIRE(asks<ReadHeader>(bench.maker.tip_heard(0, hash_of(9), bench.now)));
    const auto actions =
        bench.fail(ErrorCode::rejected, "-5: Block not found", 0, ReadHeader{hash_of(9)});
    CHECK(actions.changes.empty());
    CHECK(actions.calls.empty());
    CHECK(asks<ReadChain>(bench.tick(seconds(1))));
}

TEST_CASE("a wrong password is a node that is down, with the reason in the log") {
    Bench bench;
    (void)bench.tick();
    CHECK(bench.fail(ErrorCode::rejected, "wrong user or password").changes.at(0).health ==
          NodeHealth::down);
    CHECK(bench.log.text().find("wrong user or password") != std::string::npos);
}

TEST_CASE("a template that cannot be read refuses its node") {
    Bench bench;
    (void)bench.tick();
    (void)bench.answer(chain_at(1));
    (void)bench.answer(header(1));
    CHECK(bench.fail(ErrorCode::malformed, "height is missing", 0, ReadTemplate{})
              .changes.at(0)
              .health == NodeHealth::refused);
}

TEST_CASE(
    "when the preferred node's long poll breaks it is asked, and the next one takes over at once") {
    Bench bench(2);
    (void)bench.brought_up(1, 0);
    (void)bench.answer(chain_at(1), 1);
    (void)bench.answer(header(1), 1);
    CHECK(bench.answer(block_template(1, 2), 1).templates.empty());
    const auto lost = bench.maker.long_poll_answered(
        0, failure(ErrorCode::unavailable, "connection lost"), bench.now);
    REQUIRE(asks<ReadChain>(lost));
    const auto switched = bench.fail(ErrorCode::unavailable, "connection refused", 0);
    REQUIRE(asks<ReadTemplate>(switched));
    CHECK(switched.calls[0].node == 1);
    const auto done = bench.answer(block_template(1, 3), 1);
    REQUIRE(done.templates.size() == 1);
    CHECK(done.templates[0]->template_().node() == "http://127.0.0.1:2");
}

TEST_CASE("when the preferred node dies the next one's template goes out within two seconds") {
    Bench bench(2);
    (void)bench.brought_up(1, 0);
    (void)bench.answer(chain_at(1), 1);
    (void)bench.answer(header(1), 1);
    (void)bench.answer(block_template(1, 2), 1);
    REQUIRE(bench.tick(seconds(1)).calls.size() == 2);
    CHECK(bench.answer(chain_at(1), 1).calls.empty());
    REQUIRE(asks<ReadTemplate>(bench.fail(ErrorCode::unavailable, "connection refused", 0)));
    CHECK(bench.answer(block_template(1, 3), 1).templates.size() == 1);
}

TEST_CASE("a block that another node knows first is published from there") {
    Bench bench(2);
    (void)bench.brought_up(1, 0);
    (void)bench.answer(chain_at(1), 1);
    (void)bench.answer(header(1), 1);
    (void)bench.answer(block_template(1, 2), 1);
    (void)bench.maker.tip_heard(1, hash_of(2), bench.now);
    const auto first = bench.answer(header(2), 1);
    REQUIRE(first.templates.size() == 1);
    CHECK(first.templates[0]->template_().node() == "http://127.0.0.1:2");
    (void)bench.maker.tip_heard(0, hash_of(2), bench.now);
    CHECK(bench.answer(header(2), 0).templates.empty());
    const auto full = bench.answer(block_template(2, 3), 0);
    REQUIRE(full.templates.size() == 1);
    CHECK(full.templates[0]->template_().node() == "http://127.0.0.1:1");
}

TEST_CASE("a long poll that ends on the same tip gives its template, on another it announces it") {
    Bench bench;
    (void)bench.brought_up(1);
    bench.tick(seconds(60));
    (void)bench.answer(chain_at(1));
    const auto same = bench.maker.long_poll_answered(0, block_template(1, 9), bench.now);
    REQUIRE(same.templates.size() == 1);
    CHECK(same.templates[0]->template_().bitcoin().transactions_size() == 9);
    REQUIRE(same.long_polls.size() == 1);
    (void)bench.answer(block_template(1, 9));
    const auto other = bench.maker.long_poll_answered(0, block_template(2, 1), bench.now);
    CHECK(asks<ReadHeader>(other));
}

TEST_CASE("a hint of a new tip makes every node look, one of a known tip none") {
    Bench bench;
    (void)bench.brought_up(1);
    v1::Hint hint;
    hint.set_prev_hash(std::string(32, '\1'));
    CHECK(bench.maker.hint(hint, bench.now).calls.empty());
    hint.set_prev_hash(std::string(32, '\2'));
    CHECK(asks<ReadChain>(bench.maker.hint(hint, bench.now)));
    (void)bench.answer(chain_at(1));
    (void)bench.answer(block_template(1, 2));
    CHECK(bench.maker.hint(hint, bench.now).calls.empty());
    hint.set_prev_hash("short");
    CHECK(bench.maker.hint(hint, bench.now).calls.empty());
}

TEST_CASE("a change of health is an event that names node and reason") {
    Bench bench;
    const auto event = bench.maker.event_of({0, NodeHealth::down, "gone"}, wall_start);
    CHECK(event.chain() == "test");
    CHECK(event.node().node() == "http://127.0.0.1:1");
    CHECK_FALSE(event.node().usable());
    CHECK(event.node().reason() == "gone");
}

TEST_CASE("a node that announces its blocks is not long-polled") {
    auto announcing = settings(1);
    announcing.nodes[0].announces = true;
    Bench bench;
    bench.maker = gbtmaker::Maker(announcing);
    CHECK(bench.brought_up(1).long_polls.empty());
}

TEST_CASE("a node whose announcements never come is told of, once") {
    auto announcing = settings(1);
    announcing.nodes[0].announces = true;
    Bench bench;
    bench.maker = gbtmaker::Maker(announcing);
    (void)bench.brought_up(1);
    for (std::uint8_t n = 2; n < 8; ++n) {
        (void)bench.tick(seconds(1));
        CHECK((n > 4) == (bench.log.text().find("announces no new blocks") != std::string::npos));
        (void)bench.answer(chain_at(n));
        (void)bench.answer(header(n));
        (void)bench.answer(block_template(n));
    }
    const std::string said = bench.log.text();
    const std::string phrase = "announces no new blocks";
    CHECK(said.find(phrase, said.find(phrase) + 1) == std::string::npos);
}

TEST_CASE("between templates the preferred node is only asked for its chain") {
    Bench bench;
    (void)bench.brought_up(1);
    for (int second = 1; second < 5; ++second) {
        REQUIRE(asks<ReadChain>(bench.tick(seconds(1))));
        CHECK(bench.answer(chain_at(1)).calls.empty());
    }
    REQUIRE(asks<ReadChain>(bench.tick(seconds(1))));
    CHECK(asks<ReadTemplate>(bench.answer(chain_at(1))));
}
