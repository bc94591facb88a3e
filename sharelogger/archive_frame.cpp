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

constexpr std::size_t length_size = 4;

}  // namespace

std::string_view PackedMessages::Iterator::operator*() const {
    return as_chars({at_ + length_size, load_le<std::uint32_t>(at_)});
}

PackedMessages::Iterator& PackedMessages::Iterator::operator++() {
    at_ += length_size + load_le<std::uint32_t>(at_);
    return *this;
}

PackedMessages::Iterator PackedMessages::Iterator::operator++(int) {
    Iterator before = *this;
    ++*this;
    return before;
}

Result<PackedMessages> PackedMessages::from(Bytes bytes, std::size_t count) {
    PackedMessages messages;
    for (ByteView rest = bytes; !rest.empty(); ++messages.count_) {
        if (rest.size() < length_size) return damaged("archive frame: a length is cut off");
        const std::size_t length = load_le<std::uint32_t>(rest.data());
        rest = rest.subspan(length_size);
        if (rest.size() < length) return damaged("archive frame: a message is cut off");
        rest = rest.subspan(length);
    }
    if (messages.count_ != count) return damaged("archive frame: the count of messages is wrong");
    messages.bytes_ = std::move(bytes);
    return messages;
}

void PackedMessages::push_back(std::string_view message) {
    append_le(bytes_, static_cast<std::uint32_t>(message.size()));
    append(bytes_, as_bytes(message));
    ++count_;
}

std::uint8_t* PackedMessages::extend(std::size_t size) {
    append_le(bytes_, static_cast<std::uint32_t>(size));
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    ++count_;
    return bytes_.data() + at;
}

Result<Bytes> encode_frame(const Frame& frame) {
    const ByteView raw = frame.messages.bytes();
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
    LODE_TRY(auto messages, PackedMessages::from(std::move(raw), header.count));
    return Frame{header, std::move(messages)};
}

}  // namespace lode::sharelogger
