// Framing and recovery of record files.
#include "common/base/record_file.hpp"

#include <boost/crc.hpp>
#include <cstdio>

#include "common/base/assert.hpp"

namespace lode {
namespace {

constexpr std::size_t frame_size = 8;

struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

void append_framed(Bytes& out, ByteView record) {
    LODE_ASSERT(record.size() <= RecordFile::record_size_max);
    append_le(out, static_cast<std::uint32_t>(record.size()));
    append_le(out, crc32c(record));
    append(out, record);
}

auto damaged(const std::filesystem::path& path, std::uint64_t start) {
    return failure(ErrorCode::internal,
                   path.string() + ": damaged record at byte " + std::to_string(start));
}

}  // namespace

std::uint32_t crc32c(ByteView bytes) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

Result<std::uint64_t> read_records(const std::filesystem::path& path, const RecordVisitor& each) {
    return read_records(path, RecordRange{}, each);
}

Result<std::uint64_t> read_records(const std::filesystem::path& path, RecordRange range,
                                   const RecordVisitor& each) {
    const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rbe"));
    if (!file) return failure(ErrorCode::unavailable, path.string() + ": cannot open");
    std::uint64_t start = range.from;
    if (::fseeko(file.get(), static_cast<off_t>(start), SEEK_SET) != 0) {
        return failure(ErrorCode::unavailable, path.string() + ": cannot seek");
    }
    Bytes record;
    for (std::size_t count = 0; count < range.count_max; ++count) {
        std::uint8_t frame[frame_size];
        if (std::fread(frame, 1, frame_size, file.get()) < frame_size) break;
        const std::size_t length = load_le<std::uint32_t>(frame);
        if (length > RecordFile::record_size_max) return damaged(path, start);
        record.resize(length);
        if (std::fread(record.data(), 1, length, file.get()) < length) break;
        if (crc32c(record) != load_le<std::uint32_t>(frame + 4)) {
            if (std::fgetc(file.get()) == EOF) break;
            return damaged(path, start);
        }
        each(record, start);
        start += frame_size + length;
    }
    if (std::ferror(file.get()) != 0) {
        return failure(ErrorCode::unavailable, path.string() + ": cannot read");
    }
    return start;
}

Result<RecordFile> RecordFile::open(const std::filesystem::path& path, const RecordVisitor& each) {
    LODE_TRY(auto file, AppendFile::open(path));
    LODE_TRY(const auto end, read_records(path, each));
    if (end < file.size()) {
        LODE_TRY_VOID(file.truncate(end));
    }
    return RecordFile(std::move(file));
}

Result<void> RecordFile::append(ByteView record) {
    Bytes framed;
    framed.reserve(frame_size + record.size());
    append_framed(framed, record);
    return file_.append(framed);
}

Result<void> RecordFile::append_group(std::span<const std::string> records) {
    Bytes framed;
    for (const std::string& record : records) append_framed(framed, as_bytes(record));
    return file_.append(framed);
}

}  // namespace lode
