// A bounded queue before a blocking HTTP client.
#include "common/runtime/courier.hpp"

#include <deque>
#include <mutex>

#include "common/http/client.hpp"
#include "common/runtime/intake.hpp"
#include "common/runtime/loop.hpp"

namespace lode::runtime {
namespace {

// Longer than a busy neighbour needs for an fsync; then the sender hears that it is late.
constexpr auto answer_timeout = std::chrono::seconds(5);

struct Post {
    std::shared_ptr<const std::string> body;
    Courier::Done done;
};

}  // namespace

struct Courier::Core {
    Core(CourierOptions its_options, http::ClientOptions client_options)
        : options(std::move(its_options)),
          client(std::move(client_options)),
          loop(options.thread) {}

    // Called once for each post; where one was dropped there is one fewer to find.
    void deliver_next() {
        Post next;
        {
            const std::lock_guard lock(mutex);
            if (waiting.empty()) return;
            next = std::move(waiting.front());
            waiting.pop_front();
        }
        next.done(deliver(*next.body));
    }

    Result<void> deliver(const std::string& body) {
        LODE_TRY(const auto answer,
                 client.request({.method = http::Method::post,
                                 .target = options.path,
                                 .body = body,
                                 .content_type = std::string(message_content_type),
                                 .repeat = http::Repeat::when_connection_was_stale},
                                answer_timeout));
        if (answer.status == 200) return success();
        return failure(
            answer.status == 409 ? ErrorCode::conflict : ErrorCode::rejected,
            options.url + options.path + ": answered with status " + std::to_string(answer.status));
    }

    CourierOptions options;
    http::Client client;
    std::mutex mutex;
    std::deque<Post> waiting;
    Loop loop;
};

Courier::Courier(std::unique_ptr<Core> core) : core_(std::move(core)) {}

Courier::~Courier() {
    core_->client.cancel();
}

Result<std::unique_ptr<Courier>> Courier::open(CourierOptions options) {
    LODE_TRY(auto client, http::client_options_from_url(options.url));
    if (!options.secret.empty()) client.credentials = direct_credentials(options.secret);
    return std::unique_ptr<Courier>(
        new Courier(std::make_unique<Core>(std::move(options), std::move(client))));
}

void Courier::post(std::shared_ptr<const std::string> body, Done done) {
    Post dropped;
    {
        const std::lock_guard lock(core_->mutex);
        core_->waiting.push_back({std::move(body), std::move(done)});
        if (core_->waiting.size() > core_->options.waiting_max) {
            dropped = std::move(core_->waiting.front());
            core_->waiting.pop_front();
        }
    }
    core_->loop.post([core = core_.get(), dropped = std::move(dropped)] {
        if (dropped.done) {
            dropped.done(failure(ErrorCode::exhausted, core->options.url + ": too many wait"));
        }
        core->deliver_next();
    });
}

const std::string& Courier::url() const {
    return core_->options.url;
}

}  // namespace lode::runtime
