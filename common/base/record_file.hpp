// A file of records that survives kill -9 and power loss: each record is `length u32 LE |
// CRC-32C u32 LE of the payload | payload`. A torn tail is cut off when the file is opened.
#pragma once

#include <functional>
#include <limits>
#include <span>

#include "common/base/file.hpp"

namespace lode {

// CRC-32C (Castagnoli, RFC 3720 appendix B.4).
[[nodiscard]] std::uint32_t crc32c(ByteView bytes);

// Is handed a whole record and where in the file it starts.
using RecordVisitor = std::function<void(ByteView record, std::uint64_t start)>;

// Reads every whole record of a file that may still be written to, one record in memory at a
// time, and returns where they end; a torn tail is not touched. Fails (internal) on a damaged
// record that others follow: that is a broken disk and not a crash.
[[nodiscard]] Result<std::uint64_t> read_records(const std::filesystem::path& path,
                                                 const RecordVisitor& each);

// Which records are read.
struct RecordRange {
    std::uint64_t from = 0;  // where a record starts
    std::size_t count_max = std::numeric_limits<std::size_t>::max();
};

// The same from a record on, and no more than so many; returns where the last one read ends.
[[nodiscard]] Result<std::uint64_t> read_records(const std::filesystem::path& path,
                                                 RecordRange range, const RecordVisitor& each);

class RecordFile {
  public:
    // A record holds at most this: above any message of the bus (16 MiB), so that a longer
    // length can only be damage.
    static constexpr std::size_t record_size_max = 20u << 20;

    // Hands every whole record to `each`, cuts a torn tail, then is ready to append.
    [[nodiscard]] static Result<RecordFile> open(const std::filesystem::path& path,
                                                 const RecordVisitor& each);

    // Returns once the record is on disk.
    [[nodiscard]] Result<void> append(ByteView record);
    // The same for a group of records, synced once: all of them are on disk or none is kept.
    [[nodiscard]] Result<void> append_group(std::span<const std::string> records);
    // Forgets the records from the one that starts at `start` on; 0 forgets all.
    [[nodiscard]] Result<void> truncate(std::uint64_t start) { return file_.truncate(start); }
    [[nodiscard]] std::uint64_t size() const { return file_.size(); }

  private:
    explicit RecordFile(AppendFile file) : file_(std::move(file)) {}
    AppendFile file_;
};

}  // namespace lode
