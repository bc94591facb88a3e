// From a request's token to who asks, and the answers to those who may not. Every route of private
// data goes through one of the wrappers below.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "common/base/secret.hpp"
#include "common/http/server.hpp"
#include "statshttpd/caller.hpp"
#include "statshttpd/database_thread.hpp"
#include "statshttpd/token_repository.hpp"

namespace lode::statshttpd {

class Access {
  public:
    // A token that was found or not is not looked for again in this time, so that hundreds of
    // requests a second are not as many queries; a revoked one is refused after it everywhere.
    static constexpr auto remember_time = std::chrono::seconds(3);
    // Some 300 bytes each. When there are more, all are forgotten.
    static constexpr std::size_t remembered_max = 10'000;

    // Both outlive it.
    Access(DatabaseThread& database, const Clock& clock, PrivateData private_data)
        : database_(database), clock_(clock), private_data_(private_data) {}

    // Without a token it is nobody. Rejected, to be answered 401: the token is unknown, revoked or
    // has expired. Other errors are the database's.
    using Then = std::function<void(const Result<Caller>&)>;
    // Tells in the call, or later on the database's thread; from any thread.
    void identify(const Secret& token, Then then);

    // Whether the private data of `user` may be told to this one.
    [[nodiscard]] bool may_see(const Caller& caller, std::string_view user) const {
        return private_data_ == PrivateData::everyone || caller.may_see(user);
    }

    // What this process remembers is looked for again: after a change of its own making.
    void forget();

  private:
    struct Remembered {
        std::optional<TokenRow> token;
        SteadyTime until;
    };
    [[nodiscard]] std::optional<Remembered> recall(const bitcoin::Hash256& hash);
    void remember(const bitcoin::Hash256& hash, const std::optional<TokenRow>& token,
                  std::uint64_t age);
    [[nodiscard]] Result<Caller> judge(const std::optional<TokenRow>& token) const;

    DatabaseThread& database_;
    const Clock& clock_;
    const PrivateData private_data_;
    std::mutex mutex_;  // of what follows
    std::map<bitcoin::Hash256, Remembered> remembered_;
    std::uint64_t age_ = 0;  // rises with forget(): what was asked before is not remembered after
};

// The token of "Bearer TOKEN"; empty when there is no such field or it is of another scheme.
[[nodiscard]] Secret bearer_token(const Secret& authorization);

// 401 with what to do about it.
[[nodiscard]] http::Response unauthorised(std::string_view message);

using CallerHandler =
    std::function<void(const http::Request&, const http::Responder&, const Caller&)>;

// Each runs `handler` on the caller's thread or on the database's, or answers 401, 403 or 503.

// For whoever asks, nobody among them.
[[nodiscard]] http::Handler with_caller(Access& access, CallerHandler handler);
// For those who may see the private data of the user that the path names as {user}.
[[nodiscard]] http::Handler for_viewer(Access& access, http::Handler handler);
// For those who may change what belongs to that user.
[[nodiscard]] http::Handler for_manager(Access& access, CallerHandler handler);
[[nodiscard]] http::Handler for_admin(Access& access, CallerHandler handler);

}  // namespace lode::statshttpd
