// Sends numbered shares to an embedded bus without end and says on stdout, one line each, where
// each was delivered: "partition offset sequence". The crash test kills it.
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "common/messages/share.pb.h"
#include "tests/common/bus/crash_topic.hpp"

using namespace lode;
using namespace lode::bus;

namespace {

// The bus's own thread tells the outcomes: there is nothing else to be done here.
class InlineExecutor final : public Executor {
  public:
    void post(Task task) override { task(); }
};

void say(const std::string& line) {
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(1);
}

}  // namespace

// Arguments: the bus's folder and the first sequence.
int main(int count, char** arguments) {
    if (count != 3) return 2;
    InlineExecutor executor;
    auto bus = open_bus({.folder = arguments[1]});
    if (!bus) return 1;
    auto producer = bus.value()->raw_producer(test::crash_topic, executor);
    if (!producer) return 1;
    std::atomic<int> in_flight = 0;
    for (std::uint64_t sequence = std::strtoull(arguments[2], nullptr, 10);; ++sequence) {
        while (in_flight >= 200) std::this_thread::yield();
        auto message = std::make_shared<v1::Share>();
        message->set_sequence(sequence);
        ++in_flight;
        const auto partition = static_cast<std::uint32_t>(sequence % 3);
        const auto sent = producer.value()->send(
            partition, "", message, [&in_flight, sequence](Result<Position> place) {
                if (!place) std::_Exit(1);
                say(std::to_string(place.value().partition) + " " +
                    std::to_string(place.value().offset) + " " + std::to_string(sequence) + "\n");
                --in_flight;
            });
        if (!sent) return 1;
    }
}
