// Solved shares on this machine's own disk, beside bus and database: one file of records a day
// (UTC), each record a serialised v1::SolvedShare. What is here reaches the nodes even if the
// process dies the moment after.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/record_file.hpp"

namespace lode::blkmaker {

class Journal {
  public:
    // A solution older than this builds on a buried tip; its file is deleted at the next start.
    static constexpr auto kept = std::chrono::days(2);

    // Creates `folder` when missing and deletes outdated files.
    [[nodiscard]] static Result<Journal> open(std::filesystem::path folder, UnixTime now);

    // What the kept files held at opening, in the order it was written; given once.
    [[nodiscard]] std::vector<std::string> take_entries() { return std::move(entries_); }

    // What the files hold now; those past `kept` may be among them.
    [[nodiscard]] Result<std::vector<std::string>> read() const;

    // Returns once the entry is on disk.
    [[nodiscard]] Result<void> append(ByteView entry, UnixTime now);

  private:
    explicit Journal(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path folder_;
    std::string day_;
    std::optional<RecordFile> file_;
    std::vector<std::string> entries_;
};

}  // namespace lode::blkmaker
