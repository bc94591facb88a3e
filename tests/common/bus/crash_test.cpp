// A program that writes to the bus is killed at random moments: all that it was told is durable
// must be there, once, in order.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "tests/common/bus/bus_fixture.hpp"
#include "tests/common/bus/crash_topic.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::bus;
using namespace lode::bus::test;

namespace {

struct Told {
    std::uint32_t partition;
    std::int64_t offset;
    std::uint64_t sequence;
};

// The writer, and what it says.
struct Writer {
    pid_t pid = 0;
    int output = -1;
};

Writer run_writer(const std::string& folder, std::uint64_t first) {
    std::string program =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "bus_crash_writer");
    std::string where = folder;
    std::string number = std::to_string(first);
    char* const arguments[] = {program.data(), where.data(), number.data(), nullptr};
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t pid = 0;
    REQUIRE(::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments, environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    return {pid, ends[0]};
}

void wait_for_death(pid_t pid) {
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(WIFSIGNALED(status));
}

// Runs the writer until it has reported `lines` records, kills it, and reads the rest of what it
// said before it died.
std::vector<Told> run_and_kill(const std::string& folder, std::uint64_t first, int lines) {
    const Writer writer = run_writer(folder, first);
    std::FILE* const output = ::fdopen(writer.output, "r");
    std::vector<Told> told;
    Told one{};
    // A line cut short by the kill has no end and is not taken as told.
    char end = 0;
    while (std::fscanf(output, "%u %ld %lu%c", &one.partition, &one.offset, &one.sequence, &end) ==
           4) {
        told.push_back(one);
        if (--lines == 0) ::kill(writer.pid, SIGKILL);
    }
    std::fclose(output);
    wait_for_death(writer.pid);
    return told;
}

// Until the writer has begun to make its topic's file.
bool making_begun(const std::filesystem::path& folder) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().string().find(".sqlite") != std::string::npos) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("what was delivered before a kill is there once and in order") {
    const lode::test::TemporaryFolder folder;
    std::mt19937 random(1);
    std::map<std::pair<std::uint32_t, std::int64_t>, std::uint64_t> told;
    constexpr std::uint64_t round_size = 3'000'000;  // sequences of a round, more than it sends
    for (std::uint64_t round = 0; round < 8; ++round) {
        const auto lines = std::uniform_int_distribution<int>(1, 1'500)(random);
        for (const Told& one : run_and_kill(folder.path(), round * round_size, lines)) {
            REQUIRE(told.emplace(std::pair(one.partition, one.offset), one.sequence).second);
        }
    }
    auto bus = open_bus({.folder = folder.path()});
    REQUIRE(bus);
    Reading reading(*bus.value(), crash_topic, from_earliest());
    std::array<std::int64_t, 3> next_offset{};
    std::array<std::uint64_t, 3> next_sequence{0, 1, 2};
    std::size_t found = 0;
    for (const auto& record : reading.wait_for_all()) {
        const auto [p, offset] = record.position;
        const auto sequence = record.message->sequence();
        REQUIRE(offset == next_offset[p]++);
        // Within a round no record is left out; a new round begins at its own first.
        const bool new_round = sequence % round_size < 3;
        REQUIRE((sequence == next_sequence[p] || (new_round && sequence > next_sequence[p])));
        next_sequence[p] = sequence + 3;
        const auto expected = told.find({p, offset});
        if (expected == told.end()) continue;
        REQUIRE(expected->second == sequence);
        ++found;
    }
    CHECK(found == told.size());
}

TEST_CASE("a topic whose file was being made at a kill is made by the next start") {
    std::mt19937 random(2);
    for (int round = 0; round < 20; ++round) {
        const lode::test::TemporaryFolder folder;
        const Writer writer = run_writer(folder.path(), 0);
        while (!making_begun(folder.path())) std::this_thread::yield();
        // Some looks at the clock later, so that each step of the making has its turn.
        const auto until =
            std::chrono::steady_clock::now() +
            std::chrono::microseconds(std::uniform_int_distribution(0, 5'000)(random));
        while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
        ::kill(writer.pid, SIGKILL);
        ::close(writer.output);
        wait_for_death(writer.pid);
        CHECK(run_and_kill(folder.path(), 0, 1).size() >= 1);
    }
}
