// A ticket is nonce.expiry.action.scope.user.mac, the mac over all of it and the host.
#include "statshttpd/proof.hpp"

#include <charconv>
#include <ctime>
#include <optional>
#include <vector>

#include "common/base/hex.hpp"
#include "common/base/random.hpp"
#include "statshttpd/hmac.hpp"

namespace lode::statshttpd {
namespace {

// Of users, which are addresses, and all the rest of a ticket.
constexpr std::size_t ticket_max = 400;
constexpr std::size_t fields = 6;

auto not_ours() {
    return failure(ErrorCode::malformed,
                   "this nonce was not given by this pool for this host, ask for another");
}

std::string body_of(const Proof& proof) {
    return proof.nonce + '.' + std::to_string(to_unix_ms(proof.expires)) + '.' +
           std::string(to_string(proof.action)) + '.' + std::string(to_string(proof.scope)) + '.' +
           proof.user;
}

// The host comes last and may have any bytes: nothing before it can be moved into it, because the
// five fields before hold no line feed.
bitcoin::Hash256 mac_of(std::string_view body, std::string_view host, ByteView key) {
    std::string all(body);
    all += '\n';
    all += host;
    return hmac_sha256(key, as_bytes(all));
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    while (parts.size() < fields) {
        const std::size_t dot = text.find('.');
        parts.push_back(text.substr(0, dot));
        if (dot == std::string_view::npos) return parts;
        text.remove_prefix(dot + 1);
    }
    return {};
}

std::optional<UnixTime> time_of(std::string_view text) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return {};
    return from_unix_ms(value);
}

std::string iso_time(UnixTime time) {
    const std::time_t seconds = to_unix_seconds(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, size};
}

}  // namespace

std::string_view to_string(ProofAction action) {
    return action == ProofAction::session ? "session" : "settings";
}

std::string message_of(const Proof& proof) {
    return "host " + proof.host + "\nnonce " + proof.nonce + "\naction " +
           std::string(to_string(proof.action)) + "\nscope " + std::string(to_string(proof.scope)) +
           "\nuser " + proof.user + "\nexpires " + iso_time(proof.expires);
}

std::string ticket_of(const Proof& proof, ByteView key) {
    const std::string body = body_of(proof);
    return body + '.' + to_hex(mac_of(body, proof.host, key).view());
}

Result<Proof> read_ticket(std::string_view ticket, const TicketContext& context, ByteView key) {
    if (ticket.size() > ticket_max) return not_ours();
    const auto parts = split(ticket);
    if (parts.size() != fields) return not_ours();
    const std::string_view body = ticket.substr(0, ticket.rfind('.'));
    std::array<std::uint8_t, 32> mac{};
    if (!decode_hex(parts[5], mac)) return not_ours();
    if (!equal_in_constant_time(mac, mac_of(body, context.host, key).view())) return not_ours();
    const auto expires = time_of(parts[1]);
    if (!expires) return not_ours();
    if (*expires <= context.now) {
        return failure(ErrorCode::rejected, "this proof has expired, ask for another");
    }
    return Proof{.host = context.host,
                 .nonce = std::string(parts[0]),
                 .action = parts[2] == "session" ? ProofAction::session : ProofAction::settings,
                 .scope = scope_of(parts[3]),
                 .user = std::string(parts[4]),
                 .expires = *expires};
}

}  // namespace lode::statshttpd
