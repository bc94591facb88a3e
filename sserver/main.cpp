// The program sserver.
#include "common/runtime/run.hpp"
#include "sserver/service.hpp"

int main(int argc, char** argv) {
    const lode::runtime::ServiceDefinition services[] = {lode::sserver::definition()};
    return lode::runtime::run(services, {.name = "sserver",
                                         .summary = "Serves miners over Stratum.",
                                         .arguments = lode::runtime::arguments_of(argc, argv),
                                         .prepare = {}});
}
