// The table of users, page by page.
#include "lode/user_command.hpp"

#include <cstdio>

#include "common/runtime/run.hpp"
#include "lode/configuration.hpp"
#include "lode/operator.hpp"
#include "sserver/user_repository.hpp"

namespace lode::launcher {
namespace {

Result<sserver::UserRepository> open(const Options& options) {
    LODE_TRY(const auto configuration, load(options.config));
    const config::PoolConfig& pool = configuration.pool;
    auto users = sserver::UserRepository::open(pool.database, pool.data_dir.string());
    if (!users) return at_run_time(users.error());
    return users;
}

}  // namespace

Result<int> user_add(const Options& options) {
    LODE_TRY(auto users, open(options));
    const auto added =
        users.add({.name = options.user, .who = operator_name(), .at = system_clock().unix_now()});
    if (!added) return at_run_time(added.error());
    std::printf("added: %s may log in within 10 s\n", options.user.c_str());
    return runtime::exit_ok;
}

Result<int> user_list(const Options& options) {
    LODE_TRY(auto users, open(options));
    std::int64_t after = 0;
    while (true) {
        const auto page = users.page(after);
        if (!page) return at_run_time(page.error());
        for (const sserver::UserRow& row : page.value()) {
            std::printf("%s  %s\n", row.name.c_str(), utc_day(row.created).c_str());
        }
        if (page.value().size() < sserver::UserDirectory::page_rows) return runtime::exit_ok;
        after = page.value().back().id;
    }
}

}  // namespace lode::launcher
