// The files the program carries are those of the folder, byte for byte.
#include "statshttpd/assets.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "common/base/file.hpp"

using namespace lode;
using namespace lode::statshttpd;

TEST_CASE("every file of the dashboard is carried as it is, and no other") {
    const std::filesystem::path folder = "statshttpd/dashboard";
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        ++files;
        const std::string name = entry.path().lexically_relative(folder).string();
        CAPTURE(name);
        const auto found = std::ranges::find(dashboard_assets(), name, &Asset::name);
        REQUIRE(found != dashboard_assets().end());
        CHECK(found->body == read_file(entry.path()).value());
        CHECK(content_type_of(name) != "application/octet-stream");
    }
    CHECK(files == dashboard_assets().size());
    CHECK(files > 0);
}

TEST_CASE("a file's type is that of its name's end") {
    CHECK(content_type_of("index.html") == "text/html; charset=utf-8");
    CHECK(content_type_of("pages/miner.js") == "text/javascript; charset=utf-8");
    CHECK(content_type_of("a.js.map") == "application/octet-stream");
    CHECK(content_type_of("") == "application/octet-stream");
}
