// How long a record takes to be durable on the embedded bus at 10,000 a second, beside a floor: a
// thread that writes what has come in to a file and calls fdatasync, and does nothing else.
//   bus_bench [SECONDS] [FOLDER]     FOLDER decides the disk; default: the temporary folder
//   bus_bench SECONDS kafka://…      on brokers instead, with topics of a chain "bench"
#include <unistd.h>

#include "common/bus/bus.hpp"
#include "common/runtime/loop.hpp"
#include "tests/bench/pace.hpp"

namespace {

using namespace lode;
using namespace lode::bench;

Numbers bus_of(const bus::BusOptions& options, int seconds) {
    const bus::TopicName topic{bus::topics::share.spec, "bench"};
    runtime::Loop loop("bench");
    auto opened = bus::open_bus(options);
    if (!opened) std::abort();
    auto producer = opened.value()->raw_producer(topic, loop);
    if (!producer) std::abort();
    Latencies latencies(seconds * rate);
    return paced(seconds, latencies, [&](std::size_t number) {
        // As of an sserver with two loops: two streams, two partitions.
        const auto partition = static_cast<std::uint32_t>(number % 2);
        const auto sent = producer.value()->send(partition, "stream", share(number),
                                                 [&latencies, number](Result<bus::Position> place) {
                                                     if (!place) std::abort();
                                                     latencies.durable(number);
                                                 });
        if (!sent) std::abort();
    });
}

}  // namespace

int main(int count, char** arguments) {
    const int seconds = count > 1 ? std::atoi(arguments[1]) : 5;
    if (count > 2 && std::string_view(arguments[2]).starts_with("kafka://")) {
        print("kafka", bus_of({.config = {.url = arguments[2]}}, seconds));
        return 0;
    }
    const auto base =
        count > 2 ? std::filesystem::path(arguments[2]) : std::filesystem::temp_directory_path();
    std::string name = (base / "lode-bench-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(name.data());
    const auto floor = floor_of(folder / "floor", seconds);
    const auto bus = bus_of({.folder = folder.string()}, seconds);
    std::filesystem::remove_all(folder);
    print("floor", floor);
    print("bus", bus);
    std::printf("ratio  p50 %6.2f     p99 %6.2f\n", bus.p50_ms / floor.p50_ms,
                bus.p99_ms / floor.p99_ms);
    return 0;
}
