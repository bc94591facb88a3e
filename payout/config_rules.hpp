// The rules that payout's settings amount to, for each part that follows them.
#pragma once

#include "payout/config.hpp"
#include "payout/payment/payer.hpp"
#include "payout/payment/payment_repository.hpp"
#include "payout/payment/sent_repository.hpp"
#include "payout/scheme/terms.hpp"

namespace lode::payout {

// Without number and time, which the first row with these terms gets. Malformed as check_terms.
[[nodiscard]] Result<Terms> terms_of(const Config& config);
[[nodiscard]] PayerSettings payer_settings(const Config& config, bitcoin::Network network);
// The first recipient's purse bears the network fees that are the pool's.
[[nodiscard]] PaymentRepository::Options payment_options(const Config& config, Fence fence,
                                                         bitcoin::Network network);
[[nodiscard]] SentRepository::Options sent_options(const Config& config,
                                                   const config::ChainConfig& chain,
                                                   bitcoin::Network network);

// What the table cannot tell: terms that cannot be kept, and recipients' addresses of another
// network.
[[nodiscard]] Result<void> check_config(const Config& config, const config::ChainConfig& chain);

}  // namespace lode::payout
