// Values of settings: their text in and out.
#include "common/config/type.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace std::chrono_literals;
using config::ByteSize;
using config::Document;
using config::Scalar;
using config::Type;

namespace {

Result<Scalar> read(const Type& type, std::string_view value) {
    auto document = Document::parse("a = " + std::string(value), "lode.toml");
    REQUIRE(document);
    const config::Entry& entry = document.value().root().entries.front();
    return config::read_scalar(type, {&document.value(), 1, "a"}, entry.node);
}

std::string refusal(const Type& type, std::string_view value) {
    const auto result = read(type, value);
    INFO(value);
    REQUIRE_FALSE(result);
    return result.error().context;
}

template <class T>
std::string shown(const T& value) {
    return config::toml_text(config::type_of<T>({}), config::to_scalar(value));
}

}  // namespace

TEST_CASE("times are a whole number with a unit") {
    const Type type = config::type_of<std::chrono::milliseconds>({});
    const auto ms = [&](std::string_view text) {
        return config::from_scalar<std::chrono::milliseconds>(read(type, text).value());
    };
    CHECK(ms("\"250ms\"") == 250ms);
    CHECK(ms("\"10s\"") == 10s);
    CHECK(ms("\"5m\"") == 5min);
    CHECK(ms("\"2h\"") == 2h);
    CHECK(ms("\"1d\"") == 24h);
    CHECK(ms("\"0s\"") == 0s);
    const std::string wanted =
        R"(lode.toml:1: a: must be a time such as "250ms", "10s", "5m", "2h" or "1d")";
    for (const auto* text : {"10", "s", "1.5s", "-1s", " 1s", "1 s", "1w", "1s1s", "",
                             "9223372036854775807d", "99999999999999999999s"}) {
        CHECK(refusal(type, '"' + std::string(text) + '"') == wanted);
    }
    CHECK(refusal(type, "10") == wanted + ", not an integer");
}

TEST_CASE("sizes are a whole number with a binary unit") {
    const Type type = config::type_of<ByteSize>({});
    const auto size = [&](std::string_view text) {
        return config::from_scalar<ByteSize>(read(type, text).value()).bytes;
    };
    CHECK(size("\"0B\"") == 0);
    CHECK(size("\"512B\"") == 512);
    CHECK(size("\"16MiB\"") == 16 * 1024 * 1024);
    CHECK(size("\"3TiB\"") == 3ULL << 40);
    for (const auto* text : {"\"16MB\"", "\"16\"", "\"MiB\"", "\"9999999TiB\""}) {
        CHECK(refusal(type, text) ==
              R"(lode.toml:1: a: must be a size such as "512B", "64KiB" or "16MiB")");
    }
}

TEST_CASE("integers keep to their member's type") {
    CHECK(refusal(config::type_of<std::uint8_t>({}), "256") ==
          "lode.toml:1: a: 256 is out of range, allowed 0..255");
    CHECK(refusal(config::type_of<std::uint64_t>({}), "-1") ==
          "lode.toml:1: a: -1 is out of range, allowed 0 or more");
    CHECK(std::get<std::int64_t>(
              read(config::type_of<std::int64_t>({}), "-9223372036854775808").value()) ==
          INT64_MIN);
    CHECK(refusal(config::type_of<int>({.help = "A.", .max = 9, .unit = "bytes"}), "10") ==
          "lode.toml:1: a: 10 is out of range, allowed -2147483648..9 bytes");
}

TEST_CASE("strings have a length, choices or a scheme") {
    CHECK(refusal(config::type_of<std::string>({.help = "A.", .max = 3}), "\"abcd\"") ==
          "lode.toml:1: a: is 4 bytes long, at most 3 are allowed");
    CHECK(refusal(config::type_of<std::string>({.help = "A.", .min = 1}), "\"\"") ==
          "lode.toml:1: a: must not be empty");
    CHECK(refusal(config::type_of<std::string>({}), '"' + std::string(4097, 'x') + '"') ==
          "lode.toml:1: a: is 4097 bytes long, at most 4096 are allowed");
    const Type url = config::type_of<std::string>({.help = "A.", .schemes = {"http", "https"}});
    CHECK(read(url, "\"https://a:1\""));
    CHECK(refusal(url, "\"tcp://a:1\"") ==
          "lode.toml:1: a: must be a URL scheme://host:port, scheme: http, https");
    CHECK(refusal(url, "\"http://a\"") ==
          "lode.toml:1: a: must be a URL scheme://host:port, scheme: http, https");
    CHECK(refusal(url, "\"http://a:b\"") ==
          "lode.toml:1: a: must be a URL scheme://host:port, scheme: http, https "
          "(the port of a URL must be 1..65535)");
}

TEST_CASE("a secret is never repeated") {
    const Type type = config::type_of<Secret>({.help = "A.", .max = 3});
    CHECK(refusal(type, "\"hunter2\"").find("hunter2") == std::string::npos);
    CHECK(shown(Secret("hunter2")) == "\"***\"");
    CHECK(shown(Secret()) == "\"\"");
}

TEST_CASE("values show as they would stand in the file") {
    CHECK(shown(true) == "true");
    CHECK(shown(std::uint16_t{3333}) == "3333");
    CHECK(shown(std::string("a\"${B}")) == R"("a\"$${B}")");
    CHECK(shown(std::filesystem::path("/x")) == "\"/x\"");
    CHECK(shown(std::chrono::milliseconds(1500)) == "\"1500ms\"");
    CHECK(shown(std::chrono::seconds(90)) == "\"90s\"");
    CHECK(shown(std::chrono::minutes(120)) == "\"2h\"");
    CHECK(shown(std::chrono::hours(48)) == "\"2d\"");
    CHECK(shown(std::chrono::seconds(0)) == "\"0s\"");
    CHECK(shown(ByteSize{0}) == "\"0B\"");
    CHECK(shown(ByteSize{1 << 20}) == "\"1MiB\"");
    CHECK(shown(ByteSize{1025}) == "\"1025B\"");
}
