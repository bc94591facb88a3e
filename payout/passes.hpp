// What payout does with the database, the wallet and the nodes, one call at a time; all of them
// block. Each may be repeated whatever became of it before.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/node/node_rpc.hpp"
#include "common/node/wallet_rpc.hpp"
#include "payout/book_repository.hpp"
#include "payout/config.hpp"
#include "payout/fee_day_repository.hpp"
#include "payout/final_block_watch.hpp"
#include "payout/lease_repository.hpp"
#include "payout/payment/payer.hpp"
#include "payout/payment/sent_repository.hpp"
#include "payout/preview_repository.hpp"
#include "payout/settlement/settler.hpp"

namespace lode::payout {

// Opened once; outlives the passes. Calls under way end when they are cancelled.
struct Outside {
    std::unique_ptr<node::WalletRpc> wallet;               // none where payments are off
    std::unique_ptr<node::NodeRpc> own{};                  // the wallet's node, with it
    std::vector<std::unique_ptr<node::NodeRpc>> others{};  // nodes besides the wallet's

    [[nodiscard]] static Result<Outside> open(const Config& config,
                                              const config::ChainConfig& chain);
    void cancel();
};

// The books at a moment, for metrics and health.
struct BookState {
    BookSums sums;
    Satoshi newest_reward;  // of our newest block; 0: there is none
};

class Passes {
  public:
    struct Setup {
        const Config& config;
        const config::PoolConfig& pool;
        Outside& outside;
    };
    // Unavailable while the database does not answer or has an older schema.
    [[nodiscard]] static Result<std::unique_ptr<Passes>> open(const Setup& setup);

    [[nodiscard]] LeaseRepository& leases() { return leases_; }
    [[nodiscard]] FeeDayRepository& fee_days() { return fee_days_; }

    // The lease was taken: what follows is done by this number.
    [[nodiscard]] Result<void> take_up(const Fence& fence);
    // The number of take_up; 0 before it.
    [[nodiscard]] std::int64_t number() const { return fence_.number; }

    // Behind take_up.
    [[nodiscard]] Result<PassReport> settle(UnixTime now) { return settler_->run(now); }
    struct Paid {
        PayReport report;
        Standing standing = Standing::stands;  // of our newest final block
    };
    // Pauses payments where the wallet has sent what the books do not know.
    [[nodiscard]] Result<Paid> pay(UnixTime now);
    [[nodiscard]] Result<void> freeze(UnixTime day, const FeeDay& fees, UnixTime now) {
        return fee_days_.freeze(day, fees, fence_, now);
    }
    [[nodiscard]] Result<BookState> books();
    // Nothing where nobody ever asked for one.
    [[nodiscard]] Result<std::optional<PreviewRepository::Request>> preview_asked() {
        return previews_.asked();
    }
    [[nodiscard]] Result<void> preview(const PreviewRepository::Request& request, UnixTime now);
    // All payments, until a person resumes them; nothing where they are paused already.
    [[nodiscard]] Result<void> pause(const std::string& reason, UnixTime now);

  private:
    Passes(const Setup& setup, bitcoin::Network network, db::Connection connection);

    const Config& config_;
    const config::ChainConfig& chain_;
    Outside& outside_;
    bitcoin::Network network_;
    db::Connection connection_;
    LeaseRepository leases_;
    FeeDayRepository fee_days_;
    BookRepository books_;
    SentRepository sent_;
    std::optional<SentWatch> sent_watch_;  // since the lease was taken; where payments are on
    PreviewRepository previews_;
    Fence fence_;
    std::optional<Settler> settler_;
};

}  // namespace lode::payout
