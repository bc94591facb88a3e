// An archived share as a line for a person or for a program.
#pragma once

#include <string>

#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"
#include "lode/options.hpp"

namespace lode::v1 {
class Share;
}

namespace lode::launcher {

// `proof` is the header's hash, or why there is none. Without a line end.
[[nodiscard]] std::string share_line(const v1::Share& share, const Result<bitcoin::Hash256>& proof,
                                     Format format);

}  // namespace lode::launcher
