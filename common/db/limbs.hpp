// Work in three BIGINT columns: limbs of base 2^40, low one first. SQL adds and sums them without
// carrying; code carries when it reads. A cell or SUM() takes 2^23 addends (8.4 million) before a
// limb could leave 63 bits: a one-minute bucket sees one addend a batch, some ten thousand.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/result.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::db {

using WorkLimbs = std::array<std::int64_t, 3>;

// Limbs 0 and 1 are below 2^40; work below 2^103 keeps limb 2 below 2^23 too, and all of
// Bitcoin's chain is below 2^97.
[[nodiscard]] WorkLimbs limbs_of(const bitcoin::Work& work);

// Carries. Internal when a limb is negative or the sum is no Work: the database is damaged.
[[nodiscard]] Result<bitcoin::Work> work_of(const WorkLimbs& limbs);

}  // namespace lode::db
