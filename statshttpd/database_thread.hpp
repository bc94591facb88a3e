// The database on a thread of its own: no request makes the live data or the HTTP server wait for
// a query.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "common/db/db.hpp"
#include "common/runtime/loop.hpp"

namespace lode::statshttpd {

class DatabaseThread {
  public:
    // Requests under way; a query takes milliseconds, so more means that the database hangs.
    static constexpr std::size_t waiting_max = 64;
    // A request that waited longer is answered without being tried: its client has given up.
    static constexpr auto deadline = std::chrono::seconds(5);

    struct Options {
        config::DatabaseConfig database;
        std::string data_folder;
    };
    DatabaseThread(Options options, const Clock& clock);

    template <class T>
    using Query = std::function<Result<T>(db::Connection&)>;
    template <class T>
    using Answer = std::function<void(Result<T>)>;
    // Returns at once; the answer comes on this object's thread, or in the call when too many wait
    // (exhausted). An error of the query's is passed on; unless it is about what was asked
    // (malformed, rejected, conflict) it stands for the database being away.
    template <class T>
    void ask(Query<T> query, Answer<T> answer) {
        submit([query = std::move(query),
                answer = std::move(answer)](const Result<db::Connection*>& connection) -> Done {
            Result<T> outcome =
                connection ? query(*connection.value()) : Result<T>(connection.error());
            Done done{.error = {}, .tell = {}};
            if (!outcome) done.error = outcome.error();
            done.tell = [answer, outcome = std::move(outcome)] { answer(outcome); };
            return done;
        });
    }
    // Finds out whether the database is there.
    void look();

    // From another thread: waits for the query that runs; what waits behind it is never answered.
    void stop() { loop_.stop(); }

    // Whether the last thing asked of the database was answered.
    [[nodiscard]] bool ready() const { return ready_; }

  private:
    struct Done {
        std::optional<Error> error;
        std::function<void()> tell;  // whoever asked
    };
    using Task = std::function<Done(const Result<db::Connection*>&)>;
    void submit(Task task);
    void run(const Task& task);
    [[nodiscard]] Result<db::Connection*> connect();

    Options options_;
    const Clock& clock_;
    std::atomic<bool> ready_ = false;
    std::atomic<std::size_t> waiting_ = 0;
    // Used on the loop's thread only.
    std::optional<db::Connection> connection_;
    std::string complaint_;  // the last one logged, so that it is logged once
    runtime::Loop loop_;
};

}  // namespace lode::statshttpd
