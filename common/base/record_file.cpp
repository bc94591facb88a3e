// Framing and recovery of record files.
#include "common/base/record_file.hpp"

#include <boost/crc.hpp>

#include "common/base/assert.hpp"

namespace lode {
namespace {

constexpr std::size_t frame_size = 8;

}  // namespace

std::uint32_t crc32c(ByteView bytes) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

Result<RecordFile> RecordFile::open(const std::filesystem::path& path,
                                    const std::function<void(ByteView)>& each) {
    LODE_TRY(auto file, AppendFile::open(path));
    LODE_TRY(const auto content, read_file(path));
    ByteView rest = as_bytes(content);
    while (rest.size() >= frame_size) {
        const std::size_t length = load_le<std::uint32_t>(rest.data());
        if (length > record_size_max) {
            return failure(ErrorCode::internal, path.string() + ": damaged record length");
        }
        if (rest.size() - frame_size < length) break;
        const ByteView record = rest.subspan(frame_size, length);
        if (crc32c(record) != load_le<std::uint32_t>(rest.data() + 4)) {
            if (rest.size() == frame_size + length) break;
            return failure(ErrorCode::internal, path.string() + ": damaged record");
        }
        each(record);
        rest = rest.subspan(frame_size + length);
    }
    if (!rest.empty()) {
        LODE_TRY_VOID(file.truncate(content.size() - rest.size()));
    }
    return RecordFile(std::move(file));
}

Result<void> RecordFile::append(ByteView record) {
    LODE_ASSERT(record.size() <= record_size_max);
    Bytes framed;
    framed.reserve(frame_size + record.size());
    append_le(framed, static_cast<std::uint32_t>(record.size()));
    append_le(framed, crc32c(record));
    lode::append(framed, record);
    return file_.append(framed);
}

Result<void> RecordFile::clear() {
    return file_.truncate(0);
}

}  // namespace lode
