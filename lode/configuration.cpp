// Configuration files and the database they name.
#include "lode/configuration.hpp"

#include <algorithm>

#include "common/db/db.hpp"
#include "lode/services.hpp"

namespace lode::launcher {

Result<Configuration> load(const std::filesystem::path& path) {
    auto document = config::Document::load(path);
    if (!document) return failure(ErrorCode::malformed, document.error().context);
    LODE_TRY_VOID(config::check(document.value(), sections()));
    LODE_TRY(auto pool, config::pool_section().read(document.value()));
    for (const runtime::ServiceDefinition& service : services()) {
        if (!service.check) continue;
        LODE_TRY_VOID(service.check(document.value(), pool));
    }
    return Configuration{std::move(document).value(), std::move(pool)};
}

std::vector<std::string> mistakes(const std::filesystem::path& path) {
    std::vector<std::string> lines;
    const auto add = [&lines](const Error& error) {
        if (std::ranges::find(lines, error.context) == lines.end()) lines.push_back(error.context);
    };
    const auto document = config::Document::load(path);
    if (!document) {
        add(document.error());
        return lines;
    }
    // Begins with what stands in no section that exists.
    const auto whole = config::check(document.value(), sections());
    if (!whole) add(whole.error());
    for (const config::SectionBase* section : sections()) {
        const auto object = section->defaults();
        const auto read = section->read_into(document.value(), object.get());
        if (!read) add(read.error());
    }
    const auto pool = config::pool_section().read(document.value());
    if (!pool) return lines;
    for (const runtime::ServiceDefinition& service : services()) {
        if (!service.check) continue;
        const auto checked = service.check(document.value(), pool.value());
        if (!checked) add(checked.error());
    }
    return lines;
}

std::string example() {
    return config::example(sections());
}

Result<std::int64_t> migrate(const config::PoolConfig& pool) {
    std::error_code error;
    std::filesystem::create_directories(pool.data_dir, error);
    if (error) {
        return failure(ErrorCode::unavailable,
                       pool.data_dir.string() + ": cannot create: " + error.message());
    }
    LODE_TRY(auto connection, db::Connection::open(pool.database, pool.data_dir.string()));
    LODE_TRY_VOID(db::migrate(connection));
    return db::schema_version(connection);
}

}  // namespace lode::launcher
