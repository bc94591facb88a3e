// Loading of lode.toml into a tree with lines.
#include "common/config/document.hpp"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "common/base/file.hpp"

using namespace lode;
using config::Document;
using config::Node;

namespace {

std::string refusal(std::string_view text) {
    const auto document = Document::parse(text, "lode.toml");
    REQUIRE_FALSE(document);
    return document.error().context;
}

}  // namespace

TEST_CASE("values and keys know their lines") {
    const auto document = Document::parse(
        "data_dir = \"x\"\n"
        "\n"
        "[[chain]]\n"
        "maturity = 101\n"
        "[[chain]]\n"
        "tags = [true,\n"
        "        1.5]\n",
        "lode.toml");
    REQUIRE(document);
    const Node& root = document.value().root();
    REQUIRE(root.entries.size() == 2);
    CHECK(root.entries[0].key == "data_dir");
    CHECK(root.entries[0].node.string == "x");
    const Node& chains = root.find("chain")->node;
    REQUIRE(chains.items.size() == 2);
    CHECK(chains.items[0].line == 3);
    CHECK(chains.items[0].find("maturity")->line == 4);
    CHECK(chains.items[0].find("maturity")->node.integer == 101);
    const Node& tags = chains.items[1].find("tags")->node;
    CHECK(tags.items[0].boolean);
    CHECK(tags.items[1].kind == Node::Kind::other);
    CHECK(tags.items[1].line == 7);
    CHECK(root.find("absent") == nullptr);
}

TEST_CASE("entries come in the order of the file") {
    const auto document = Document::parse("z = 1\na = 2\nm = 3\n", "lode.toml");
    REQUIRE(document);
    std::string keys;
    for (const auto& entry : document.value().root().entries) keys += entry.key;
    CHECK(keys == "zam");
}

TEST_CASE("what is no TOML is refused in one line with file and line") {
    CHECK(refusal("a = 1\nb = \n").starts_with("lode.toml:2: "));
    CHECK(refusal("a = 1\na = 2\n").starts_with("lode.toml:2: "));
    CHECK(refusal("a = \"\xff\"\n").starts_with("lode.toml:1: "));
    CHECK(refusal("a = 1\nb = \n").find('\n') == std::string::npos);
}

TEST_CASE("texts that would exhaust the parser are refused") {
    std::string deep = "a";
    for (int i = 0; i < 300; ++i) deep += ".a";
    CHECK(refusal(deep + " = 1\n") == "lode.toml: a line has more than 256 dots");
    CHECK(refusal("a = " + std::string(100'000, '[')).starts_with("lode.toml:1: "));
    CHECK(refusal(std::string(1024 * 1024 + 1, '\n')) ==
          "lode.toml: the file is larger than 1 MiB");
}

TEST_CASE("a file that cannot be read is named") {
    const auto document = Document::load("/nonexistent/lode.toml");
    REQUIRE_FALSE(document);
    CHECK(document.error().context.find("/nonexistent/lode.toml") != std::string::npos);
}

TEST_CASE("a file is loaded with the process's environment") {
    std::string folder = (std::filesystem::temp_directory_path() / "lode-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    const std::filesystem::path path = std::filesystem::path(folder) / "lode.toml";
    REQUIRE(replace_file(path, "a = 1\n"));
    const auto document = Document::load(path);
    REQUIRE(document);
    CHECK(document.value().path() == path);
    CHECK(document.value().environment()("PATH") == std::getenv("PATH"));
    CHECK_FALSE(document.value().environment()("LODE_SURELY_NOT_SET"));
    std::filesystem::remove_all(folder);
}
