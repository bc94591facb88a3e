// The registered names in the data folder.
#include "sserver/user_record.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sserver;

namespace {

UserRecord record_of(std::vector<NameMark> marks) {
    return {from_unix_ms(1'700'000'000'123), std::make_shared<UserNames>(std::move(marks))};
}

}  // namespace

TEST_CASE("registered names are read as they were written") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "users";
    CHECK_FALSE(read_user_record(path).value());
    for (const auto& record :
         {record_of({}), record_of({mark_of("alice"), mark_of("bob"), mark_of("carol")})}) {
        REQUIRE(write_user_record(path, record));
        const auto read = read_user_record(path).value();
        REQUIRE(read);
        CHECK(read->read == record.read);
        CHECK(*read->names == *record.names);
    }
}

TEST_CASE("a record of users with any damage is none") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "users";
    REQUIRE(write_user_record(path, record_of({mark_of("alice"), mark_of("bob")})));
    const std::string whole = read_file(path).value();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        REQUIRE(replace_file(path, whole.substr(0, size)));
        CHECK_FALSE(read_user_record(path));
        std::string changed = whole;
        changed[size] = static_cast<char>(changed[size] ^ 0x40);
        REQUIRE(replace_file(path, changed));
        const auto read = read_user_record(path);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == ErrorCode::internal);
    }
}
