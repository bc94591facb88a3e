// Lines of a dump.
#include "lode/share_line.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sharelogger/builders.hpp"

using namespace lode;
using namespace lode::launcher;

namespace {

v1::Share a_share() {
    v1::Share share;
    share.set_produced_unix_ms(1'795'262'400'123);
    share.set_stream(281'474'976'776'192);
    share.set_sequence(12);
    share.set_user("alice");
    share.set_worker("rig");
    share.set_job_id(1'700'000'000ULL << 16 | 3);
    share.set_height(150);
    share.set_work(test::text(bitcoin::Work(0, 4).to_bytes()));
    return share;
}

Result<bitcoin::Hash256> a_hash() {
    return bitcoin::from_display_hex(std::string(62, '0') + "2a");
}

}  // namespace

TEST_CASE("a share is one JSON object with its hash as people write it") {
    CHECK(share_line(a_share(), a_hash(), Format::json) ==
          R"({"stream":"281474976776192","sequence":12,"user":"alice","worker":"rig",)"
          R"("job":"6553f1000003","height":150,"work":"4","time":1795262400123,)"
          R"("hash":"000000000000000000000000000000000000000000000000000000000000002a",)"
          R"("solves_block":false})");
}

TEST_CASE("a share that does not hold has no hash and says why") {
    const Result<bitcoin::Hash256> bad = failure(ErrorCode::rejected, "too easy");
    CHECK(share_line(a_share(), bad, Format::json).find(R"("hash":null,"bad":"too easy",)") !=
          std::string::npos);
    CHECK(share_line(a_share(), bad, Format::text).ends_with("  BAD: too easy"));
}

TEST_CASE("a share is one line of text with time, owner and hash") {
    auto share = a_share();
    share.set_solves_block(true);
    CHECK(share_line(share, a_hash(), Format::text) ==
          "2026-11-21 12:00:00.123  alice.rig  height 150  job 6553f1000003  work 4  "
          "stream 281474976776192  sequence 12  "
          "000000000000000000000000000000000000000000000000000000000000002a  solves a block");
}

TEST_CASE("a worker without a name leaves the user's alone") {
    auto share = a_share();
    share.clear_worker();
    CHECK(share_line(share, a_hash(), Format::text).find("  alice  height") != std::string::npos);
}
