// A node's HTTP end that answers what the test says, in its order.
#pragma once

#include <deque>
#include <mutex>
#include <string>

#include "common/http/server.hpp"

namespace lode::test {

// Base64 of "u:p".
inline constexpr std::string_view auth_u_p = "Basic dTpw";

class ScriptedNode {
  public:
    ScriptedNode() : server_(start()) {}

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port());
    }
    void accept_only(std::string_view authorization) {
        const std::lock_guard lock(mutex_);
        authorization_ = authorization;
    }
    // The next request is answered so.
    void answer(std::string body, int status = 200) {
        const std::lock_guard lock(mutex_);
        answers_.push_back({.status = status, .body = std::move(body)});
    }
    void result(std::string_view json) {
        answer("{\"result\":" + std::string(json) + ",\"error\":null,\"id\":1}");
    }
    [[nodiscard]] std::string last_path() const {
        const std::lock_guard lock(mutex_);
        return path_;
    }
    [[nodiscard]] std::string last_request() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }

  private:
    http::Server start() {
        http::Router router;
        for (const auto* path : {"/", "/wallet/pay out"}) {
            router.add(http::Method::post, path,
                       [this](const http::Request& request, const http::Responder& responder) {
                           handle(request, responder);
                       });
        }
        return http::Server::start({}, router).value();
    }
    void handle(const http::Request& request, const http::Responder& responder) {
        const std::lock_guard lock(mutex_);
        last_ = request.body;
        path_ = request.path;
        if (request.authorization.reveal() != authorization_) {
            return responder.send({.status = 401});
        }
        if (answers_.empty()) return responder.send({.status = 500, .body = "no script"});
        responder.send(answers_.front());
        answers_.pop_front();
    }

    mutable std::mutex mutex_;
    std::string authorization_{auth_u_p};
    std::deque<http::Response> answers_;
    std::string last_;
    std::string path_;
    http::Server server_;  // last: its thread uses the others
};

}  // namespace lode::test
