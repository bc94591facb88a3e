// JSON-RPC calls over one kept-alive HTTP connection to a node: credentials, statuses, errors.
#pragma once

#include <string>
#include <variant>

#include "common/http/client.hpp"
#include "common/node/bitcoin_rpc.hpp"
#include "common/node/reply.hpp"

namespace lode::node {

class RpcConnection {
  public:
    // Malformed when the url is. `target` is the path: "/", or that of a wallet.
    [[nodiscard]] static Result<RpcConnection> open(BitcoinRpcOptions options, std::string target);

    struct Call {
        std::string_view method;
        std::string params;  // JSON, between the brackets
        Duration timeout;
    };
    // The answer's `result`, or the node's own error. Errors name the node and the method.
    [[nodiscard]] Result<std::variant<std::string, NodeError>> ask(const Call& call);
    // The same with the node's error as one of ours.
    [[nodiscard]] Result<std::string> call(const Call& call);

    [[nodiscard]] const BitcoinRpcOptions& options() const { return options_; }
    // "node URL: METHOD", to put before errors.
    [[nodiscard]] std::string where(std::string_view method) const {
        return "node " + options_.url + ": " + std::string(method);
    }
    // From any thread, for good.
    void cancel() { client_.cancel(); }

  private:
    RpcConnection(BitcoinRpcOptions options, std::string target, http::Client client)
        : options_(std::move(options)), target_(std::move(target)), client_(std::move(client)) {}
    [[nodiscard]] Result<std::variant<std::string, NodeError>> try_ask(const Call& call);
    [[nodiscard]] Result<http::Response> post(const http::ClientRequest& request, Duration timeout);
    [[nodiscard]] Result<void> use_credentials();

    BitcoinRpcOptions options_;
    std::string target_;
    http::Client client_;
    std::string cookie_{};  // as last read; secret
    bool has_credentials_ = false;
};

}  // namespace lode::node
