// Packing with zstd, the only place that knows it.
#include "sharelogger/archive_frame.hpp"

#include <zstd.h>

namespace lode::sharelogger {
namespace {

constexpr std::uint8_t frame_version = 1;
constexpr std::size_t header_size = 30;
// The library's own default: about 3 : 1 on shares at several hundred megabytes a second.
constexpr int compression_level = 3;

auto damaged(const char* what) {
    return failure(ErrorCode::malformed, what);
}

Result<std::vector<std::string>> split(ByteView raw, std::uint32_t count) {
    std::vector<std::string> messages;
    while (!raw.empty()) {
        if (raw.size() < 4) return damaged("archive frame: a length is cut off");
        const std::size_t length = load_le<std::uint32_t>(raw.data());
        raw = raw.subspan(4);
        if (raw.size() < length) return damaged("archive frame: a message is cut off");
        messages.emplace_back(as_chars(raw.first(length)));
        raw = raw.subspan(length);
    }
    if (messages.size() != count) return damaged("archive frame: the count of messages is wrong");
    return messages;
}

}  // namespace

Result<Bytes> encode_frame(const Frame& frame) {
    Bytes raw;
    for (const std::string& message : frame.messages) {
        append_le(raw, static_cast<std::uint32_t>(message.size()));
        append(raw, as_bytes(message));
    }
    if (raw.size() > frame_raw_max) {
        return failure(ErrorCode::exhausted, "archive frame: too many messages");
    }
    Bytes bytes{frame_version, static_cast<std::uint8_t>(frame.header.kind)};
    append_le(bytes, frame.header.partition);
    append_le(bytes, static_cast<std::uint64_t>(frame.header.first));
    append_le(bytes, static_cast<std::uint64_t>(frame.header.next));
    append_le(bytes, static_cast<std::uint32_t>(frame.messages.size()));
    append_le(bytes, static_cast<std::uint32_t>(raw.size()));
    const std::size_t start = bytes.size();
    bytes.resize(start + ZSTD_compressBound(raw.size()));
    const std::size_t size = ZSTD_compress(bytes.data() + start, bytes.size() - start, raw.data(),
                                           raw.size(), compression_level);
    if (ZSTD_isError(size) != 0) {
        return failure(ErrorCode::internal,
                       std::string("archive frame: ") + ZSTD_getErrorName(size));
    }
    bytes.resize(start + size);
    return bytes;
}

Result<FrameHeader> decode_frame_header(ByteView bytes) {
    if (bytes.size() < header_size) return damaged("archive frame: too short");
    if (bytes[0] != frame_version) return damaged("archive frame: unknown version");
    if (bytes[1] != static_cast<std::uint8_t>(FrameKind::share) &&
        bytes[1] != static_cast<std::uint8_t>(FrameKind::job)) {
        return damaged("archive frame: unknown kind");
    }
    return FrameHeader{.kind = static_cast<FrameKind>(bytes[1]),
                       .partition = load_le<std::uint32_t>(bytes.data() + 2),
                       .first = static_cast<std::int64_t>(load_le<std::uint64_t>(bytes.data() + 6)),
                       .next = static_cast<std::int64_t>(load_le<std::uint64_t>(bytes.data() + 14)),
                       .count = load_le<std::uint32_t>(bytes.data() + 22)};
}

Result<Frame> decode_frame(ByteView bytes) {
    LODE_TRY(const auto header, decode_frame_header(bytes));
    const std::size_t raw_size = load_le<std::uint32_t>(bytes.data() + 26);
    if (raw_size > frame_raw_max) return damaged("archive frame: too large");
    Bytes raw(raw_size);
    const ByteView packed = bytes.subspan(header_size);
    const std::size_t size = ZSTD_decompress(raw.data(), raw.size(), packed.data(), packed.size());
    if (ZSTD_isError(size) != 0 || size != raw_size) {
        return damaged("archive frame: cannot be unpacked");
    }
    LODE_TRY(auto messages, split(raw, header.count));
    return Frame{header, std::move(messages)};
}

}  // namespace lode::sharelogger
