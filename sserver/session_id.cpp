// Session ids as hexadecimal text.
#include "sserver/session_id.hpp"

#include <array>

#include "common/base/bytes.hpp"
#include "common/base/hex.hpp"

namespace lode::sserver {
namespace {

constexpr unsigned slot_bits = 20;
constexpr std::uint32_t slot_mask = (1u << slot_bits) - 1;
constexpr std::size_t key_size = 8;
constexpr std::size_t id_size = key_size + 4;

}  // namespace

std::string session_id_text(const SessionId& id) {
    std::array<std::uint8_t, id_size> raw{};
    store_be(raw.data(), id.key);
    store_be(raw.data() + key_size,
             (std::uint32_t{id.place.loop} << slot_bits) | (id.place.slot & slot_mask));
    return to_hex(raw);
}

std::optional<SessionId> parse_session_id(std::string_view text) {
    std::array<std::uint8_t, id_size> raw{};
    if (!decode_hex(text, raw)) return std::nullopt;
    const auto place = load_be<std::uint32_t>(raw.data() + key_size);
    return SessionId{load_be<std::uint64_t>(raw.data()),
                     {static_cast<std::uint16_t>(place >> slot_bits), place & slot_mask}};
}

}  // namespace lode::sserver
