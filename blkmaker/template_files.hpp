// Templates on this machine's own disk, so that a restart while the bus is away still makes blocks
// of them: one file a template, `<unix ms, 13 digits>-<id>`, holding one checksummed record of the
// serialised v1::TemplateMessage. A file cut short by a crash has no whole record and goes.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "blkmaker/template_store.hpp"
#include "common/base/result.hpp"

namespace lode::blkmaker {

class TemplateFiles {
  public:
    // A day's fullest templates of 2 h, one each 15 s and 4 MB with their ids, are 2 GB.
    static constexpr std::uint64_t bytes_max = std::uint64_t{2} << 30;

    // Creates `folder` when missing; files older than TemplateStore::kept go.
    [[nodiscard]] static Result<TemplateFiles> open(std::filesystem::path folder, UnixTime now,
                                                    std::uint64_t size_max = bytes_max);

    // The newest not taken yet of those that were there at opening: a serialised TemplateMessage.
    // Empty when there are no more. What cannot be read is deleted.
    [[nodiscard]] std::optional<std::string> take_newest();

    // Writes a template that is not there yet; the oldest go where the room is too small.
    [[nodiscard]] Result<void> save(const bitcoin::Hash256& id, UnixTime produced,
                                    ByteView message);
    void expire(UnixTime now);

    [[nodiscard]] std::size_t size() const { return files_.size(); }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  private:
    // By name, and so by time.
    using Files = std::map<std::string, std::uint64_t>;

    TemplateFiles(std::filesystem::path folder, std::uint64_t size_max)
        : folder_(std::move(folder)), size_max_(size_max) {}
    void forget(Files::iterator file);

    std::filesystem::path folder_;
    std::uint64_t size_max_;
    Files files_;
    std::set<std::string> ids_;
    std::vector<std::string> untaken_;  // oldest first
    std::uint64_t bytes_ = 0;
};

}  // namespace lode::blkmaker
