// POSIX calls behind the durable files, every error with its path.
#include "common/base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace lode {
namespace {

auto system_failure(const std::filesystem::path& path, const char* what, int number) {
    const auto code =
        number == ENOSPC || number == EDQUOT ? ErrorCode::exhausted : ErrorCode::unavailable;
    return failure(code, path.string() + ": cannot " + what + ": " + std::strerror(number));
}

Result<void> write_all(int fd, ByteView bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return system_failure(path, "write", errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return success();
}

Result<void> sync_folder(const std::filesystem::path& folder) {
    const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) return system_failure(folder, "open", errno);
    if (::fsync(directory.get()) != 0) return system_failure(folder, "sync", errno);
    return success();
}

}  // namespace

FileDescriptor::~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Result<std::string> read_file(const std::filesystem::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return system_failure(path, "open", errno);
    std::string content;
    char block[65536];
    for (;;) {
        const auto count = ::read(file.get(), block, sizeof block);
        if (count < 0) {
            if (errno == EINTR) continue;
            return system_failure(path, "read", errno);
        }
        if (count == 0) return content;
        content.append(block, static_cast<std::size_t>(count));
    }
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view content) {
    auto temporary = path;
    temporary += ".new";
    {
        const FileDescriptor file(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!file.valid()) return system_failure(temporary, "create", errno);
        LODE_TRY_VOID(write_all(file.get(), as_bytes(content), temporary));
    }
    return put_in_place(temporary, path);
}

Result<void> put_in_place(const std::filesystem::path& written, const std::filesystem::path& path) {
    {
        const FileDescriptor file(::open(written.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file.valid()) return system_failure(written, "open", errno);
        if (::fsync(file.get()) != 0) return system_failure(written, "sync", errno);
    }
    if (::rename(written.c_str(), path.c_str()) != 0) return system_failure(path, "rename", errno);
    return sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

AppendFile::AppendFile(FileDescriptor file, std::filesystem::path path, std::uint64_t size)
    : file_(std::move(file)), path_(std::move(path)), size_(size) {}

Result<AppendFile> AppendFile::open(const std::filesystem::path& path) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    if (!file.valid()) return system_failure(path, "open", errno);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return system_failure(path, "stat", errno);
    LODE_TRY_VOID(sync_folder(path.has_parent_path() ? path.parent_path() : "."));
    return AppendFile(std::move(file), path, static_cast<std::uint64_t>(status.st_size));
}

Result<void> AppendFile::append(ByteView bytes) {
    auto written = write_all(file_.get(), bytes, path_);
    if (written && ::fdatasync(file_.get()) != 0) {
        written = system_failure(path_, "sync", errno);
    }
    if (!written) {
        LODE_TRY_VOID(truncate(size_));
        return written;
    }
    size_ += bytes.size();
    return success();
}

Result<void> AppendFile::truncate(std::uint64_t size) {
    if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0 || ::fdatasync(file_.get()) != 0) {
        return system_failure(path_, "truncate", errno);
    }
    size_ = size;
    return success();
}

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return system_failure(folder, "create", error.value());
    const auto path = folder / "lock";
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (!file.valid()) return system_failure(path, "open", errno);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return failure(ErrorCode::conflict,
                           folder.string() + ": another process uses this data folder");
        }
        return system_failure(path, "lock", errno);
    }
    return FolderLock(std::move(file));
}

}  // namespace lode
