// Stops a process of a test's own so that it does nothing more, not even what it had begun.
#pragma once

#include <sys/types.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace lode::test {

// Whether each of its threads stands. The signal is only sent when kill() returns: until a thread
// has come to it, which takes a while on a busy machine, it still answers.
inline bool stands_still(pid_t pid) {
    std::error_code error;
    const std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task",
                                                      error);
    if (error) return false;
    for (const auto& thread : threads) {
        std::ifstream file(thread.path() / "stat");
        std::string stat;
        std::getline(file, stat);
        // "number (name) state …", and a name may have brackets.
        const auto name_end = stat.rfind(") ");
        if (name_end == stat.npos || stat.at(name_end + 2) != 'T') return false;
    }
    return true;
}

// SIGSTOP; it stands when this returns. SIGCONT makes it go on.
inline void stop_process(pid_t pid) {
    REQUIRE(::kill(pid, SIGSTOP) == 0);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!stands_still(pid) && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    REQUIRE(stands_still(pid));
}

}  // namespace lode::test
