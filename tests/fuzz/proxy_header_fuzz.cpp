// Any bytes are a header, the beginning of one, or refused; what follows a header changes nothing,
// and every beginning of a header is incomplete.
#include "common/base/assert.hpp"
#include "common/net/proxy_header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using lode::net::ProxyHeader;
    using State = ProxyHeader::State;
    const lode::ByteView bytes(data, size);
    const ProxyHeader header = lode::net::parse_proxy_header(bytes);
    if (header.state == State::incomplete) LODE_ASSERT(size < lode::net::proxy_header_max);
    if (header.state != State::complete) return 0;
    LODE_ASSERT(header.size <= size && header.size <= lode::net::proxy_header_max);
    const ProxyHeader alone = lode::net::parse_proxy_header(bytes.first(header.size));
    LODE_ASSERT(alone.state == State::complete && alone.size == header.size);
    LODE_ASSERT(alone.source == header.source);
    for (std::size_t cut = 0; cut < header.size; ++cut) {
        LODE_ASSERT(lode::net::parse_proxy_header(bytes.first(cut)).state == State::incomplete);
    }
    return 0;
}
