// The program sharelogger.
#include "common/runtime/run.hpp"
#include "sharelogger/service.hpp"

int main(int argc, char** argv) {
    const lode::runtime::ServiceDefinition services[] = {lode::sharelogger::definition()};
    return lode::runtime::run(services, {.name = "sharelogger",
                                         .summary = "Counts each share once and archives it.",
                                         .arguments = lode::runtime::arguments_of(argc, argv)});
}
