// The output queue on a socket pair.
#include "common/net/connection.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using lode::net::Output;

namespace {

struct Pair {
    Pair() {
        int fds[2] = {};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
        writing = FileDescriptor(fds[0]);
        reading = FileDescriptor(fds[1]);
    }
    [[nodiscard]] std::string read_all() const {
        std::string all;
        char block[4096];
        for (;;) {
            const auto count = ::read(reading.get(), block, sizeof block);
            if (count <= 0) return all;
            all.append(block, static_cast<std::size_t>(count));
        }
    }
    FileDescriptor writing;
    FileDescriptor reading;
};

}  // namespace

TEST_CASE("more pieces than one call takes are sent in order") {
    const Pair pair;
    Output output;
    std::string expected;
    for (int i = 0; i < 100; ++i) {
        const std::string text = std::to_string(i) + ",";
        expected += text;
        if (i % 3 == 0) {
            output.add(std::make_shared<const std::string>(text));
        } else {
            output.add(text);
        }
    }
    CHECK(output.size() == expected.size());
    CHECK(output.write_to(pair.writing.get()).written == Output::Written::all);
    CHECK(output.size() == 0);
    CHECK(pair.read_all() == expected);
}

TEST_CASE("a full socket leaves the rest for later, and later adds follow it") {
    const Pair pair;
    Output output;
    std::string expected;
    std::string received;
    for (int i = 0; i < 2000; ++i) {
        const std::string text = std::to_string(i) + std::string(1000, 'x');
        expected += text;
        output.add(text);
        if (i % 10 == 0) output.add(std::make_shared<const std::string>("shared"));
        if (i % 10 == 0) expected += "shared";
        if (i % 50 == 49) {
            CHECK(output.write_to(pair.writing.get()).written != Output::Written::failed);
            if (i % 100 == 99) received += pair.read_all();
        }
    }
    while (output.write_to(pair.writing.get()).written == Output::Written::some) {
        received += pair.read_all();
    }
    received += pair.read_all();
    CHECK(received == expected);
}

TEST_CASE("a closed peer is a failure and no signal") {
    Pair pair;
    pair.reading = FileDescriptor();
    Output output;
    output.add("text");
    CHECK(output.write_to(pair.writing.get()).written == Output::Written::failed);
}
