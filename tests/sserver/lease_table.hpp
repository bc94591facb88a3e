// The table of leases without a database, and times for its rows.
#pragma once

#include <map>
#include <vector>

#include "sserver/server_lease.hpp"

namespace lode::test {

using sserver::LeaseChange;
using sserver::LeaseRow;
using sserver::Moment;

inline Moment at(Duration later) {
    return {from_unix_ms(1'700'000'000'000) + std::chrono::floor<std::chrono::milliseconds>(later),
            SteadyTime(std::chrono::hours(1000)) + later};
}

struct Table {
    std::map<std::uint16_t, LeaseRow> rows;

    [[nodiscard]] std::vector<LeaseRow> read() const {
        std::vector<LeaseRow> all;
        for (const auto& [id, row] : rows) all.push_back(row);
        return all;
    }
    bool change(const LeaseChange& change) {
        const auto row = rows.find(change.to.id);
        const bool as_read =
            change.from ? row != rows.end() && row->second == *change.from : row == rows.end();
        if (as_read) rows[change.to.id] = change.to;
        return as_read;
    }
};

}  // namespace lode::test
