// A bounded line of queries; a connection that failed is opened anew for the next.
#include "statshttpd/database_thread.hpp"

#include "common/base/log.hpp"

namespace lode::statshttpd {
namespace {

bool is_about_the_request(ErrorCode code) {
    return code == ErrorCode::malformed || code == ErrorCode::rejected ||
           code == ErrorCode::conflict;
}

}  // namespace

DatabaseThread::DatabaseThread(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), loop_("stats-db") {}

void DatabaseThread::look() {
    ask<std::int64_t>([](db::Connection& connection) { return db::schema_version(connection); },
                      [](const Result<std::int64_t>&) {});
}

void DatabaseThread::submit(Task task) {
    if (waiting_.fetch_add(1) >= waiting_max) {
        --waiting_;
        return task(failure(ErrorCode::exhausted, "too many requests wait for the database"))
            .tell();
    }
    const SteadyTime until = clock_.steady_now() + deadline;
    loop_.post([this, task = std::move(task), until] {
        --waiting_;
        if (clock_.steady_now() > until) {
            return task(failure(ErrorCode::unavailable, "the database did not answer in time"))
                .tell();
        }
        run(task);
    });
}

void DatabaseThread::run(const Task& task) {
    const Done done = task(connect());
    ready_ = !done.error || is_about_the_request(done.error->code);
    if (ready_) {
        complaint_.clear();
    } else {
        connection_.reset();
        if (complaint_ != done.error->context) {
            complaint_ = done.error->context;
            log::warn("the database does not answer", {{"error", *done.error}});
        }
    }
    done.tell();
}

Result<db::Connection*> DatabaseThread::connect() {
    if (!connection_) {
        LODE_TRY(auto connection, db::Connection::open(options_.database, options_.data_folder));
        LODE_TRY(const auto version, db::schema_version(connection));
        if (version < db::newest_schema_version()) {
            return failure(ErrorCode::unavailable,
                           "the database has an older schema, waiting for lode db migrate");
        }
        connection_.emplace(std::move(connection));
    }
    return &*connection_;
}

}  // namespace lode::statshttpd
