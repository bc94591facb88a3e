// Any text is an address of each network or refused; an accepted one comes back from its script.
#include "common/base/assert.hpp"
#include "common/bitcoin/address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lode::bitcoin;
    const std::string_view text = lode::as_chars({data, size});
    for (const Network network : {Network::main, Network::test, Network::regtest}) {
        const auto address = parse_address(text, network);
        if (!address) continue;
        const auto again = address_of_script(address.value().script, network);
        LODE_ASSERT(again && again.value() == address.value().text);
        LODE_ASSERT(parse_address(again.value(), network).value().script == address.value().script);
    }
    return 0;
}
