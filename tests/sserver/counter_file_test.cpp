// Numbers that outlive the process.
#include "sserver/counter_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sserver;

TEST_CASE("a counter without a file is zero") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "epoch";
    CHECK(read_counter(path).value() == 0);
}

TEST_CASE("a value written is read again") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "session-numbers";
    REQUIRE(write_counter(path, 4'294'967'295));
    CHECK(read_counter(path).value() == 4'294'967'295);
}

TEST_CASE("content that is no number is an error and not a zero") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "epoch";
    for (const char* content : {"", "\n", "12", "12 \n", "-1\n", "4294967296\n", "x\n"}) {
        REQUIRE(replace_file(path, content));
        INFO(content);
        CHECK(read_counter(path).error().code == ErrorCode::internal);
    }
}

TEST_CASE("a folder that cannot be written gives an error") {
    const test::TemporaryFolder folder;
    CHECK_FALSE(write_counter(folder.path() / "absent" / "epoch", 1));
}
