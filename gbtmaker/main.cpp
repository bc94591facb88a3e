// The program gbtmaker.
#include "common/runtime/run.hpp"
#include "gbtmaker/service.hpp"

int main(int argc, char** argv) {
    const lode::runtime::ServiceDefinition services[] = {lode::gbtmaker::definition()};
    return lode::runtime::run(services, {.name = "gbtmaker",
                                         .summary = "Asks the nodes for block templates.",
                                         .arguments = lode::runtime::arguments_of(argc, argv),
                                         .prepare = {}});
}
