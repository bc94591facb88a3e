// Durable files and the folder lock.
#include "common/base/file.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temporary_folder.hpp"

using namespace lode;

using lode::test::TemporaryFolder;

TEST_CASE("replacing a file leaves the new content and no temporary") {
    const TemporaryFolder folder;
    REQUIRE(replace_file(folder.path() / "epoch", "1"));
    REQUIRE(replace_file(folder.path() / "epoch", "22"));
    CHECK(read_file(folder.path() / "epoch").value() == "22");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a file that was written whole takes another's place") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "topic";
    REQUIRE(replace_file(path, "old"));
    REQUIRE(replace_file(folder.path() / "made", "new"));
    REQUIRE(put_in_place(folder.path() / "made", path));
    CHECK(read_file(path).value() == "new");
    CHECK_FALSE(std::filesystem::exists(folder.path() / "made"));
    const auto missing = put_in_place(folder.path() / "made", path);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().context.find("made") != std::string::npos);
    CHECK(read_file(path).value() == "new");
}

TEST_CASE("an append file keeps its content over reopening and can be cut") {
    const TemporaryFolder folder;
    {
        auto file = AppendFile::open(folder.path() / "journal");
        REQUIRE(file);
        REQUIRE(file.value().append(as_bytes("abc")));
        REQUIRE(file.value().append(as_bytes("def")));
    }
    auto file = AppendFile::open(folder.path() / "journal");
    REQUIRE(file);
    CHECK(file.value().size() == 6);
    REQUIRE(file.value().truncate(4));
    REQUIRE(file.value().append(as_bytes("X")));
    CHECK(read_file(folder.path() / "journal").value() == "abcdX");
}

TEST_CASE("a full disk is told as exhausted") {
    auto file = AppendFile::open("/dev/full");
    if (file) CHECK(file.value().append(as_bytes("x")).has_error());
    const auto missing = read_file("/nonexistent/file");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().context.find("/nonexistent/file") != std::string::npos);
}

TEST_CASE("a data folder has one owner at a time") {
    const TemporaryFolder folder;
    auto first = FolderLock::take(folder.path() / "sserver");
    REQUIRE(first);
    const auto second = FolderLock::take(folder.path() / "sserver");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::conflict);
    { const auto released = std::move(first).value(); }
    CHECK(FolderLock::take(folder.path() / "sserver"));
}
