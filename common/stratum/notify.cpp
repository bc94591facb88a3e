// Encodes the two shared texts of a job.
#include "common/stratum/notify.hpp"

#include "common/base/hex.hpp"
#include "common/stratum/fields.hpp"

namespace lode::stratum {

NotifyText encode_notify(const NotifyJob& job) {
    NotifyText text;
    text.prefix = R"({"id":null,"method":"mining.notify","params":[")" + job_id_text(job.id) +
                  R"(",")" + prev_hash_text(job.prev_hash) + R"(",")" +
                  to_hex(job.coinbase_prefix) + R"(",")";
    std::string branch;
    for (const bitcoin::Hash256& hash : job.merkle_branch) {
        // Unlike the previous hash, the branch is plain internal order.
        branch += (branch.empty() ? "\"" : ",\"") + to_hex(hash.bytes) + '"';
    }
    const std::string suffix = R"(",[)" + branch + R"(],")" + hex32(job.version) + R"(",")" +
                               hex32(job.bits) + R"(",")" + hex32(job.time) + R"(",)";
    text.suffix = suffix + "false]}\n";
    text.suffix_clean = suffix + "true]}\n";
    return text;
}

std::string NotifyText::line(ByteView coinbase_suffix, CleanJobs clean) const {
    const std::string& end = clean == CleanJobs::yes ? suffix_clean : suffix;
    std::string whole;
    whole.reserve(prefix.size() + 2 * coinbase_suffix.size() + end.size());
    return whole.append(prefix).append(to_hex(coinbase_suffix)).append(end);
}

}  // namespace lode::stratum
