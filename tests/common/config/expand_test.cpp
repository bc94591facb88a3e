// Environment and file references.
#include "common/config/expand.hpp"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "common/base/file.hpp"

using namespace lode;
using config::Document;
using config::Place;

namespace {

Document document(const std::filesystem::path& path = "lode.toml") {
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "HOST") return "node";
        if (name == "EMPTY") return "";
        if (name == "ODD") return "${HOST}";
        return std::nullopt;
    };
    return std::move(Document::parse("", path, environment)).value();
}

std::string expanded(const std::string& text) {
    const Document lode_toml = document();
    return config::expand({&lode_toml, 3, "a.b"}, text).value();
}

std::string refusal(const std::string& text) {
    const Document lode_toml = document();
    const auto result = config::expand({&lode_toml, 3, "a.b"}, text);
    REQUIRE_FALSE(result);
    return result.error().context;
}

}  // namespace

TEST_CASE("environment variables are expanded anywhere in a string, once") {
    CHECK(expanded("http://${HOST}:1/${EMPTY}${HOST}") == "http://node:1/node");
    CHECK(expanded("${ODD}") == "${HOST}");
    CHECK(expanded("no $ {HOST} $HOST $") == "no $ {HOST} $HOST $");
    CHECK(expanded("$${HOST}") == "${HOST}");
    CHECK(expanded("").empty());
}

TEST_CASE("a text made unexpanded expands to itself") {
    for (const std::string text : {"${HOST}", "$${HOST}", "$", "a${", "${${", "$$${}"}) {
        CHECK(expanded(config::unexpanded(text)) == text);
    }
}

TEST_CASE("an unset variable or a wrong reference is one line with its place") {
    CHECK(refusal("x${NOT_SET}") ==
          "lode.toml:3: a.b: the environment variable NOT_SET is not set");
    const std::string wrong =
        R"(lode.toml:3: a.b: "${" must begin a ${NAME}; write "$${" for the characters)";
    CHECK(refusal("${HOST") == wrong);
    CHECK(refusal("${}") == wrong);
    CHECK(refusal("${A-B}") == wrong);
}

TEST_CASE("a secret is read from a file beside the configuration or by a whole path") {
    std::string made = (std::filesystem::temp_directory_path() / "lode-XXXXXX").string();
    REQUIRE(::mkdtemp(made.data()) != nullptr);
    const std::filesystem::path folder = made;
    REQUIRE(replace_file(folder / "password", " s3cret \n"));
    REQUIRE(replace_file(folder / "empty", "\n"));
    const Document lode_toml = document(folder / "lode.toml");
    const Place place{&lode_toml, 7, "chain.node.password"};
    CHECK(config::expand_secret(place, "file:password").value() == " s3cret ");
    CHECK(config::expand_secret(place, "file:" + (folder / "password").string()).value() ==
          " s3cret ");
    CHECK(config::expand_secret(place, "plain").value() == "plain");
    CHECK(config::expand_secret(place, "file:empty").error().context ==
          (folder / "lode.toml").string() + ":7: chain.node.password: the file " +
              (folder / "empty").string() + " is empty");
    const std::string missing = config::expand_secret(place, "file:gone").error().context;
    CHECK(missing.starts_with((folder / "lode.toml").string() + ":7: chain.node.password: "));
    CHECK(missing.find((folder / "gone").string()) != std::string::npos);
    std::filesystem::remove_all(folder);
}
