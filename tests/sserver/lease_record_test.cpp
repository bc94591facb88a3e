// What the data folder keeps of a lease.
#include "sserver/lease_record.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sserver;

TEST_CASE("a record is read as it was written, released or not") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "lease";
    CHECK_FALSE(read_lease_record(path).value().has_value());
    LeaseRow record{.id = 4095,
                    .holder = "machine:fs:1",
                    .epoch = 4'294'967'295,
                    .renewed = from_unix_ms(1'700'000'000'123)};
    REQUIRE(write_lease_record(path, record));
    CHECK(read_lease_record(path).value() == record);
    record.released = from_unix_ms(1'700'000'000'456);
    REQUIRE(write_lease_record(path, record));
    CHECK(read_lease_record(path).value() == record);
}

TEST_CASE("anything else is an error and not an empty record") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "lease";
    REQUIRE(write_lease_record(path, {.id = 7, .holder = "h", .epoch = 3}));
    const std::string good = read_file(path).value();
    for (std::size_t size = 0; size < good.size(); ++size) {
        REQUIRE(replace_file(path, good.substr(0, size)));
        INFO(size);
        CHECK(read_lease_record(path).error().code == ErrorCode::internal);
    }
    for (std::string wrong : {good + "\n", "x" + good, "id 4096" + good.substr(4)}) {
        REQUIRE(replace_file(path, wrong));
        CHECK(read_lease_record(path).error().code == ErrorCode::internal);
    }
}
