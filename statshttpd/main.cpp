// The program statshttpd.
#include "common/runtime/run.hpp"
#include "statshttpd/service.hpp"

int main(int argc, char** argv) {
    const lode::runtime::ServiceDefinition services[] = {lode::statshttpd::definition()};
    return lode::runtime::run(services, {.name = "statshttpd",
                                         .summary = "Serves the JSON API of the pool.",
                                         .arguments = lode::runtime::arguments_of(argc, argv)});
}
