// NodeRpc over HTTP, for Bitcoin Core and its kin.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/node/node_rpc.hpp"

namespace lode::node {

struct BitcoinRpcOptions {
    std::string url;  // "http://127.0.0.1:8332", no credentials in it
    // Either user and password, or the node's cookie file, which is read again whenever the node
    // refuses us, because the node writes a new one at each start.
    std::string user;
    Secret password;
    std::filesystem::path cookie_file;
    // For every call but get_block_template. A node checks a full block in well under a second;
    // it answers late when it is busy connecting others.
    Duration timeout = std::chrono::seconds(30);
};

// Malformed when the url is; the node itself is only asked by the first call.
[[nodiscard]] Result<std::unique_ptr<NodeRpc>> open_bitcoin_rpc(BitcoinRpcOptions options);

}  // namespace lode::node
