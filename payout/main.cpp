// The program payout.
#include "common/runtime/run.hpp"
#include "payout/service.hpp"

int main(int argc, char** argv) {
    const lode::runtime::ServiceDefinition services[] = {lode::payout::definition()};
    return lode::runtime::run(
        services, {.name = "payout",
                   .summary = "Divides what the pool finds among those who worked for it.",
                   .arguments = lode::runtime::arguments_of(argc, argv)});
}
