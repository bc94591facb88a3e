// A sorted vector.
#include "sserver/user_names.hpp"

#include <algorithm>

#include "common/bitcoin/sha256.hpp"

namespace lode::sserver {
namespace {

void sort_unique(std::vector<NameMark>& marks) {
    std::ranges::sort(marks);
    const auto repeated = std::ranges::unique(marks);
    marks.erase(repeated.begin(), repeated.end());
}

}  // namespace

NameMark mark_of(std::string_view name) {
    const auto hash = bitcoin::sha256(as_bytes(name));
    const std::uint8_t* const bytes = hash.bytes.data();
    return {load_be<std::uint64_t>(bytes), load_be<std::uint64_t>(bytes + sizeof(std::uint64_t))};
}

UserNames::UserNames(std::vector<NameMark> marks) : marks_(std::move(marks)) {
    sort_unique(marks_);
    marks_.shrink_to_fit();
}

bool UserNames::has(const NameMark& mark) const {
    return std::ranges::binary_search(marks_, mark);
}

UserNames UserNames::with(std::vector<NameMark> more) const {
    sort_unique(more);
    UserNames both;
    both.marks_.reserve(marks_.size() + more.size());
    std::ranges::set_union(marks_, more, std::back_inserter(both.marks_));
    return both;
}

}  // namespace lode::sserver
