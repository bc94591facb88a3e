// The share archive on disk: `<folder>/<chain>/<day>/<share|job>-<partition>-<instance>`, a record
// file of frames each. It is written before the database, so what is counted can always be proved.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/record_file.hpp"
#include "sharelogger/accountant.hpp"
#include "sharelogger/archive_frame.hpp"

namespace lode::sharelogger {

struct ArchivePlace {
    std::filesystem::path folder;
    std::string chain;
    std::string instance;  // who writes: two instances never share a file
};

// What a reader does with each frame; an error ends the reading and is returned.
using FrameVisitor = std::function<Result<void>(const Frame& frame)>;

class ArchiveWriter final : public FrameArchive {
  public:
    explicit ArchiveWriter(ArchivePlace place) : place_(std::move(place)) {}

    [[nodiscard]] Result<void> recover(FrameKind kind, std::uint32_t partition,
                                       std::int64_t committed) override;

    // In the file of the day of `now` (UTC).
    [[nodiscard]] Result<void> append(const Frame& frame, UnixTime now) override;

    // A stretch is a MiB, some ten thousand shares: what is wanted is mostly in the newest one.
    static constexpr std::uint64_t stretch_size = 1u << 20;
    // Another's file that cannot be read is passed over with a warning: that instance is who must
    // stop for it.
    [[nodiscard]] Result<void> read_back(std::uint32_t partition, UnixTime since,
                                         const StretchVisitor& visit) override;

    // This instance's own frames, oldest first, of the newest `days` days that have any.
    [[nodiscard]] Result<void> read_own(FrameKind kind, std::uint32_t partition, std::size_t days,
                                        const FrameVisitor& visit) const;

  private:
    struct OpenFile {
        std::string day;
        RecordFile file;
    };

    // So many frames, from a place in a file on.
    struct Stretch {
        std::uint64_t start = 0;
        std::size_t frames = 0;
    };
    // A file as far as it was divided.
    struct Divided {
        std::vector<Stretch> stretches;
        std::uint64_t end = 0;
    };
    // Files that are remembered: those of today and yesterday of many partitions, in a few MB.
    static constexpr std::size_t divided_max = 1'000;

    [[nodiscard]] std::string file_name(FrameKind kind, std::uint32_t partition) const;
    [[nodiscard]] std::vector<std::string> others_files(std::uint32_t partition,
                                                        UnixTime since) const;
    // Of the files of this name.
    [[nodiscard]] Result<Wanted> read_instance_back(const std::string& name, UnixTime since,
                                                    const StretchVisitor& visit);
    [[nodiscard]] Result<std::vector<Stretch>> stretches_of(const std::filesystem::path& path);

    ArchivePlace place_;
    std::map<std::string, OpenFile> files_;  // by file name
    // Those that were read back. Forgotten whenever partitions change hands, which is when the
    // instance that has one may cut its files.
    std::map<std::filesystem::path, Divided> divided_;
};

// The days of a chain's archive, "2026-11-21", in order.
[[nodiscard]] std::vector<std::string> archive_days(const std::filesystem::path& folder,
                                                    const std::string& chain);

// All frames of a kind on one day, of every instance, each partition in order. The archive may be
// written to meanwhile. The same share may stand in two instances' files: readers that count
// tell by stream and sequence.
[[nodiscard]] Result<void> read_archive_day(const std::filesystem::path& day_folder, FrameKind kind,
                                            const FrameVisitor& visit);

}  // namespace lode::sharelogger
