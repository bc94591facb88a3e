// The program jobmaker.
#include "common/runtime/run.hpp"
#include "jobmaker/service.hpp"

int main(int argc, char** argv) {
    const lode::runtime::ServiceDefinition services[] = {lode::jobmaker::definition()};
    return lode::runtime::run(services, {.name = "jobmaker",
                                         .summary = "Makes jobs for miners out of block templates.",
                                         .arguments = lode::runtime::arguments_of(argc, argv),
                                         .prepare = {}});
}
