// Nearness by edit distance.
#include "common/config/nearest.hpp"

#include <algorithm>

namespace lode::config {

namespace {

// Letters to insert, delete or replace (Levenshtein), one row of the table at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

// A longer name is no misspelling of ours; the work stays bounded.
constexpr std::size_t longest_compared = 64;

}  // namespace

std::string suggestion(std::string_view name, const std::vector<std::string_view>& known) {
    std::string_view nearest;
    std::size_t least = std::min<std::size_t>(3, 1 + name.size() / 3);
    for (const std::string_view candidate : known) {
        if (name.size() > longest_compared) break;
        const std::size_t steps = distance(name, candidate);
        if (steps > least || (steps == least && !nearest.empty())) continue;
        least = steps;
        nearest = candidate;
    }
    if (!nearest.empty()) return ", did you mean \"" + std::string(nearest) + "\"?";
    std::string list;
    for (const std::string_view candidate : known) {
        list += (list.empty() ? ", known here: " : ", ") + std::string(candidate);
    }
    return list;
}

}  // namespace lode::config
