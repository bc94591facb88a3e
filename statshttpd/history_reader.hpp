// The database side of statshttpd on a thread of its own: no request makes the live data or the
// HTTP server wait for a query.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "common/runtime/loop.hpp"
#include "statshttpd/history_repository.hpp"

namespace lode::statshttpd {

class HistoryReader {
  public:
    // Requests under way; a query takes milliseconds, so more means that the database hangs.
    static constexpr std::size_t waiting_max = 64;
    // A request that waited longer is answered without being tried: its client has given up.
    static constexpr auto deadline = std::chrono::seconds(5);

    struct Options {
        config::DatabaseConfig database;
        std::string data_folder;
        std::string chain;
    };
    HistoryReader(Options options, const Clock& clock);

    // Each returns at once; the answer comes on the reader's thread, or in the call when too many
    // wait (exhausted).
    template <class T>
    using Answer = std::function<void(Result<T>)>;
    void blocks(const BlocksQuery& query, Answer<BlocksPage> answer);
    void sums(UnixTime from, UnixTime to, Answer<std::map<UnixTime, Sum>> answer);
    // Finds out whether the database is there.
    void look();

    // Whether the last thing asked of the database was answered.
    [[nodiscard]] bool ready() const { return ready_; }

  private:
    template <class T>
    void ask(std::function<Result<T>(HistoryRepository&)> query, Answer<T> answer);
    template <class T>
    [[nodiscard]] Result<T> run(const std::function<Result<T>(HistoryRepository&)>& query);
    [[nodiscard]] Result<void> connect();

    Options options_;
    const Clock& clock_;
    std::atomic<bool> ready_ = false;
    std::atomic<std::size_t> waiting_ = 0;
    // Used on the loop's thread only.
    std::optional<HistoryRepository> repository_;
    std::string complaint_;  // the last one logged, so that it is logged once
    runtime::Loop loop_;
};

}  // namespace lode::statshttpd
