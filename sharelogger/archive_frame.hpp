// One frame of the share archive: a run of messages of one partition, compressed. Frames are the
// records of record files, which add length and CRC-32C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

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

// Serialised messages, one behind the other as a frame has them: `length u32 LE | message` each. A
// group of 100,000 shares is one piece of memory and not 100,000.
class PackedMessages {
  public:
    class Iterator {
      public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string_view*;
        using reference = std::string_view;

        Iterator() = default;
        explicit Iterator(const std::uint8_t* at) : at_(at) {}
        std::string_view operator*() const;
        Iterator& operator++();
        Iterator operator++(int);
        friend bool operator==(const Iterator&, const Iterator&) = default;

      private:
        const std::uint8_t* at_ = nullptr;
    };

    PackedMessages() = default;
    // Malformed when the bytes are not so many messages.
    [[nodiscard]] static Result<PackedMessages> from(Bytes bytes, std::size_t count);

    void push_back(std::string_view message);
    // The last message, of `size` bytes that the caller fills before anything else is done.
    [[nodiscard]] std::uint8_t* extend(std::size_t size);

    [[nodiscard]] Iterator begin() const { return Iterator(bytes_.data()); }
    [[nodiscard]] Iterator end() const { return Iterator(bytes_.data() + bytes_.size()); }
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] ByteView bytes() const { return bytes_; }
    friend bool operator==(const PackedMessages&, const PackedMessages&) = default;

  private:
    Bytes bytes_;
    std::size_t count_ = 0;
};

struct Frame {
    FrameHeader header;
    PackedMessages messages;
};

// A frame unpacks to at most this: a group of shares, a batch of the bus of 32,000 beyond it and
// room to spare.
inline constexpr std::size_t frame_raw_max = 64u << 20;

// Exhausted when the messages are more than a frame holds.
[[nodiscard]] Result<Bytes> encode_frame(const Frame& frame);
[[nodiscard]] Result<FrameHeader> decode_frame_header(ByteView bytes);
[[nodiscard]] Result<Frame> decode_frame(ByteView bytes);

}  // namespace lode::sharelogger
