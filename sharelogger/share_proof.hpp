// Proves an archived share again from its job: the same hash, the same verdict, the same credit.
#pragma once

#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::v1 {
class Job;
class Share;
}  // namespace lode::v1

namespace lode::sharelogger {

// The header's hash, when it meets the share's target, the share claims exactly the work it is
// worth and says rightly whether it solves a block. Else rejected, with what does not hold;
// malformed when share or job cannot be read.
[[nodiscard]] Result<bitcoin::Hash256> prove(const v1::Share& share, const v1::Job& job);

}  // namespace lode::sharelogger
