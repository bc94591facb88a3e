// Listeners as the configuration says, and the fingerprint of a certificate.
#include "statshttpd/listeners.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

Listeners listeners(std::string_view text) {
    return listeners_of(config::Document::parse(text, "lode.toml").value());
}

}  // namespace

TEST_CASE("without settings there is sserver's own listener") {
    const auto found = listeners("");
    REQUIRE(found.all.size() == 1);
    CHECK(found.all[0].port == 3333);
    CHECK(found.all[0].start_difficulty == "8192");
    CHECK_FALSE(found.all[0].certificate_file);
    CHECK(found.users == "address");
}

TEST_CASE("listeners are read, those with TLS first") {
    const auto found = listeners(R"([sserver]
users = "registered"
[[sserver.listener]]
port = 3334
profile = "small"
[[sserver.listener]]
port = 3335
profile = "nicehash"
start_difficulty = "2^20"
reward = "solo"
[[sserver.listener]]
port = 3443
certificate_file = "/etc/lode/pool.pem"
fixed_difficulty = "64"
)");
    REQUIRE(found.all.size() == 3);
    CHECK(found.users == "registered");
    CHECK(found.all[0].port == 3443);
    CHECK(found.all[0].certificate_file == "/etc/lode/pool.pem");
    CHECK(found.all[0].start_difficulty == "64");
    CHECK(found.all[1].port == 3334);
    CHECK(found.all[1].start_difficulty == "2^-10");
    CHECK(found.all[2].start_difficulty == "2^20");
    CHECK(found.all[2].reward == "solo");
}

TEST_CASE("a fingerprint is SHA-256 over the certificate's bytes, the first of a chain") {
    // "abc", whose hash is in the standard.
    constexpr std::string_view pem =
        "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n";
    constexpr std::string_view hash =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    CHECK(certificate_fingerprint(pem).value() == hash);
    CHECK(certificate_fingerprint(std::string(pem) + "-----BEGIN CERTIFICATE-----\nZGVm\n"
                                                     "-----END CERTIFICATE-----\n")
              .value() == hash);
    for (const char* wrong : {"", "-----BEGIN CERTIFICATE-----\nYWJj", "-----END CERTIFICATE-----",
                              "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
                              "-----BEGIN CERTIFICATE-----\nYW?j\n-----END CERTIFICATE-----"}) {
        CHECK_FALSE(certificate_fingerprint(wrong));
    }
}

TEST_CASE("a host is told from its port") {
    CHECK(host_of("pool.example:8080") == "pool.example");
    CHECK(host_of("pool.example") == "pool.example");
    CHECK(host_of("[::1]:8080") == "[::1]");
    CHECK(host_of("[::1]") == "[::1]");
}

TEST_CASE("endpoints") {
    const ConnectAnswer answer{
        .host = "pool.example",
        .endpoints = {{.listener = {.port = 3443,
                                    .start_difficulty = "64",
                                    .certificate_file = "/etc/lode/pool.pem"},
                       .fingerprint = "ab"},
                      {.listener = {.start_difficulty = "8192"}, .fingerprint = {}}},
        .users = "address"};
    CHECK(to_json(answer) ==
          R"({"endpoints":[{"url":"stratum+ssl://pool.example:3443","tls":true,)"
          R"("certificate_sha256":"ab","start_difficulty":"64","profile":"asic",)"
          R"("reward":"pool"},{"url":"stratum+tcp://pool.example:3333","tls":false,)"
          R"("certificate_sha256":null,"start_difficulty":"8192","profile":"asic",)"
          R"("reward":"pool"}],"users":"address","user_format":"ADDRESS.WORKER"})");
}
