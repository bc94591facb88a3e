// What a node publishes of a new tip, from the frames of a ZMQ message.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::node {

struct BlockNotice {
    bitcoin::Hash256 hash;
    std::uint32_t sequence = 0;  // the publisher's count of hashblock messages, wraps
    // Notices lost between the last one and this: ask the node what else happened. 0 for the
    // first notice and after a restart of the node, when its count begins anew.
    std::uint32_t missed = 0;
};

class NoticeReader {
  public:
    // The frames of Bitcoin Core's doc/zmq.md: "hashblock", the hash in display order (32 bytes),
    // the sequence (u32 little-endian). Anything else is malformed.
    [[nodiscard]] Result<BlockNotice> read(std::span<const ByteView> frames);

  private:
    std::optional<std::uint32_t> last_;
};

}  // namespace lode::node
