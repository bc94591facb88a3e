// Names tell age and id, so that nothing is read before it is wanted.
#include "blkmaker/template_files.hpp"

#include <algorithm>
#include <cstdio>

#include "common/base/hex.hpp"
#include "common/base/record_file.hpp"

namespace lode::blkmaker {
namespace {

constexpr std::size_t time_digits = 13;  // milliseconds until the year 2286
constexpr std::size_t name_size = time_digits + 1 + 64;

std::string time_name(UnixTime time) {
    auto digits = std::to_string(std::max<std::int64_t>(0, to_unix_ms(time)));
    return std::string(time_digits - std::min(time_digits, digits.size()), '0') + digits;
}

std::string id_of(const std::string& name) {
    return name.substr(time_digits + 1);
}

}  // namespace

Result<TemplateFiles> TemplateFiles::open(std::filesystem::path folder, UnixTime now,
                                          std::uint64_t size_max) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return failure(ErrorCode::unavailable,
                       folder.string() + ": cannot create: " + error.message());
    }
    TemplateFiles files(std::move(folder), size_max);
    for (const auto& entry : std::filesystem::directory_iterator(files.folder_, error)) {
        const std::string name = entry.path().filename();
        const auto size = entry.file_size(error);
        if (error || name.size() != name_size) continue;
        files.files_.emplace(name, size);
        files.ids_.insert(id_of(name));
        files.bytes_ += size;
    }
    files.expire(now);
    for (const auto& [name, size] : files.files_) files.untaken_.push_back(name);
    return files;
}

std::optional<std::string> TemplateFiles::take_newest() {
    while (!untaken_.empty()) {
        const std::string name = std::move(untaken_.back());
        untaken_.pop_back();
        const auto file = files_.find(name);
        if (file == files_.end()) continue;
        std::optional<std::string> message;
        const auto read = read_records(folder_ / name, [&](ByteView record, std::uint64_t) {
            message = std::string(as_chars(record));
        });
        if (read && message) return message;
        forget(file);
    }
    return std::nullopt;
}

Result<void> TemplateFiles::save(const bitcoin::Hash256& id, UnixTime produced, ByteView message) {
    if (!ids_.insert(to_hex(id.view())).second) return success();
    const std::string name = time_name(produced) + "-" + to_hex(id.view());
    const auto write = [&]() -> Result<std::uint64_t> {
        LODE_TRY(auto file, RecordFile::open(folder_ / name, [](ByteView, std::uint64_t) {}));
        LODE_TRY_VOID(file.append(message));
        return file.size();
    };
    const auto size = write();
    if (!size) {
        ids_.erase(id_of(name));
        std::error_code ignored;  // an empty file that stays is deleted when it is read
        std::filesystem::remove(folder_ / name, ignored);
        return size.error();
    }
    files_.emplace(name, size.value());
    bytes_ += size.value();
    while (bytes_ > size_max_ && files_.size() > 1) forget(files_.begin());
    return success();
}

void TemplateFiles::expire(UnixTime now) {
    const std::string oldest = time_name(now - TemplateStore::kept);
    while (!files_.empty() && files_.begin()->first < oldest) forget(files_.begin());
}

void TemplateFiles::forget(Files::iterator file) {
    std::error_code ignored;  // one that stays is found and tried again at the next start
    std::filesystem::remove(folder_ / file->first, ignored);
    bytes_ -= file->second;
    ids_.erase(id_of(file->first));
    files_.erase(file);
}

}  // namespace lode::blkmaker
