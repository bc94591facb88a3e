// The node's own check of a block that our job would make (BIP 23 proposal): the work on it is not
// asked for, all else is. One check for each shape of job is enough to find a mistake of ours.
#pragma once

#include <optional>
#include <string>

#include "jobmaker/job_builder.hpp"

namespace lode::jobmaker {

// Equal for jobs that differ only in numbers of the same size and in which transactions they have.
[[nodiscard]] std::string proposal_shape(const v1::Job& job, const JobPlan& plan);

// The block with an extranonce of zeros, in hex.
[[nodiscard]] Result<std::string> proposal_block(const v1::Job& job, const JobPlan& plan);

enum class ProposalVerdict {
    refused,  // the block would be worthless: a person must look
    unknown,  // the node is on another tip by now: ask again with another job
    valid,
};
// Of the node's word; nothing is its `null`.
[[nodiscard]] ProposalVerdict proposal_verdict(const std::optional<std::string>& word);

}  // namespace lode::jobmaker
