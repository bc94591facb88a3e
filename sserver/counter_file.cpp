// A decimal number and a newline.
#include "sserver/counter_file.hpp"

#include <charconv>

#include "common/base/file.hpp"

namespace lode::sserver {

Result<std::uint32_t> read_counter(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) return std::uint32_t{0};
    LODE_TRY(const std::string text, read_file(path));
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc() || rest + 1 != end || *rest != '\n') {
        return failure(ErrorCode::internal, path.string() + ": not a number and a newline");
    }
    return value;
}

Result<void> write_counter(const std::filesystem::path& path, std::uint32_t value) {
    return replace_file(path, std::to_string(value) + "\n");
}

}  // namespace lode::sserver
