// Opens what commands about money need.
#include "lode/payout_desk.hpp"

#include "common/base/clock.hpp"
#include "lode/operator.hpp"
#include "payout/lease_repository.hpp"

namespace lode::launcher {
namespace {

constexpr std::int64_t schema_needed = 4;

Result<db::Connection> connect(const config::PoolConfig& pool) {
    LODE_TRY(auto connection, db::Connection::open(pool.database, pool.data_dir.string()));
    LODE_TRY_VOID(db::need_schema(connection, schema_needed));
    return connection;
}

// The number to act by, and whether it is only ours.
struct Borrowed {
    payout::Fence fence;
    std::optional<payout::LeaseChange> back{};
};

Result<Borrowed> borrow(payout::LeaseRepository& leases, const PayoutDesk& desk) {
    LODE_TRY(const auto row, leases.read());
    if (row && row->released_unix_ms == 0) {
        return Borrowed{{desk.chain(), row->holder, row->fence}};
    }
    payout::Lease lease("lode " + desk.act.who);
    const SteadyTime steady = system_clock().steady_now();
    const auto taken = lease.plan(row, {desk.act.at, steady});
    LODE_TRY(const auto outcome, leases.change(taken.value()));
    if (outcome == payout::LeaseRepository::Outcome::lost_race) {
        return failure(ErrorCode::unavailable, "payout has just started; try again");
    }
    return Borrowed{{desk.chain(), taken->to.holder, taken->to.fence}, taken};
}

}  // namespace

Result<PayoutDesk> PayoutDesk::open(const Options& options) {
    LODE_TRY(auto configuration, load(options.config));
    LODE_TRY(auto settings, payout::section().read(configuration.document));
    LODE_TRY(const auto network, bitcoin::parse_network(configuration.pool.chain().network));
    auto connection = connect(configuration.pool);
    if (!connection) return at_run_time(connection.error());
    return PayoutDesk{.configuration = std::move(configuration),
                      .settings = std::move(settings),
                      .network = network,
                      .connection = std::move(connection).value(),
                      .act = {operator_name(), options.payout.reason, system_clock().unix_now()}};
}

Result<void> with_fence(PayoutDesk& desk,
                        const std::function<Result<void>(const payout::Fence&)>& body) {
    payout::LeaseRepository leases(desk.connection, desk.chain());
    auto borrowed = borrow(leases, desk);
    if (!borrowed) return at_run_time(borrowed.error());
    auto done = body(borrowed.value().fence);
    if (!borrowed.value().back) return done;
    // Nobody else takes it meanwhile; should this fail, a payout waits until it has lapsed.
    LODE_TRY(const auto row, leases.read());
    if (row && row->fence == borrowed.value().fence.number) {
        payout::LeaseRow to = *row;
        to.released_unix_ms = to.renewed_unix_ms + 1;
        LODE_TRY_VOID(leases.change({row, to}));
    }
    return done;
}

}  // namespace lode::launcher
