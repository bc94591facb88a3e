// Checks the frames and counts what was lost.
#include "common/node/block_notice.hpp"

#include "common/base/hex.hpp"

namespace lode::node {

Result<BlockNotice> NoticeReader::read(std::span<const ByteView> frames) {
    if (frames.size() != 3 || as_chars(frames[0]) != "hashblock" || frames[1].size() != 32 ||
        frames[2].size() != 4) {
        return failure(ErrorCode::malformed, "a ZMQ message that is no hashblock notice");
    }
    BlockNotice notice;
    LODE_TRY(notice.hash, bitcoin::from_display_hex(to_hex(frames[1])));
    notice.sequence = load_le<std::uint32_t>(frames[2].data());
    if (last_) {
        const std::uint32_t gap = notice.sequence - (*last_ + 1);
        // Half of all numbers count as forwards; backwards is a restart of the node.
        if (gap < 0x80000000U) notice.missed = gap;
    }
    last_ = notice.sequence;
    return notice;
}

}  // namespace lode::node
