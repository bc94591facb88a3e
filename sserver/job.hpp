// A job as this server knows it: checked once at the door, never changed, shared by all sessions,
// its notification encoded once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/bitcoin/solo_coinbase.hpp"
#include "common/bitcoin/uint256.hpp"
#include "common/stratum/notify.hpp"
#include "sserver/difficulty.hpp"

namespace lode::v1 {
class Job;
}

namespace lode::sserver {

using SharedText = std::shared_ptr<const std::string>;

inline constexpr std::size_t extranonce1_size = 4;
inline constexpr std::size_t extranonce2_size = 8;

// The bytes of the coinbase right before extranonce1.
inline constexpr std::size_t salt_size = 4;
using Salt = std::array<std::uint8_t, salt_size>;

// A session that must not wait for the next job to get a new difficulty is given the same job
// again under another id, so that each id has one difficulty for its life: the id's upper 16 bits,
// which are zero in jobmaker's, count these reissues. Each has a salt of its own, which nobody
// knows before it is sent: work done for one id is worth nothing under another.
struct JobIssue {
    static constexpr unsigned reissue_max = 15;

    JobId job;
    unsigned reissue = 0;

    friend auto operator<=>(const JobIssue&, const JobIssue&) = default;
};
[[nodiscard]] JobId wire_id(const JobIssue& issue);
[[nodiscard]] JobIssue parse_wire_id(JobId id);

struct Job {
    // Of this process's own giving, from 1, never twice: ids are what a jobmaker says.
    std::uint64_t serial = 0;
    JobId id;
    std::uint32_t height = 0;
    stratum::CleanJobs clean = stratum::CleanJobs::no;
    // When jobmaker made it, on this machine's steady clock; what ntime may have grown since.
    SteadyTime made;
    bitcoin::Hash256 template_id;
    ShareTarget network;
    int network_exponent = 0;  // the greatest that is not harder than the network

    bitcoin::Hash256 prev_hash;
    std::uint32_t version = 0;
    std::uint32_t version_mask = 0;  // bits that the pool lets miners roll
    std::uint32_t bits = 0;
    std::uint32_t time = 0;      // unix seconds
    std::uint32_t min_time = 0;  // unix seconds
    std::int64_t node_time = 0;  // unix seconds
    Bytes coinbase_prefix;       // with the salt of the first issue
    bool salted = false;         // no: of an earlier jobmaker, cannot be reissued
    Bytes coinbase_suffix;
    std::vector<bitcoin::Hash256> merkle_branch;
    std::uint32_t transaction_count = 0;
    std::optional<bitcoin::SoloCoinbase> solo;  // empty: no work for solo miners

    bitcoin::Sha256 prefix_hash;    // fed with coinbase_prefix
    bitcoin::Sha256 unsalted_hash;  // fed with it up to the salt
    SharedText line;                // mining.notify as published
    SharedText line_clean;          // for a session's first job

    std::size_t half_at = 0;  // where in both the pool's coinbase suffix is, as hex

    // With a reissue's salt, or without one as published.
    [[nodiscard]] Bytes prefix_with(const std::optional<Salt>& salt) const;
    [[nodiscard]] bitcoin::Sha256 prefix_hash_with(const std::optional<Salt>& salt) const;

    // The notification of the job under another id, not clean.
    [[nodiscard]] std::string reissue_line(unsigned reissue, const Salt& salt,
                                           ByteView suffix) const;
    // `line` or `line_clean` with another coinbase suffix.
    [[nodiscard]] std::string line_with(ByteView suffix, stratum::CleanJobs wanted) const;
};

using JobPtr = std::shared_ptr<const Job>;

struct JobTiming {
    SteadyTime made;
    stratum::CleanJobs clean = stratum::CleanJobs::no;
};

// Malformed, naming the field, when something is missing or cannot be.
[[nodiscard]] Result<JobPtr> make_job(const v1::Job& message, const JobTiming& timing);

}  // namespace lode::sserver
