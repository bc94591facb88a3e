// Lines as a pool writes them, for the tests of this folder.
#pragma once

#include <string>
#include <string_view>

#include "common/stratum/notify.hpp"
#include "common/stratum/response.hpp"
#include "tests/bench/load/client.hpp"

namespace lode::load::pool_lines {

inline constexpr std::uint32_t regtest_bits = 0x207fffff;

inline std::string without_newline(std::string line) {
    line.pop_back();
    return line;
}

inline std::string job(std::uint64_t id, std::uint8_t tip = 1,
                       stratum::CleanJobs clean = stratum::CleanJobs::yes) {
    static const Bytes prefix = {1, 2, 3};
    static const Bytes suffix = {4, 5, 6, 7};
    static const std::vector<bitcoin::Hash256> branch(3, bitcoin::Hash256{{9}});
    const auto text = stratum::encode_notify({.id = JobId(id),
                                              .prev_hash = {{tip}},
                                              .coinbase_prefix = prefix,
                                              .merkle_branch = branch,
                                              .version = 0x20000000,
                                              .bits = regtest_bits,
                                              .time = 1'700'000'000});
    return without_newline(text.line(suffix, clean));
}

inline std::string subscribed() {
    return without_newline(stratum::subscribe_line(
        "1", {.session_id = "s", .extranonce1 = {0xaa, 0xbb, 0xcc, 0xdd}, .extranonce2_size = 8}));
}

inline std::string authorised() {
    return without_newline(stratum::true_line("2"));
}

inline std::string difficulty(int exponent) {
    return without_newline(stratum::set_difficulty_line(stratum::power_of_two(exponent)));
}

// A client that is logged in and has a job of that difficulty.
inline Client working(Jobs& jobs, int exponent) {
    Client client;
    for (const auto& line : {subscribed(), authorised(), difficulty(exponent), job(1)}) {
        static_cast<void>(client.hear(line, jobs, 1));
    }
    return client;
}

}  // namespace lode::load::pool_lines
