// Requests written and sent, credentials found, answers cut out of what HTTP brings.
#include "common/node/rpc_connection.hpp"

#include "common/base/file.hpp"

namespace lode::node {
namespace {

constexpr std::uint16_t mainnet_rpc_port = 8332;
// All calls may be repeated: a block or a transaction that is there already is answered so.
constexpr auto repeat = http::Repeat::when_connection_was_stale;

}  // namespace

Result<RpcConnection> RpcConnection::open(BitcoinRpcOptions options, std::string target) {
    auto client_options = http::client_options_from_url(options.url, mainnet_rpc_port);
    // The url is not repeated: it is wrong, and might hold a password.
    if (!client_options) return failure_in("node", client_options.error());
    return RpcConnection(std::move(options), std::move(target),
                         http::Client(std::move(client_options).value()));
}

Result<std::variant<std::string, NodeError>> RpcConnection::ask(const Call& call) {
    auto answer = try_ask(call);
    if (!answer) return failure_in(where(call.method), answer.error());
    return answer;
}

Result<std::string> RpcConnection::call(const Call& call) {
    LODE_TRY(auto answer, ask(call));
    auto result = result_of(std::move(answer));
    if (!result) return failure_in(where(call.method), result.error());
    return result;
}

Result<std::variant<std::string, NodeError>> RpcConnection::try_ask(const Call& call) {
    std::string body = R"({"id":1,"method":")" + std::string(call.method) + R"(","params":[)";
    body.append(call.params).append("]}");
    const http::ClientRequest request{
        .method = http::Method::post, .target = target_, .body = std::move(body), .repeat = repeat};
    if (!has_credentials_) {
        LODE_TRY_VOID(use_credentials());
    }
    LODE_TRY(auto response, post(request, call.timeout));
    if (response.status == 401) {
        return failure(ErrorCode::rejected,
                       options_.cookie_file.empty()
                           ? "the node refuses our user and password"
                           : "the node refuses the cookie in " + options_.cookie_file.string());
    }
    if (response.status == 403) {
        return failure(ErrorCode::rejected, "the node does not allow our address (rpcallowip)");
    }
    if (response.status == 503) {
        return failure(ErrorCode::unavailable, "the node is too busy (rpcworkqueue)");
    }
    // Errors of calls come as 200, 404 or 500 with the same JSON around them.
    auto reply = take_reply(std::move(response.body));
    if (!reply && reply.error().code == ErrorCode::malformed && response.status != 200) {
        return failure(ErrorCode::rejected,
                       "HTTP status " + std::to_string(response.status) + "; is this a node?");
    }
    return reply;
}

// A refused cookie may be that of the node's last run: it is read again, and tried when it is new.
Result<http::Response> RpcConnection::post(const http::ClientRequest& request, Duration timeout) {
    LODE_TRY(auto response, client_.request(request, timeout));
    if (response.status != 401 || options_.cookie_file.empty()) return response;
    const std::string refused = cookie_;
    LODE_TRY_VOID(use_credentials());
    if (cookie_ == refused) return response;
    return client_.request(request, timeout);
}

Result<void> RpcConnection::use_credentials() {
    if (options_.cookie_file.empty()) {
        client_.set_credentials(Secret(options_.user + ":" + options_.password.reveal()));
    } else {
        LODE_TRY(cookie_, read_file(options_.cookie_file));
        while (cookie_.ends_with('\n') || cookie_.ends_with('\r')) cookie_.pop_back();
        client_.set_credentials(Secret(cookie_));
    }
    has_credentials_ = true;
    return success();
}

}  // namespace lode::node
