// A bounded line of queries; a connection that failed is opened anew for the next.
#include "statshttpd/history_reader.hpp"

#include "common/base/log.hpp"

namespace lode::statshttpd {

HistoryReader::HistoryReader(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), loop_("stats-db") {}

void HistoryReader::blocks(const BlocksQuery& query, Answer<BlocksPage> answer) {
    ask<BlocksPage>([query](HistoryRepository& repository) { return repository.blocks(query); },
                    std::move(answer));
}

void HistoryReader::sums(UnixTime from, UnixTime to, Answer<std::map<UnixTime, Sum>> answer) {
    ask<std::map<UnixTime, Sum>>(
        [from, to](HistoryRepository& repository) { return repository.sums(from, to); },
        std::move(answer));
}

void HistoryReader::look() {
    ask<std::int64_t>([](HistoryRepository& repository) { return repository.schema_version(); },
                      [](const Result<std::int64_t>&) {});
}

template <class T>
void HistoryReader::ask(std::function<Result<T>(HistoryRepository&)> query, Answer<T> answer) {
    if (waiting_.fetch_add(1) >= waiting_max) {
        --waiting_;
        answer(failure(ErrorCode::exhausted, "too many requests wait for the database"));
        return;
    }
    const SteadyTime until = clock_.steady_now() + deadline;
    loop_.post([this, query = std::move(query), answer = std::move(answer), until] {
        --waiting_;
        if (clock_.steady_now() > until) {
            answer(failure(ErrorCode::unavailable, "the database did not answer in time"));
            return;
        }
        answer(run(query));
    });
}

template <class T>
Result<T> HistoryReader::run(const std::function<Result<T>(HistoryRepository&)>& query) {
    Result<void> connected = connect();
    Result<T> outcome = connected ? query(*repository_) : Result<T>(connected.error());
    ready_ = outcome.has_value();
    if (outcome) {
        complaint_.clear();
        return outcome;
    }
    repository_.reset();
    if (complaint_ != outcome.error().context) {
        complaint_ = outcome.error().context;
        log::warn("history is not read", {{"error", outcome.error()}});
    }
    return outcome;
}

Result<void> HistoryReader::connect() {
    if (repository_) return success();
    LODE_TRY(auto connection, db::Connection::open(options_.database, options_.data_folder));
    HistoryRepository repository(std::move(connection), options_.chain);
    LODE_TRY(const auto version, repository.schema_version());
    if (version < db::newest_schema_version()) {
        return failure(ErrorCode::unavailable,
                       "the database has an older schema, waiting for lode db migrate");
    }
    repository_.emplace(std::move(repository));
    return success();
}

}  // namespace lode::statshttpd
