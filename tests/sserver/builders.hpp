// A small world for sessions: jobs that a few hashes solve, logins, and a miner who searches.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "common/bitcoin/target.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "common/messages/solved.pb.h"
#include "common/stratum/request.hpp"
#include "sserver/job.hpp"
#include "sserver/moment.hpp"
#include "sserver/session.hpp"

namespace lode::test {

inline constexpr std::uint32_t job_time = 1'700'000'000;
inline const sserver::Moment start{from_unix_ms(std::int64_t{job_time} * 1000),
                                   SteadyTime(std::chrono::hours(100))};

// One block in about 2^exponent * 2^32 hashes.
struct JobSpec {
    std::uint64_t id = 0x1000;
    int network_exponent = -20;
    bool clean = false;
    std::uint8_t tip = 1;
    std::uint32_t version_mask = 0x1fffe000;
    std::uint32_t min_time = job_time - 100;
    std::int64_t node_time = job_time;
    bool solo = false;
    bool salted = true;  // no: an earlier jobmaker's
};

inline const std::string pool_script = "\x51\x02pp";  // what jobs pay the fee of 2 % to

inline v1::Job job_message(const JobSpec& spec) {
    const auto target = sserver::share_target(spec.network_exponent).target;
    v1::Job job;
    job.set_job_id(spec.id);
    job.set_template_id(std::string(32, 't'));
    job.set_height(100);
    job.set_clean(spec.clean);
    job.set_network_target(std::string(as_chars(target.to_hash().view())));
    job.set_reward(5'000'000'000);
    v1::BitcoinJob& body = *job.mutable_bitcoin();
    body.set_prev_hash(std::string(32, static_cast<char>(spec.tip)));
    body.set_version(0x20000000);
    body.set_version_mask(spec.version_mask);
    body.set_bits(bitcoin::bits_from_target(target));
    body.set_time(job_time);
    body.set_min_time(spec.min_time);
    body.set_node_time_unix_ms(spec.node_time * 1000);
    body.set_coinbase_prefix(std::string(50, 'p'));
    body.set_extranonce_size(12);
    if (spec.salted) body.set_salt_size(4);
    body.set_coinbase_suffix(std::string(60, 's'));
    body.add_merkle_branch(std::string(32, 'b'));
    body.set_transaction_count(7);
    if (spec.solo) {
        body.mutable_solo()->set_head("\xfe\xff\xff\xff");
        body.mutable_solo()->set_fee_ppm(20'000);
        body.mutable_solo()->set_fee_script(pool_script);
        body.mutable_solo()->set_lock_time(99);
    }
    return job;
}

inline sserver::JobPtr a_job(const JobSpec& spec = {}, SteadyTime made = start.steady) {
    const auto clean = spec.clean ? stratum::CleanJobs::yes : stratum::CleanJobs::no;
    return sserver::make_job(job_message(spec), {.made = made, .clean = clean}).value();
}

// What the search is for.
enum class Want { share_only, block, neither };

struct Search {
    std::uint32_t extranonce1 = 0;
    int exponent = -30;
    std::uint32_t mask = 0;  // the session's
    Want want = Want::share_only;
    ByteView own_suffix = {};  // of a solo miner's coinbase; empty: the pool's
    std::optional<sserver::Salt> salt = {};
};

// Tries nonces from the submit's own upwards until it is what is wanted.
inline stratum::Submit mine(const sserver::Job& job, const Search& search, stratum::Submit submit) {
    std::array<std::uint8_t, 4> extranonce1;
    store_be(extranonce1.data(), search.extranonce1);
    for (;; ++submit.nonce) {
        const auto found = bitcoin::check_share(
            {.coinbase_prefix = job.prefix_hash_with(search.salt),
             .coinbase_suffix =
                 search.own_suffix.empty() ? ByteView(job.coinbase_suffix) : search.own_suffix,
             .merkle_branch = job.merkle_branch,
             .version = job.version,
             .version_mask = search.mask,
             .prev_hash = job.prev_hash,
             .bits = job.bits,
             .network_target = job.network.target},
            {.extranonce1 = extranonce1,
             .extranonce2 = submit.extranonce2.view(),
             .time = submit.time,
             .nonce = submit.nonce,
             .version_bits = submit.version_bits.value_or(0),
             .share_target = sserver::assigned_target(job, search.exponent).target});
        const Want is = found.meets_network_target ? Want::block
                        : found.meets_share_target ? Want::share_only
                                                   : Want::neither;
        if (is == search.want) return submit;
    }
}

inline stratum::Submit a_submit(std::uint64_t job = 0x1000) {
    stratum::Submit submit;
    submit.user = "alice.rig";
    submit.job = JobId(job);
    submit.extranonce2 = stratum::ShortBytes(Bytes(8, 0));
    submit.time = job_time;
    return submit;
}

inline sserver::SessionRules open_rules() {
    sserver::SessionRules rules;
    rules.origin = {"sserver-5", "regtest"};
    rules.server_id = 5;
    rules.users.mode = sserver::UserMode::open;
    return rules;
}

// Of a listener where any difficulty may be had.
inline const sserver::ListenerRules& starting_at(int exponent) {
    static std::map<int, sserver::ListenerRules> all;
    auto& rules = all[exponent];
    rules.vardiff.exponent_min = sserver::exponent_min;
    rules.start_exponent = exponent;
    return rules;
}

// Everything a session looks into.
struct World {
    sserver::SessionRules rules = open_rules();
    sserver::JobBook book{std::chrono::minutes(10)};
    sserver::SessionNumbers numbers{0, [](std::uint32_t) -> Result<void> { return success(); }};
    // Keys and salts count from 1.
    std::uint64_t last_key = 0;
    sserver::ParkedSessions parked{{}, numbers, [this] { return ++last_key; }};
    sserver::MerkleRoots roots;
    sserver::SessionWorld view{rules, book, numbers, parked, roots};
};

}  // namespace lode::test
