// The program blkmaker.
#include "blkmaker/service.hpp"
#include "common/runtime/run.hpp"

int main(int argc, char** argv) {
    const lode::runtime::ServiceDefinition services[] = {lode::blkmaker::definition()};
    return lode::runtime::run(services, {.name = "blkmaker",
                                         .summary = "Submits solved blocks to every node.",
                                         .arguments = lode::runtime::arguments_of(argc, argv)});
}
