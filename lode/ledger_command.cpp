// The ledger's own proof, printed.
#include "lode/ledger_command.hpp"

#include <cstdio>

#include "common/runtime/run.hpp"
#include "lode/operator.hpp"
#include "lode/payout_desk.hpp"
#include "lode/payout_text.hpp"

namespace lode::launcher {

Result<int> ledger_verify(const Options& options) {
    LODE_TRY(auto desk, PayoutDesk::open(options));
    const auto verified = payout::verify_ledger(desk.connection, desk.chain());
    if (!verified) return at_run_time(verified.error());
    const payout::LedgerReport& report = verified.value();
    for (const auto& [pot, sum] : report.sums) {
        std::printf("%-12s %20s\n", std::string(to_string(pot)).c_str(),
                    coins(sum.value()).c_str());
    }
    for (const std::string& complaint : report.complaints) std::printf("%s\n", complaint.c_str());
    std::printf("verified %lld transactions of %lld entries: %s\n",
                static_cast<long long>(report.transactions), static_cast<long long>(report.entries),
                report.complaints.empty() ? "all sums are right" : "NOT RIGHT");
    return report.complaints.empty() ? runtime::exit_ok : runtime::exit_run_time;
}

}  // namespace lode::launcher
