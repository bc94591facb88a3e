// Segments: naming, headers, recovery, appending, reading and deletion.
#include "sserver/share_spool_files.hpp"

#include <algorithm>
#include <set>

#include "common/base/assert.hpp"
#include "common/base/hex.hpp"
#include "common/base/log.hpp"
#include "common/messages/share.pb.h"

namespace lode::sserver {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t format = 1;
constexpr std::size_t header_size = 32;
constexpr std::size_t name_size = 33;  // 16 digits, a dot, 16 digits

struct Header {
    std::uint32_t partition = 0;
    std::uint64_t stream = 0;
    std::uint64_t first = 0;
    std::uint64_t delivered = 0;
};

std::string hex16(std::uint64_t value) {
    std::uint8_t bytes[8];
    store_be(bytes, value);
    return to_hex(bytes);
}

// None: not a segment's name.
std::optional<StreamId> stream_of(const fs::path& path) {
    const std::string name = path.filename().string();
    std::uint8_t stream[8];
    std::uint8_t first[8];
    const std::string_view view = name;
    if (view.size() != name_size || view[16] != '.' || !decode_hex(view.substr(0, 16), stream) ||
        !decode_hex(view.substr(17), first)) {
        return std::nullopt;
    }
    return StreamId(load_be<std::uint64_t>(stream));
}

Result<std::vector<fs::path>> segments_in(const fs::path& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    std::vector<fs::path> paths;
    if (!problem) {
        for (const auto& file : fs::directory_iterator(folder, problem)) {
            if (stream_of(file.path())) paths.push_back(file.path());
        }
    }
    if (problem) {
        return failure(ErrorCode::unavailable, folder.string() + ": " + problem.message());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::optional<Header> header_of(ByteView record) {
    if (record.size() != header_size || load_le<std::uint32_t>(record.data()) != format) {
        return std::nullopt;
    }
    return Header{.partition = load_le<std::uint32_t>(record.data() + 4),
                  .stream = load_le<std::uint64_t>(record.data() + 8),
                  .first = load_le<std::uint64_t>(record.data() + 16),
                  .delivered = load_le<std::uint64_t>(record.data() + 24)};
}

Result<void> delete_file(const fs::path& path) {
    std::error_code problem;
    fs::remove(path, problem);
    if (problem) return failure(ErrorCode::unavailable, path.string() + ": " + problem.message());
    return success();
}

Result<void> set_aside(const fs::path& path) {
    std::error_code problem;
    fs::rename(path, path.string() + ".damaged", problem);
    if (problem) return failure(ErrorCode::unavailable, path.string() + ": " + problem.message());
    return success();
}

}  // namespace

Result<std::vector<StreamId>> ShareSpoolFiles::streams(const fs::path& folder) {
    LODE_TRY(const auto paths, segments_in(folder));
    std::set<StreamId> streams;
    for (const fs::path& path : paths) streams.insert(*stream_of(path));
    return std::vector<StreamId>(streams.begin(), streams.end());
}

Result<ShareSpoolFiles> ShareSpoolFiles::recover(const fs::path& folder, StreamId stream,
                                                 const std::atomic<bool>& cancelled) {
    ShareSpoolFiles files(folder, stream, 0);
    LODE_TRY(auto paths, segments_in(folder));
    std::erase_if(paths, [&](const fs::path& path) { return *stream_of(path) != stream; });
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (cancelled) return failure(ErrorCode::cancelled, "reading spooled shares");
        const auto taken = files.take_over(paths[i]);
        if (taken) continue;
        if (taken.error().code != ErrorCode::internal) return taken.error();
        log::error("spooled shares damaged, kept aside", {{"reason", taken.error()}});
        const bool partly = !files.segments_.empty() && files.segments_.back().path == paths[i];
        for (const fs::path& path : std::span(paths).subspan(partly ? i + 1 : i)) {
            LODE_TRY_VOID(set_aside(path));
        }
        break;
    }
    LODE_TRY_VOID(files.forget(Sequence(files.delivered_)));
    return files;
}

// Errors: internal when the segment is damaged or does not follow on the one before; what is sound
// of it is taken over.
Result<void> ShareSpoolFiles::take_over(const fs::path& path) {
    std::optional<Header> header;
    std::uint64_t records = 0;
    const auto size = read_records(path, [&](ByteView record, std::uint64_t) {
        if (records++ == 0) header = header_of(record);
    });
    if (!size && size.error().code != ErrorCode::internal) return size.error();
    if (size && records == 0) {  // a crash came before its first group was on disk
        return delete_file(path);
    }
    if (!header || header->stream != stream_.value()) {
        return failure(ErrorCode::internal, path.string() + ": not the header of such a file");
    }
    // Segments are deleted oldest first, and only once the bus has all of them.
    delivered_ = std::max(delivered_, header->delivered);
    if (segments_.empty()) delivered_ = std::max(delivered_, header->first);
    const bool follows = !segments_.empty() && header->first <= segments_.back().end;
    if (!follows && header->first > delivered_) {
        return failure(ErrorCode::internal, path.string() + ": shares before it are missing");
    }
    partition_ = header->partition;
    // A segment whose last group could not be undone is gone on with in the next one.
    if (follows) segments_.back().end = header->first;
    const std::uint64_t bytes = size ? size.value() : fs::file_size(path);
    segments_.push_back({path, header->first, header->first + records - 1, bytes, !size});
    size_ += bytes;
    if (!size) return size.error();
    return success();
}

std::string ShareSpoolFiles::header(std::uint64_t first) const {
    Bytes bytes;
    append_le(bytes, format);
    append_le(bytes, partition_);
    append_le(bytes, stream_.value());
    append_le(bytes, first);
    append_le(bytes, delivered_);
    return std::string(as_chars(bytes));
}

Result<void> ShareSpoolFiles::begin_segment(std::uint64_t first) {
    open_.reset();
    const fs::path path = folder_ / (hex16(stream_.value()) + "." + hex16(first));
    LODE_TRY_VOID(delete_file(path));  // of a first group that failed
    LODE_TRY(auto file, RecordFile::open(path, [](ByteView, std::uint64_t) {}));
    open_ = std::move(file);
    segments_.push_back({path, first, first, 0});
    return success();
}

Result<void> ShareSpoolFiles::append(std::span<const SharePtr> shares) {
    LODE_ASSERT(!shares.empty());
    const std::uint64_t first = shares.front()->sequence();
    std::vector<std::string> records;
    const bool follows = open_ && segments_.back().end == first;
    if (!follows || open_->size() >= segment_size_max) {
        LODE_ASSERT(first <= std::max(delivered_, segments_.empty() ? 0 : segments_.back().end));
        LODE_TRY_VOID(begin_segment(first));
        records.push_back(header(first));
    }
    std::uint64_t next = first;
    for (const SharePtr& share : shares) {
        LODE_ASSERT(share->sequence() == next++);
        records.push_back(share->SerializeAsString());
    }
    const auto appended = open_->append_group(records);
    Segment& segment = segments_.back();
    if (!appended) {
        // What the disk holds behind this group is uncertain: the next one goes elsewhere.
        open_.reset();
        if (segment.end == segment.first) {
            const auto gone = delete_file(segment.path);
            if (!gone) log::warn("file of the spool stays", {{"reason", gone.error()}});
            segments_.pop_back();
        }
        return appended;
    }
    size_ += open_->size() - segment.size;
    segment.size = open_->size();
    segment.end = next;
    return success();
}

Result<std::vector<SharePtr>> ShareSpoolFiles::read(Sequence from, std::size_t count) {
    const auto segment = std::find_if(segments_.begin(), segments_.end(), [&](const Segment& one) {
        return one.first <= from.value() && from.value() < one.end;
    });
    if (segment == segments_.end()) {
        return failure(ErrorCode::internal,
                       folder_.string() + ": no share " + std::to_string(from.value()));
    }
    const bool at_place = next_read_.sequence == from.value();
    std::uint64_t sequence = at_place ? from.value() : segment->first - 1;  // 1 before: the header
    const std::uint64_t until = std::min<std::uint64_t>(segment->end, from.value() + count);
    std::vector<SharePtr> shares;
    bool sound = true;
    LODE_TRY(
        const auto place,
        read_records(
            segment->path, {.from = at_place ? next_read_.start : 0, .count_max = until - sequence},
            [&](ByteView record, std::uint64_t) {
                const std::uint64_t here = sequence++;
                if (here < from.value()) return;
                auto share = std::make_shared<v1::Share>();
                sound = sound && share->ParseFromString(std::string(as_chars(record)));
                sound = sound && share->stream() == stream_.value() && share->sequence() == here;
                shares.push_back(std::move(share));
            }));
    if (!sound || sequence != until) {
        return failure(ErrorCode::internal, segment->path.string() + ": not the shares it held");
    }
    next_read_ = until < segment->end ? Place{until, place} : Place{};
    return shares;
}

Result<void> ShareSpoolFiles::forget(Sequence before) {
    delivered_ = std::max(delivered_, before.value());
    while (!segments_.empty() && segments_.front().end <= delivered_) {
        if (segments_.size() == 1) open_.reset();
        const Segment& oldest = segments_.front();
        LODE_TRY_VOID(oldest.damaged ? set_aside(oldest.path) : delete_file(oldest.path));
        size_ -= oldest.size;
        segments_.pop_front();
    }
    return success();
}

std::optional<SpooledRange> ShareSpoolFiles::left() const {
    if (segments_.empty() || segments_.back().end <= delivered_) return std::nullopt;
    return SpooledRange{Sequence(std::max(delivered_, segments_.front().first)),
                        Sequence(segments_.back().end)};
}

}  // namespace lode::sserver
