// Chance makes the name, the folder keeps it.
#include "common/runtime/instance.hpp"

#include <random>

#include "common/base/file.hpp"

namespace lode::runtime {

Result<std::string> instance_name(const std::filesystem::path& folder, std::string_view service) {
    constexpr std::size_t digits = 8;
    const auto path = folder / "instance";
    std::error_code problem;
    if (std::filesystem::exists(path, problem)) {
        LODE_TRY(std::string name, read_file(path));
        if (name.ends_with('\n')) name.pop_back();
        if (name.starts_with(service) && name.size() == service.size() + 1 + digits) return name;
        return failure(ErrorCode::internal,
                       path.string() + ": not the name of a " + std::string(service));
    }
    std::random_device chance;
    char number[digits + 2];
    std::snprintf(number, sizeof number, "-%08x", static_cast<unsigned>(chance()));
    std::string name = std::string(service) + number;
    std::filesystem::create_directories(folder, problem);
    LODE_TRY_VOID(replace_file(path, name + "\n"));
    return name;
}

}  // namespace lode::runtime
