// Files by day, partition and instance.
#include "sharelogger/archive.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "common/base/log.hpp"

namespace lode::sharelogger {
namespace {

namespace fs = std::filesystem;

std::string prefix_of(FrameKind kind) {
    return kind == FrameKind::share ? "share-" : "job-";
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

// In order.
std::vector<std::string> days_since(const ArchivePlace& place, UnixTime since) {
    auto days = archive_days(place.folder, place.chain);
    std::erase_if(days, [first = utc_day(since)](const std::string& day) { return day < first; });
    return days;
}

Result<void> read_file(const fs::path& path, const FrameVisitor& visit) {
    Result<void> outcome = success();
    LODE_TRY_VOID(read_records(path, [&](ByteView record, std::uint64_t) {
        if (!outcome) return;
        const auto frame = decode_frame(record);
        outcome =
            frame ? visit(frame.value()) : failure_in(path.filename().string(), frame.error());
    }));
    return outcome;
}

Result<std::vector<Frame>> read_stretch(const fs::path& path, const RecordRange& range) {
    std::vector<Frame> frames;
    Result<void> outcome = success();
    LODE_TRY_VOID(read_records(path, range, [&](ByteView record, std::uint64_t) {
        auto frame = decode_frame(record);
        if (frame) {
            frames.push_back(std::move(frame).value());
        } else {
            outcome = failure_in(path.filename().string(), frame.error());
        }
    }));
    if (!outcome) return outcome.error();
    return frames;
}

}  // namespace

std::string ArchiveWriter::file_name(FrameKind kind, std::uint32_t partition) const {
    char number[16];
    std::snprintf(number, sizeof number, "%04u-", partition);
    return prefix_of(kind) + number + place_.instance;
}

Result<void> ArchiveWriter::recover(FrameKind kind, std::uint32_t partition,
                                    std::int64_t committed) {
    const std::string name = file_name(kind, partition);
    files_.erase(name);
    divided_.clear();
    // Newest first: frames are in the order of offsets, so the first file that needs no cut ends
    // the search.
    auto days = archive_days(place_.folder, place_.chain);
    std::reverse(days.begin(), days.end());
    for (const std::string& day : days) {
        const fs::path path = place_.folder / place_.chain / day / name;
        if (!fs::exists(path)) continue;
        std::optional<std::uint64_t> cut;
        Result<void> readable = success();
        LODE_TRY(auto file, RecordFile::open(path, [&](ByteView record, std::uint64_t start) {
                     const auto header = decode_frame_header(record);
                     if (!header) {
                         readable = failure_in(path.string(), header.error());
                     } else if (!cut && header.value().next > committed) {
                         cut = start;
                     }
                 }));
        LODE_TRY_VOID(readable);
        if (!cut) return success();
        LODE_TRY_VOID(file.truncate(*cut));
        if (*cut > 0) return success();
    }
    return success();
}

Result<void> ArchiveWriter::append(const Frame& frame, UnixTime now) {
    const std::string name = file_name(frame.header.kind, frame.header.partition);
    const std::string day = utc_day(now);
    auto open = files_.find(name);
    if (open == files_.end() || open->second.day != day) {
        const fs::path folder = place_.folder / place_.chain / day;
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) {
            return failure(ErrorCode::unavailable,
                           folder.string() + ": cannot create: " + error.message());
        }
        LODE_TRY(auto file, RecordFile::open(folder / name, [](ByteView, std::uint64_t) {}));
        open = files_.insert_or_assign(name, OpenFile{day, std::move(file)}).first;
    }
    LODE_TRY(const auto bytes, encode_frame(frame));
    return open->second.file.append(bytes);
}

// From where it was divided before: files only grow until partitions change hands.
Result<std::vector<ArchiveWriter::Stretch>> ArchiveWriter::stretches_of(const fs::path& path) {
    if (divided_.size() >= divided_max && !divided_.contains(path)) divided_.clear();
    Divided& divided = divided_[path];
    const auto add_frame = [&stretches = divided.stretches](ByteView, std::uint64_t start) {
        if (stretches.empty() || start - stretches.back().start >= stretch_size) {
            stretches.push_back({start, 0});
        }
        ++stretches.back().frames;
    };
    LODE_TRY(divided.end, read_records(path, {.from = divided.end}, add_frame));
    return divided.stretches;
}

Result<void> ArchiveWriter::read_back(std::uint32_t partition, UnixTime since,
                                      const StretchVisitor& visit) {
    LODE_TRY(const Wanted wanted,
             read_instance_back(file_name(FrameKind::share, partition), since, visit));
    if (wanted == Wanted::nothing) return success();
    for (const std::string& name : others_files(partition, since)) {
        const auto still_wanted = read_instance_back(name, since, visit);
        if (!still_wanted) {
            log::warn("another sharelogger's archive is passed over",
                      {{"file", name}, {"error", still_wanted.error()}});
            divided_.clear();
        } else if (still_wanted.value() == Wanted::nothing) {
            break;
        }
    }
    return success();
}

Result<FrameArchive::Wanted> ArchiveWriter::read_instance_back(const std::string& name,
                                                               UnixTime since,
                                                               const StretchVisitor& visit) {
    auto days = days_since(place_, since);
    std::reverse(days.begin(), days.end());
    for (const std::string& day : days) {
        const fs::path path = place_.folder / place_.chain / day / name;
        if (!fs::exists(path)) continue;
        LODE_TRY(auto stretches, stretches_of(path));
        std::reverse(stretches.begin(), stretches.end());
        for (const Stretch& stretch : stretches) {
            LODE_TRY(const auto frames, read_stretch(path, {stretch.start, stretch.frames}));
            LODE_TRY(const Wanted wanted, visit(frames));
            if (wanted != Wanted::more) return wanted;
        }
    }
    return Wanted::others;
}

// By instance. Who has written nothing since has nothing that is wanted.
std::vector<std::string> ArchiveWriter::others_files(std::uint32_t partition,
                                                     UnixTime since) const {
    const std::string own = file_name(FrameKind::share, partition);
    const std::string prefix = own.substr(0, own.size() - place_.instance.size());
    std::set<std::string> names;
    for (const std::string& day : days_since(place_, since)) {
        const fs::path folder = place_.folder / place_.chain / day;
        for (const std::string& name : names_in(folder)) {
            if (!name.starts_with(prefix) || name == own) continue;
            std::error_code error;
            const auto written = fs::last_write_time(folder / name, error);
            if (!error && std::chrono::file_clock::to_sys(written) >= since) names.insert(name);
        }
    }
    return {names.begin(), names.end()};
}

std::vector<std::string> archive_days(const fs::path& folder, const std::string& chain) {
    return names_in(folder / chain);
}

Result<void> ArchiveWriter::read_own(FrameKind kind, std::uint32_t partition, std::size_t days,
                                     const FrameVisitor& visit) const {
    std::vector<fs::path> files;
    for (const std::string& day : archive_days(place_.folder, place_.chain)) {
        fs::path path = place_.folder / place_.chain / day / file_name(kind, partition);
        if (fs::exists(path)) files.push_back(std::move(path));
    }
    if (files.size() > days) files.erase(files.begin(), files.end() - static_cast<long>(days));
    for (const fs::path& path : files) {
        LODE_TRY_VOID(read_file(path, visit));
    }
    return success();
}

Result<void> read_archive_day(const fs::path& day_folder, FrameKind kind,
                              const FrameVisitor& visit) {
    for (const std::string& name : names_in(day_folder)) {
        if (!name.starts_with(prefix_of(kind))) continue;
        LODE_TRY_VOID(read_file(day_folder / name, visit));
    }
    return success();
}

}  // namespace lode::sharelogger
