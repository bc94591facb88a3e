// Any text is refused as a signature, but for those of the BIP's vectors.
#include <algorithm>
#include <array>

#include "common/base/assert.hpp"
#include "common/bitcoin/message_signature.hpp"

namespace {

constexpr std::string_view p2wpkh = "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l";
constexpr std::string_view p2tr = "bc1ppv609nr0vr25u07u95waq5lucwfm6tde4nydujnu8npg4q75mr5sxq8lt3";
constexpr std::array<std::string_view, 2> signatures{
    "AkcwRAIgZRfIY3p7/DoVTty6YZbWS71bc5Vct9p9Fia83eRmw2QCICK/ENGfwLtptFluMGs2KsqoNSk89pO7F29zJLUx"
    "9a/sASECx/EgAxlkQpQ9hYjgGu6EBCPMVPwVIVJqO4XCsMvViHI=",
    "AUHd69PrJQEv+oKTfZ8l+WROBHuy9HKrbFCJu7U1iK2iiEy1vMU5EfMtjc+VSHM7aU0SDbak5IUZRVno2P5mjSafAQ=="};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lode::bitcoin;
    const std::string_view text = lode::as_chars({data, size});
    for (const std::string_view name : {p2wpkh, p2tr}) {
        const auto address = parse_address(name, Network::main).value();
        const bool good = verify_message(address, "Hello World", text).has_value();
        LODE_ASSERT(!good || std::ranges::find(signatures, text) != signatures.end());
    }
    return 0;
}
