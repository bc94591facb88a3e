// The shape of a log line, and that no value can forge one.
#include "common/base/log.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("a line names the service, the phrase and each field") {
    const log::Capture capture;
    log::set_service("jobmaker");
    log::info("job published", {{"job", JobId(7)}, {"clean", true}, {"height", 12}});
    CHECK(capture.text() == "jobmaker: job published job=7 clean=true height=12\n");
}

TEST_CASE("a hostile value stays one quoted value") {
    const log::Capture capture;
    log::set_service("sserver");
    log::warn("refused", {{"worker", "a\nerror: x=\"1\""}, {"empty", ""}});
    CHECK(capture.text() == "sserver: refused worker=\"a\\x0aerror: x=\\\"1\\\"\" empty=\"\"\n");
}
