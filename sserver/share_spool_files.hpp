// The spool of one stream on disk: segments of shares in a folder, each a record file named
// <stream>.<first sequence>, both as 16 hex digits. A segment's first record is its header: format
// u32, partition u32, stream u64, first sequence u64, and the sequence before which the bus had
// every share when the segment was begun u64, all little-endian; each further record is a
// serialised Share, its sequence one above the last one's. Calls block on the disk.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "common/base/record_file.hpp"
#include "sserver/share_stream.hpp"

namespace lode::sserver {

class ShareSpoolFiles {
  public:
    // A segment is deleted as a whole: small enough that the disk is given back while the bus
    // catches up, large enough that making one (2 ms) does not count.
    static constexpr std::uint64_t segment_size_max = std::uint64_t{8} << 20;

    // A stream without files.
    ShareSpoolFiles(std::filesystem::path folder, StreamId stream, std::uint32_t partition)
        : folder_(std::move(folder)), stream_(stream), partition_(partition) {}

    // The files of a stream that an earlier run left. Where one is damaged the shares end before
    // the damage: it is reported, and the file and those behind it are never deleted but kept
    // under the name *.damaged. Reads all of it; cancelled between two files.
    [[nodiscard]] static Result<ShareSpoolFiles> recover(const std::filesystem::path& folder,
                                                         StreamId stream,
                                                         const std::atomic<bool>& cancelled);
    // The streams that have files in the folder, which is made when it is not there.
    [[nodiscard]] static Result<std::vector<StreamId>> streams(const std::filesystem::path& folder);

    // Shares with sequences one above the other, synced once. After an error none of them is
    // there. A gap after what is there is allowed only up to forget()'s `before`.
    [[nodiscard]] Result<void> append(std::span<const SharePtr> shares);
    // At least one and at most `count` shares from one that is there on.
    [[nodiscard]] Result<std::vector<SharePtr>> read(Sequence from, std::size_t count);
    // Deletes the segments of which the bus has every share.
    [[nodiscard]] Result<void> forget(Sequence before);

    // What the bus may not have; none when there is nothing.
    [[nodiscard]] std::optional<SpooledRange> left() const;
    [[nodiscard]] std::uint64_t size() const { return size_; }  // bytes
    [[nodiscard]] StreamId stream() const { return stream_; }
    [[nodiscard]] std::uint32_t partition() const { return partition_; }

  private:
    struct Segment {
        std::filesystem::path path;
        std::uint64_t first = 0;
        std::uint64_t end = 0;  // the sequence after the last
        std::uint64_t size = 0;
        bool damaged = false;  // not to be deleted
    };
    // Where the record of a sequence starts.
    struct Place {
        std::uint64_t sequence = 0;  // 0: nowhere
        std::uint64_t start = 0;
    };
    [[nodiscard]] Result<void> take_over(const std::filesystem::path& path);
    [[nodiscard]] Result<void> begin_segment(std::uint64_t first);
    [[nodiscard]] std::string header(std::uint64_t first) const;

    std::filesystem::path folder_;
    StreamId stream_;
    std::uint32_t partition_;
    std::uint64_t delivered_ = 1;  // the bus has every share before it
    std::deque<Segment> segments_;
    std::optional<RecordFile> open_;  // the last segment, when it may be appended to
    Place next_read_;
    std::uint64_t size_ = 0;
};

}  // namespace lode::sserver
