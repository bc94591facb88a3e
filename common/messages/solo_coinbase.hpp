// What a job says about solo miners' coinbases, as sserver builds and sharelogger proves them.
#pragma once

#include <optional>

#include "common/bitcoin/solo_coinbase.hpp"
#include "common/messages/job.pb.h"

namespace lode {

// Empty when the job has no work for solo miners; malformed when what it says cannot be.
[[nodiscard]] inline Result<std::optional<bitcoin::SoloCoinbase>> read_solo_coinbase(
    const v1::Job& job) {
    std::optional<bitcoin::SoloCoinbase> read;
    if (!job.bitcoin().has_solo()) return read;
    const v1::SoloCoinbase& solo = job.bitcoin().solo();
    read = {.end = {.head = to_bytes(as_bytes(solo.head())),
                    .witness_commitment = to_bytes(as_bytes(solo.witness_commitment())),
                    .lock_time = solo.lock_time()},
            .reward = bitcoin::Satoshi(job.reward()),
            .fee_ppm = solo.fee_ppm(),
            .fee_script = to_bytes(as_bytes(solo.fee_script()))};
    LODE_TRY_VOID(bitcoin::check_solo_coinbase(*read));
    return read;
}

}  // namespace lode
