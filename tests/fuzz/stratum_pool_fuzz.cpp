// Any line from a pool is a message or refused, within its bounds; a job that has an id of ours
// comes back from the server's encoding of it.
#include <variant>

#include "common/base/assert.hpp"
#include "common/base/bytes.hpp"
#include "common/stratum/client.hpp"
#include "common/stratum/fields.hpp"

namespace {

using namespace lode;
using namespace lode::stratum;

void check_round_trip(const PoolJob& job) {
    LODE_ASSERT(job.merkle_branch.size() <= 32 && job.id.size() <= 128);
    const auto id = parse_job_id(job.id);
    if (!id) return;
    const std::string line = encode_notify({*id, job.prev_hash, job.coinbase_prefix,
                                            job.merkle_branch, job.version, job.bits, job.time})
                                 .line(job.coinbase_suffix, job.clean);
    const auto message = parse_pool_line(line);
    LODE_ASSERT(message);
    const PoolJob& again = std::get<PoolJob>(message.value().body);
    LODE_ASSERT(again.prev_hash == job.prev_hash && again.merkle_branch == job.merkle_branch);
    LODE_ASSERT(again.coinbase_prefix == job.coinbase_prefix);
    LODE_ASSERT(again.coinbase_suffix == job.coinbase_suffix && again.clean == job.clean);
    LODE_ASSERT(again.version == job.version && again.bits == job.bits && again.time == job.time);
}

// A difficulty that was read is written so that it is read again as no lower a one.
void check_difficulty(const bitcoin::Difficulty& difficulty) {
    const auto message = parse_pool_line(set_difficulty_line(difficulty));
    LODE_ASSERT(message);
    const auto& again = std::get<SetDifficulty>(message.value().body).difficulty;
    LODE_ASSERT(bitcoin::target_of_difficulty(again) <= bitcoin::target_of_difficulty(difficulty));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = parse_pool_line(as_chars({data, size}));
    if (!message) return 0;
    const auto& body = message.value().body;
    if (const auto* job = std::get_if<PoolJob>(&body)) check_round_trip(*job);
    if (const auto* set = std::get_if<SetDifficulty>(&body)) check_difficulty(set->difficulty);
    if (const auto* answer = std::get_if<Answer>(&body)) {
        if (answer->rejection) LODE_ASSERT(answer->rejection->text.size() <= 512);
        const auto result = parse_subscribe_result(answer->result);
        LODE_ASSERT(!result || result.value().extranonce1.size() <= 16);
        static_cast<void>(granted_version_mask(answer->result));
    }
    return 0;
}
