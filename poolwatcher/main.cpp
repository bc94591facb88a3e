// The program poolwatcher.
#include "common/runtime/run.hpp"
#include "poolwatcher/service.hpp"

int main(int argc, char** argv) {
    const lode::runtime::ServiceDefinition services[] = {lode::poolwatcher::definition()};
    return lode::runtime::run(services, {.name = "poolwatcher",
                                         .summary = "Follows the tips of other pools.",
                                         .arguments = lode::runtime::arguments_of(argc, argv),
                                         .prepare = {}});
}
