// Header once, then nonces.
#include "tests/bench/load/share_maker.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/hex.hpp"
#include "common/bitcoin/header.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/json/writer.hpp"

namespace lode::load {

namespace {

constexpr unsigned tries_max = 4'096;  // a millisecond of hashing: others wait meanwhile

}  // namespace

void ShareMaker::begin(const Client& client, std::string_view login, std::uint64_t number) {
    work_ = client.work();
    target_ = client.target();
    nonce_ = 0;
    Bytes extranonce2(client.extranonce2_size());
    for (auto& byte : extranonce2) {
        byte = static_cast<std::uint8_t>(number);
        number >>= 8;
    }
    bitcoin::Sha256 coinbase = work_->coinbase_prefix;
    coinbase.update(client.extranonce1().view()).update(extranonce2);
    coinbase.update(work_->job.coinbase_suffix);
    const stratum::PoolJob& job = work_->job;
    const auto bytes =
        bitcoin::BlockHeader{
            .version = job.version,
            .prev_hash = job.prev_hash,
            .merkle_root =
                bitcoin::merkle_root_from_branch(coinbase.finish_double(), job.merkle_branch),
            .time = job.time,
            .bits = job.bits,
            .nonce = 0,
        }
            .serialise();
    const std::span<const std::uint8_t, bitcoin::header_size> view(bytes);
    midstate_ = bitcoin::header_midstate(view.first<64>());
    std::ranges::copy(view.last<16>(), tail_.begin());
    text_ = R"(,"method":"mining.submit","params":[)" + json::quoted(login) + "," +
            json::quoted(job.id) + R"(,")" + to_hex(extranonce2) + R"(",")" +
            stratum::hex32(job.time) + R"(",")";
}

bool ShareMaker::fits(Wanted wanted) const {
    const bool solves = bitcoin::meets_target(hash_, work_->network_target);
    if (wanted == Wanted::solution || solves) return solves && wanted == Wanted::solution;
    return bitcoin::meets_target(hash_, target_) == (wanted == Wanted::share);
}

bool ShareMaker::next(Wanted wanted) {
    for (unsigned tries = 0; tries < tries_max; ++tries) {
        store_le(tail_.data() + 12, nonce_++);
        hash_ = bitcoin::sha256d_header(midstate_, tail_);
        if (fits(wanted)) return true;
    }
    return false;
}

void ShareMaker::append_line(std::uint64_t id, std::string& to) const {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, id).ptr;
    constexpr std::string_view hex = "0123456789abcdef";
    char nonce[8];
    const std::uint32_t value = nonce_ - 1;
    for (unsigned i = 0; i < 8; ++i) nonce[i] = hex[(value >> (28 - 4 * i)) & 15];
    to.append(R"({"id":)").append(digits, end).append(text_);
    to.append(nonce, sizeof nonce).append("\"]}\n");
}

}  // namespace lode::load
