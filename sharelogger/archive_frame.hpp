// One frame of the share archive: a run of messages of one partition, compressed. Frames are the
// records of record files, which add length and CRC-32C.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode::sharelogger {

enum class FrameKind : std::uint8_t { share = 1, job = 2 };

//  0         1      2            6              14            22      26         30
//  | version | kind | partition  | first offset | next offset | count | raw size | zstd …
//  integers little-endian; unpacked: count times `length u32 | serialised message`
struct FrameHeader {
    FrameKind kind = FrameKind::share;
    std::uint32_t partition = 0;
    std::int64_t first = 0;  // offset of the first record this frame answers for
    std::int64_t next = 0;   // offset after its last
    std::uint32_t count = 0;
};

struct Frame {
    FrameHeader header;
    std::vector<std::string> messages;
};

// A frame unpacks to at most this: a batch of the bus and room to spare.
inline constexpr std::size_t frame_raw_max = 64u << 20;

// Exhausted when the messages are more than a frame holds.
[[nodiscard]] Result<Bytes> encode_frame(const Frame& frame);
[[nodiscard]] Result<FrameHeader> decode_frame_header(ByteView bytes);
[[nodiscard]] Result<Frame> decode_frame(ByteView bytes);

}  // namespace lode::sharelogger
