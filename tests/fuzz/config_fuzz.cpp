// Any bytes are a configuration or refused in one line that names the file.
#include "common/base/assert.hpp"
#include "common/base/bytes.hpp"
#include "common/config/pool.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lode::config;
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "SET") return "value";
        return std::nullopt;
    };
    const auto one_line = [](const lode::Error& error) {
        return error.context.starts_with("lode.toml:") &&
               error.context.find('\n') == std::string::npos;
    };
    const auto document = Document::parse(lode::as_chars({data, size}), "lode.toml", environment);
    if (!document) {
        LODE_ASSERT(one_line(document.error()));
        return 0;
    }
    const auto checked = check(document.value(), {&pool_section().base()}, {"sserver"});
    LODE_ASSERT(checked || one_line(checked.error()));
    const auto pool = pool_section().read(document.value());
    LODE_ASSERT(!pool || pool.value().chains.size() == 1);
    return 0;
}
