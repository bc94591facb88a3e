// Files that survive a crash: whole-file replacement and appending with fsync, and the lock that
// gives a data folder one owner.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode {

// An owned file descriptor.
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    ~FileDescriptor();
    FileDescriptor(FileDescriptor&& other) noexcept;
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool valid() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

// Errors name the path and the reason: unavailable, or exhausted when the disk is full.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

// Writes a temporary file beside `path`, fsyncs it, renames it over `path`, fsyncs the folder:
// after a crash there is the old content or the new, never a mixture.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& path,
                                        std::string_view content);

// Puts a file that was written whole in the place of `path`, in the same folder: fsyncs it, renames
// it and fsyncs the folder.
[[nodiscard]] Result<void> put_in_place(const std::filesystem::path& written,
                                        const std::filesystem::path& path);

// An append-only file; append() returns once the bytes are on disk. A failed append leaves the
// file as it was before (truncated back), so that a full disk never leaves half a record.
class AppendFile {
  public:
    [[nodiscard]] static Result<AppendFile> open(const std::filesystem::path& path);

    [[nodiscard]] Result<void> append(ByteView bytes);
    [[nodiscard]] Result<void> truncate(std::uint64_t size);
    [[nodiscard]] std::uint64_t size() const { return size_; }

  private:
    AppendFile(FileDescriptor file, std::filesystem::path path, std::uint64_t size);
    FileDescriptor file_;
    std::filesystem::path path_;
    std::uint64_t size_ = 0;
};

// Creates the folder and takes an exclusive lock on `<folder>/lock` for the object's life. Fails
// with conflict when another process holds it.
class FolderLock {
  public:
    [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& folder);

  private:
    explicit FolderLock(FileDescriptor file) : file_(std::move(file)) {}
    FileDescriptor file_;
};

}  // namespace lode
