// mining.notify, golden: the fields are those of mainnet block 125552 with a coinbase of our own
// shape.
#include "common/stratum/notify.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::stratum;

namespace {

bitcoin::Hash256 hash(std::string_view display) {
    return bitcoin::from_display_hex(display).value();
}

const Bytes coinbase_prefix{0x01, 0x00, 0xff};
const Bytes coinbase_suffix{0xab, 0xcd};
const std::vector<bitcoin::Hash256> branch{
    hash("60c25dda8d41f8d3d7d5c6249e2ea1b05a25bf7ae2ad6d904b512b31f997e1a1"),
    hash("01f314cdd8566d3e5dbdd97de2d9fbfbfd6873e916a00d48758282cbb81a45b9")};

NotifyJob job() {
    return {JobId{0x4dd7f5c70001},
            hash("00000000000008a3a41b85b8b29ad444def299fee21793cd8b9e567eab02cd81"),
            coinbase_prefix,
            branch,
            1,
            0x1a44b9f2,
            0x4dd7f5c7};
}

}  // namespace

TEST_CASE("a job is the shared texts around the second half of the coinbase") {
    CHECK(encode_notify(job()).line(coinbase_suffix, CleanJobs::yes) ==
          "{\"id\":null,\"method\":\"mining.notify\",\"params\":[\"4dd7f5c70001\","
          "\"ab02cd818b9e567ee21793cddef299feb29ad444a41b85b8000008a300000000\","
          "\"0100ff\",\"abcd\","
          "[\"a1e197f9312b514b906dade27abf255ab0a12e9e24c6d5d7d3f8418dda5dc260\","
          "\"b9451ab8cb828275480da016e97368fdfbfbd9e27dd9bd5d3e6d56d8cd14f301\"],"
          "\"00000001\",\"1a44b9f2\",\"4dd7f5c7\",true]}\n");
}

TEST_CASE("a job that leaves the others valid differs in its last word only") {
    const NotifyText text = encode_notify(job());
    const std::string clean = text.line(coinbase_suffix, CleanJobs::yes);
    const std::string keep = text.line(coinbase_suffix, CleanJobs::no);
    CHECK(clean.ends_with(",true]}\n"));
    CHECK(keep.ends_with(",false]}\n"));
    CHECK(clean.substr(0, clean.size() - 8) == keep.substr(0, keep.size() - 9));
}

TEST_CASE("a block without other transactions has an empty branch") {
    NotifyJob empty = job();
    empty.merkle_branch = {};
    CHECK(encode_notify(empty).suffix.starts_with("\",[],\"00000001\""));
}
