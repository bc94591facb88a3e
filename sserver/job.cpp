// From jobmaker's message to a job ready to be sent and checked against.
#include "sserver/job.hpp"

#include <algorithm>
#include <atomic>

#include "common/base/hex.hpp"
#include "common/bitcoin/target.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/solo_coinbase.hpp"

namespace lode::sserver {
namespace {

constexpr unsigned reissue_shift = 48;
constexpr std::uint64_t job_id_max = (std::uint64_t{1} << reissue_shift) - 1;
// 2^32 transactions would not fit a block; the wire's notify knows the same bound.
constexpr int merkle_branch_max = 32;

auto bad(const char* field) {
    return failure(ErrorCode::malformed, std::string("job: ") + field);
}

stratum::NotifyText encode(const Job& job, JobId id, ByteView coinbase_prefix) {
    return stratum::encode_notify({.id = id,
                                   .prev_hash = job.prev_hash,
                                   .coinbase_prefix = coinbase_prefix,
                                   .merkle_branch = job.merkle_branch,
                                   .version = job.version,
                                   .bits = job.bits,
                                   .time = job.time});
}

Result<void> take_bitcoin(Job& job, const v1::BitcoinJob& body) {
    const auto prev_hash = bitcoin::hash256_from_bytes(as_bytes(body.prev_hash()));
    if (!prev_hash) return bad("prev_hash is not 32 bytes");
    job.prev_hash = prev_hash.value();
    job.version = static_cast<std::uint32_t>(body.version());
    job.version_mask = body.version_mask();
    job.bits = body.bits();
    job.time = body.time();
    job.min_time = body.min_time();
    job.node_time = to_unix_seconds(from_unix_ms(body.node_time_unix_ms()));
    if (job.time == 0 || job.min_time == 0 || job.node_time <= 0) return bad("a time is missing");
    if (body.extranonce_size() != extranonce1_size + extranonce2_size) {
        return bad("extranonce_size is not 12");
    }
    job.coinbase_prefix = to_bytes(as_bytes(body.coinbase_prefix()));
    job.coinbase_suffix = to_bytes(as_bytes(body.coinbase_suffix()));
    if (job.coinbase_prefix.empty() || job.coinbase_suffix.empty()) {
        return bad("coinbase is missing");
    }
    job.salted = body.salt_size() > 0;
    if (job.salted && body.salt_size() != salt_size) return bad("salt_size is neither 0 nor 4");
    if (job.salted && job.coinbase_prefix.size() < salt_size) {
        return bad("coinbase_prefix has no room for its salt");
    }
    if (body.merkle_branch_size() > merkle_branch_max) return bad("merkle_branch is too long");
    for (const std::string& sibling : body.merkle_branch()) {
        const auto hash = bitcoin::hash256_from_bytes(as_bytes(sibling));
        if (!hash) return bad("merkle_branch is not of 32 bytes each");
        job.merkle_branch.push_back(hash.value());
    }
    job.transaction_count = body.transaction_count();
    return success();
}

}  // namespace

JobId wire_id(const JobIssue& issue) {
    return JobId((std::uint64_t{issue.reissue} << reissue_shift) | issue.job.value());
}

JobIssue parse_wire_id(JobId id) {
    return {JobId(id.value() & job_id_max), static_cast<unsigned>(id.value() >> reissue_shift)};
}

Bytes Job::prefix_with(const std::optional<Salt>& salt) const {
    Bytes prefix = coinbase_prefix;
    if (salt) std::copy(salt->begin(), salt->end(), prefix.end() - salt_size);
    return prefix;
}

bitcoin::Sha256 Job::prefix_hash_with(const std::optional<Salt>& salt) const {
    if (!salt) return prefix_hash;
    bitcoin::Sha256 salted_hash = unsalted_hash;
    return salted_hash.update(*salt);
}

std::string Job::reissue_line(unsigned reissue, const Salt& salt, ByteView suffix) const {
    return encode(*this, wire_id({id, reissue}), prefix_with(salt))
        .line(suffix, stratum::CleanJobs::no);
}

std::string Job::line_with(ByteView suffix, stratum::CleanJobs wanted) const {
    const std::string_view shared = wanted == stratum::CleanJobs::yes ? *line_clean : *line;
    const std::string_view rest = shared.substr(half_at + 2 * coinbase_suffix.size());
    std::string whole;
    whole.reserve(half_at + 2 * suffix.size() + rest.size());
    return whole.append(shared.substr(0, half_at)).append(to_hex(suffix)).append(rest);
}

Result<JobPtr> make_job(const v1::Job& message, const JobTiming& timing) {
    static std::atomic<std::uint64_t> serials{0};
    auto job = std::make_shared<Job>();
    job->serial = ++serials;
    job->id = JobId(message.job_id());
    if (message.job_id() == 0 || message.job_id() > job_id_max) return bad("job_id out of range");
    job->height = message.height();
    job->clean = timing.clean;
    job->made = timing.made;
    const auto template_id = bitcoin::hash256_from_bytes(as_bytes(message.template_id()));
    if (!template_id) return bad("template_id is not 32 bytes");
    job->template_id = template_id.value();
    const auto target = bitcoin::hash256_from_bytes(as_bytes(message.network_target()));
    if (!target) return bad("network_target is not 32 bytes");
    job->network.target = bitcoin::Uint256::from_hash(target.value());
    if (job->network.target == bitcoin::Uint256()) return bad("network_target is zero");
    job->network.work = bitcoin::work_of_target(job->network.target);
    job->network_exponent = exponent_not_above(job->network.target);
    if (!message.has_bitcoin()) return bad("body is missing");
    LODE_TRY_VOID(take_bitcoin(*job, message.bitcoin()));
    LODE_TRY(job->solo, read_solo_coinbase(message));
    job->prefix_hash.update(job->coinbase_prefix);
    const ByteView prefix = job->coinbase_prefix;
    job->unsalted_hash.update(prefix.first(prefix.size() - (job->salted ? salt_size : 0)));
    const auto text = encode(*job, job->id, prefix);
    job->half_at = text.prefix.size();
    job->line = std::make_shared<const std::string>(text.line(job->coinbase_suffix, job->clean));
    job->line_clean = job->clean == stratum::CleanJobs::yes
                          ? job->line
                          : std::make_shared<const std::string>(
                                text.line(job->coinbase_suffix, stratum::CleanJobs::yes));
    return JobPtr(std::move(job));
}

}  // namespace lode::sserver
