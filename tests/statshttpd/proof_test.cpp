// Tickets: what is ours comes back whole, everything else is refused.
#include "statshttpd/proof.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

const Bytes key(proof_key_bytes, std::uint8_t{5});

Proof a_proof() {
    return {.host = "pool.example",
            .nonce = "00112233445566778899aabbccddeeff",
            .action = ProofAction::session,
            .scope = Scope::manage,
            .user = "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l",
            .expires = from_unix_ms(1'795'298'400'000)};
}

TicketContext before_expiry() {
    return {.host = "pool.example", .now = from_unix_ms(1'795'298'399'999)};
}

}  // namespace

TEST_CASE("what is signed names host, nonce, action, scope, user and expiry") {
    CHECK(message_of(a_proof()) ==
          "host pool.example\nnonce 00112233445566778899aabbccddeeff\naction session\n"
          "scope manage\nuser bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l\n"
          "expires 2026-11-21T22:00:00Z");
}

TEST_CASE("a ticket gives back the proof it was made of") {
    for (const ProofAction action : {ProofAction::session, ProofAction::settings}) {
        Proof proof = a_proof();
        proof.action = action;
        const auto read = read_ticket(ticket_of(proof, key), before_expiry(), key).value();
        CHECK(message_of(read) == message_of(proof));
        CHECK(read.scope == proof.scope);
        CHECK(read.action == action);
        CHECK(read.expires == proof.expires);
    }
}

TEST_CASE("a ticket is for its host, its time and its key alone") {
    const std::string ticket = ticket_of(a_proof(), key);
    TicketContext elsewhere = before_expiry();
    elsewhere.host = "evil.example";
    CHECK(read_ticket(ticket, elsewhere, key).error().code == ErrorCode::malformed);
    TicketContext late = before_expiry();
    late.now = a_proof().expires;
    CHECK(read_ticket(ticket, late, key).error().code == ErrorCode::rejected);
    CHECK_FALSE(read_ticket(ticket, before_expiry(), Bytes(proof_key_bytes, std::uint8_t{6})));
}

TEST_CASE("no ticket holds with a bit turned, a byte less or fields moved") {
    const std::string ticket = ticket_of(a_proof(), key);
    for (std::size_t bit = 0; bit < ticket.size() * 8; ++bit) {
        std::string turned = ticket;
        turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ 1 << bit % 8);
        // Hexadecimal digits count in either case.
        const bool case_of_mac = bit % 8 == 5 && bit / 8 >= ticket.size() - 64 &&
                                 turned[bit / 8] >= 'A' && turned[bit / 8] <= 'F';
        CAPTURE(bit);
        CHECK(read_ticket(turned, before_expiry(), key).has_value() == case_of_mac);
    }
    for (std::size_t size = 0; size < ticket.size(); ++size) {
        CHECK_FALSE(read_ticket(ticket.substr(0, size), before_expiry(), key));
    }
    CHECK_FALSE(read_ticket(ticket + ".", before_expiry(), key));
    CHECK_FALSE(read_ticket("." + ticket, before_expiry(), key));
    CHECK_FALSE(read_ticket(std::string(100'000, '.'), before_expiry(), key));
}
