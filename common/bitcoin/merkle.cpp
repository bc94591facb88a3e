// Rows of the tree are reduced in place: a row is half as long as the one below it.
#include "common/bitcoin/merkle.hpp"

#include "common/base/assert.hpp"
#include "common/bitcoin/sha256.hpp"

namespace lode::bitcoin {
namespace {

// Replaces the row from `first` on by its parents; what lies before `first` goes.
void reduce_row(std::vector<Hash256>& row, std::size_t first) {
    std::size_t parents = 0;
    for (std::size_t i = first; i < row.size(); i += 2) {
        const Hash256& right = i + 1 < row.size() ? row[i + 1] : row[i];
        row[parents++] = sha256d(row[i], right);
    }
    row.resize(parents);
}

}  // namespace

Hash256 merkle_root(std::vector<Hash256> ids) {
    LODE_ASSERT(!ids.empty());
    while (ids.size() > 1) reduce_row(ids, 0);
    return ids.front();
}

std::vector<Hash256> merkle_branch(std::span<const Hash256> other_ids) {
    std::vector<Hash256> branch;
    std::vector<Hash256> row(other_ids.begin(), other_ids.end());
    // The coinbase's side is missing from each row, so the first one there is its sibling.
    while (!row.empty()) {
        branch.push_back(row.front());
        reduce_row(row, 1);
    }
    return branch;
}

Hash256 merkle_root_from_branch(const Hash256& coinbase_id, std::span<const Hash256> branch) {
    Hash256 node = coinbase_id;
    for (const Hash256& sibling : branch) node = sha256d(node, sibling);
    return node;
}

}  // namespace lode::bitcoin
