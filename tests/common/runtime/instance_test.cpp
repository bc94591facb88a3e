// Names of instances.
#include "common/runtime/instance.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using runtime::instance_name;

TEST_CASE("an instance keeps the name of its first start, and another has another") {
    const test::TemporaryFolder folder;
    const auto name = instance_name(folder.path() / "a", "blkmaker").value();
    CHECK(name.starts_with("blkmaker-"));
    CHECK(name.size() == 17);
    CHECK(instance_name(folder.path() / "a", "blkmaker").value() == name);
    CHECK(instance_name(folder.path() / "b", "blkmaker").value() != name);
}

TEST_CASE("the folder of another service, or a damaged name, is refused") {
    const test::TemporaryFolder folder;
    REQUIRE(instance_name(folder.path(), "blkmaker"));
    CHECK_FALSE(instance_name(folder.path(), "sserver"));
    REQUIRE(replace_file(folder.path() / "instance", "\n"));
    CHECK_FALSE(instance_name(folder.path(), "blkmaker"));
}
