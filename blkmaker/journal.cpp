// One file a day: what is outdated goes as a whole, so nothing is ever rewritten.
#include "blkmaker/journal.hpp"

#include <algorithm>

namespace lode::blkmaker {
Result<Journal> Journal::open(std::filesystem::path folder, UnixTime now) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return failure(ErrorCode::unavailable,
                       folder.string() + ": cannot create: " + error.message());
    }
    Journal journal(std::move(folder));
    const std::string oldest = utc_day(now - kept);
    for (const auto& entry : std::filesystem::directory_iterator(journal.folder_)) {
        if (entry.path().filename() < oldest) std::filesystem::remove(entry.path(), error);
    }
    LODE_TRY(journal.entries_, journal.read());
    return journal;
}

Result<std::vector<std::string>> Journal::read() const {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
        files.push_back(entry.path());
    }
    if (error) {
        return failure(ErrorCode::unavailable,
                       folder_.string() + ": cannot read: " + error.message());
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> entries;
    for (const auto& file : files) {
        LODE_TRY_VOID(read_records(
            file, [&](ByteView record, std::uint64_t) { entries.emplace_back(as_chars(record)); }));
    }
    return entries;
}

Result<void> Journal::append(ByteView entry, UnixTime now) {
    if (const std::string today = utc_day(now); !file_ || today != day_) {
        LODE_TRY(auto file, RecordFile::open(folder_ / today, [](ByteView, std::uint64_t) {}));
        file_ = std::move(file);
        day_ = today;
    }
    return file_->append(entry);
}

}  // namespace lode::blkmaker
