// The bus message of a template.
#include "gbtmaker/template_encoder.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/bitcoin/sha256.hpp"
#include "tests/gbtmaker/answers.hpp"

using namespace lode;
using namespace lode::test;
using std::chrono::seconds;

namespace {

std::shared_ptr<const v1::TemplateMessage> encoded(const bitcoin::BlockTemplate& made) {
    return gbtmaker::encode_template(made, {.chain = "test",
                                            .source = "gbtmaker",
                                            .node = "http://127.0.0.1:1",
                                            .chainwork = bitcoin::Uint256(0x0102),
                                            .now = wall_start,
                                            .node_time = wall_start - seconds(3)});
}

}  // namespace

TEST_CASE("a template's message carries each field in the bus's byte order") {
    const auto message = encoded(block_template(1, 2));
    CHECK(message->chain() == "test");
    CHECK(message->produced_unix_ms() == node_seconds * 1'000LL);
    CHECK(message->template_().node_time_unix_ms() == (node_seconds - 3) * 1'000LL);
    const auto& body = message->template_().bitcoin();
    CHECK(body.prev_hash() == std::string(32, '\1'));
    CHECK(body.chainwork() == std::string(30, '\0') + "\x01\x02");
    CHECK(body.height() == 102);
    CHECK(body.transactions_size() == 2);
    CHECK(body.transactions(1).data() == std::string(100, '\1'));
    CHECK(body.transactions(1).weight() == 400);
    CHECK_FALSE(body.empty());
}

TEST_CASE("the template id is the SHA-256 of its body, and changes with it") {
    const auto message = encoded(block_template(1, 2));
    const std::string body = message->template_().bitcoin().SerializeAsString();
    const auto id = bitcoin::sha256(as_bytes(body));
    CHECK(message->template_().template_id() == std::string(as_chars(id.view())));
    CHECK(encoded(block_template(1, 3))->template_().template_id() !=
          message->template_().template_id());
    CHECK(encoded(block_template(1, 2))->template_().template_id() ==
          message->template_().template_id());
}

TEST_CASE("the node's clock is its curtime, unless that only repeats the least time") {
    auto made = block_template(1);
    CHECK(gbtmaker::node_time(made, wall_start - seconds(50)) == wall_start);
    made.min_time = made.cur_time;
    CHECK(gbtmaker::node_time(made, wall_start - seconds(50)) == wall_start - seconds(50));
    CHECK(gbtmaker::node_time(made, wall_start + seconds(50)) == wall_start);
}
