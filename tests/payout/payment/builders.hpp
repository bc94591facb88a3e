// Addresses, coins and payments for tests, made from numbers.
#pragma once

#include <string>

#include "common/bitcoin/script.hpp"
#include "payout/payment/coin_selection.hpp"
#include "payout/payment/payment.hpp"

namespace lode::payout::test {

inline constexpr auto network = bitcoin::Network::regtest;

inline bitcoin::Hash256 hash_of(std::uint64_t number) {
    bitcoin::Hash256 hash;
    store_le(hash.bytes.data(), number);
    hash.bytes[31] = 1;
    return hash;
}

// One of four kinds in turn: P2WPKH, P2PKH, P2TR, P2SH.
inline Bytes script_of(std::uint32_t number) {
    Bytes program(number % 4 == 2 ? 32 : 20);
    store_le(program.data(), number);
    bitcoin::Hash160 hash{};
    std::copy_n(program.begin(), 20, hash.begin());
    switch (number % 4) {
        case 0:
            return bitcoin::witness_script(0, program);
        case 1:
            return bitcoin::p2pkh_script(hash);
        case 2:
            return bitcoin::witness_script(1, program);
        default:
            return bitcoin::p2sh_script(hash);
    }
}
inline std::string address_of(std::uint32_t number) {
    return bitcoin::address_of_script(script_of(number), network).value();
}
inline constexpr std::uint32_t change_number = 1'000'000;  // P2WPKH

inline Owner user(std::string name) {
    return {Owner::Kind::user, std::move(name)};
}

inline Coin coin(std::uint64_t number, std::int64_t amount, std::int64_t confirmations = 6) {
    return {{hash_of(number), 0}, Satoshi(amount), script_of(0), confirmations};
}

inline PaymentItem item(std::uint32_t number, std::int64_t amount, std::int64_t fee = 0) {
    return {user(address_of(number)), address_of(number), script_of(number), Satoshi(amount),
            Satoshi(fee)};
}

// Pays 60,000 to one and 40,000 to another out of two coins; 300 of fee, and change.
inline Payment a_payment() {
    Payment payment{.id = PaymentId(7)};
    payment.draft = {
        .fee_payer = FeePayer::pool,
        .items = {item(1, 60'000), item(2, 40'000)},
        .inputs = {{{hash_of(1), 0}, Satoshi(70'000)}, {{hash_of(2), 0}, Satoshi(50'000)}},
        .change_address = address_of(change_number),
        .fee = Satoshi(300),
        .height = 100};
    return payment;
}

}  // namespace lode::payout::test
