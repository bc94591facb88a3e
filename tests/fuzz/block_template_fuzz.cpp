// Any text is a template or refused with one line; an accepted one keeps its promises.
#include "common/base/assert.hpp"
#include "common/bitcoin/block_template.hpp"
#include "common/bitcoin/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lode::bitcoin;
    const auto parsed = parse_block_template(lode::as_chars({data, size}));
    if (!parsed) {
        LODE_ASSERT(parsed.error().context.find('\n') == std::string::npos);
        return 0;
    }
    LODE_ASSERT(target_from_bits(parsed.value().bits).value() == parsed.value().target);
    static_cast<void>(check_minable(parsed.value()));
    return 0;
}
