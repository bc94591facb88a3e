// Repositories, settlement and payer over one connection.
#include "payout/passes.hpp"

#include "common/db/operator_repository.hpp"
#include "payout/config_rules.hpp"
#include "payout/payment/payment_repository.hpp"
#include "payout/wallet.hpp"

namespace lode::payout {
namespace {

constexpr std::int64_t schema_needed = 4;

node::BitcoinRpcOptions rpc_options(const config::NodeConfig& node) {
    return {.url = node.url,
            .user = node.user,
            .password = node.password,
            .cookie_file = node.cookie_file.value_or("")};
}

}  // namespace

Result<Outside> Outside::open(const Config& config, const config::ChainConfig& chain) {
    Outside outside;
    if (config.payments == Payments::off) return outside;
    LODE_TRY(outside.wallet, open_wallet(config, chain));
    LODE_TRY(outside.own, node::open_bitcoin_rpc(wallet_node(config, chain)));
    const std::string& own = config.wallet_url.value_or(chain.nodes.front().url);
    for (const config::NodeConfig& node : chain.nodes) {
        if (node.url == own) continue;
        LODE_TRY(auto other, node::open_bitcoin_rpc(rpc_options(node)));
        outside.others.push_back(std::move(other));
    }
    return outside;
}

void Outside::cancel() {
    if (wallet) wallet->cancel();
    if (own) own->cancel();
    for (const auto& node : others) node->cancel();
}

Passes::Passes(const Setup& setup, bitcoin::Network network, db::Connection connection)
    : config_(setup.config),
      chain_(setup.pool.chain()),
      outside_(setup.outside),
      network_(network),
      connection_(std::move(connection)),
      leases_(connection_, chain_.name),
      fee_days_(connection_, chain_.name),
      books_(connection_, chain_.name),
      sent_(connection_, sent_options(config_, chain_, network_)),
      previews_(connection_, chain_.name) {}

Result<std::unique_ptr<Passes>> Passes::open(const Setup& setup) {
    LODE_TRY(const auto network, bitcoin::parse_network(setup.pool.chain().network));
    LODE_TRY(auto connection,
             db::Connection::open(setup.pool.database, setup.pool.data_dir.string()));
    LODE_TRY_VOID(db::need_schema(connection, schema_needed));
    return std::unique_ptr<Passes>(new Passes(setup, network, std::move(connection)));
}

Result<void> Passes::take_up(const Fence& fence) {
    LODE_TRY(auto terms, terms_of(config_));
    settler_.emplace(connection_,
                     Settler::Options{.fence = fence,
                                      .settings = std::move(terms),
                                      .halving_interval = network_ == bitcoin::Network::regtest
                                                              ? bitcoin::regtest_halving_interval
                                                              : bitcoin::halving_interval});
    if (outside_.wallet) {
        sent_watch_.emplace(SentWatch::Neighbours{sent_, *outside_.wallet}, network_);
    }
    fence_ = fence;
    LODE_TRY_VOID(previews_.tell_minimum(Satoshi(config_.minimum_base_units)));
    return db::OperatorRepository(connection_, chain_.name)
        .tell_rules({.minimum = config_.minimum_base_units,
                     .address_hold = config_.address_hold,
                     .choices = config_.choices});
}

Result<void> Passes::preview(const PreviewRepository::Request& request, UnixTime now) {
    LODE_TRY(const auto simulated, settler_->simulate({request.reward, request.height, now}));
    LODE_TRY(const auto fees, previews_.newest_fees());
    return previews_.store(preview_of({.made = now,
                                       .height = request.height,
                                       .value = simulated.valued.split.value,
                                       .window = simulated.valued.window,
                                       .credits = simulated.valued.credits},
                                      simulated.terms, fees));
}

Result<Passes::Paid> Passes::pay(UnixTime now) {
    std::vector<node::NodeRpc*> others;
    for (const auto& node : outside_.others) others.push_back(node.get());
    FinalBlockWatch watch({*settler_, *outside_.own, others});
    LODE_TRY(const auto look, watch.look(now));
    PaymentRepository store(connection_, payment_options(config_, fence_, network_));
    Payer payer({store, *outside_.wallet, others, &*sent_watch_},
                payer_settings(config_, network_));
    LODE_TRY(auto report, payer.run(now, look.reason));
    if (!report.unknown.empty()) {
        LODE_TRY_VOID(pause(pause_reason(report.unknown), now));
    }
    return Paid{std::move(report), look.standing};
}

Result<BookState> Passes::books() {
    BookState state;
    LODE_TRY(state.sums, books_.sums());
    LODE_TRY(state.newest_reward, books_.newest_reward());
    return state;
}

Result<void> Passes::pause(const std::string& reason, UnixTime now) {
    const db::Act act{.who = fence_.holder, .reason = reason, .at = now};
    auto paused = db::OperatorRepository(connection_, chain_.name).pause(act);
    if (!paused && paused.error().code == ErrorCode::rejected) return success();
    return paused;
}

}  // namespace lode::payout
