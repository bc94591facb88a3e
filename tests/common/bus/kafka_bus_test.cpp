// The Kafka bus on real brokers: the promises of every bus, and what is its own.
#include <unistd.h>

#include <cstdlib>

#include "tests/common/bus/bus_fixture.hpp"
#include "tests/common/bus/conformance.hpp"

using namespace lode;
using namespace lode::bus;
using namespace lode::bus::test;

namespace {

std::string brokers() {
    const char* given = std::getenv("LODE_TEST_KAFKA");
    if (given == nullptr) FAIL("LODE_TEST_KAFKA must name a broker, host:port");
    return std::string("kafka://") + given;
}

// Topics of this name are nobody else's, also not those of an earlier run.
std::string fresh_chain() {
    static int count = 0;
    const auto now = system_clock().unix_now().time_since_epoch().count();
    return "t" + std::to_string(now) + "-" + std::to_string(::getpid()) + "-" +
           std::to_string(++count);
}

std::unique_ptr<Bus> open_kafka() {
    auto bus = open_bus({.config = {.url = brokers()}});
    if (!bus) FAIL(bus.error().context);
    return std::move(bus).value();
}

}  // namespace

TEST_CASE("the Kafka bus keeps the promises of every bus") {
    for (const Promise& promise : promises()) {
        DYNAMIC_SECTION(promise.sentence) {
            promise.check({open_kafka, conformance_topic(fresh_chain())});
        }
    }
}
