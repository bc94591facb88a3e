// Files of the jobs that came straight and that the bus may not have: what a kill leaves of them.
// One a job in a folder, named by its id as 16 hex digits, holding the serialised JobMessage as it
// came. Every call may be made from any thread; those that say so block on the disk.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/strong.hpp"

namespace lode::v1 {
class JobMessage;
}

namespace lode::sserver {

using JobMessagePtr = std::shared_ptr<const v1::JobMessage>;

class DirectJobFiles {
  public:
    explicit DirectJobFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // What an earlier run left, by rising id; the folder is made when it is not there. A file that
    // cannot be read is reported and stays. Blocks.
    [[nodiscard]] Result<std::vector<JobMessagePtr>> load();

    // To be written; it is not on disk yet.
    void add(const JobMessagePtr& job);
    // Puts the job on disk, unless it is there or nobody wants it there. Blocks.
    [[nodiscard]] Result<void> write(JobId job);
    // Puts all on disk that is not. Blocks.
    [[nodiscard]] Result<void> write_all();
    // It need not be kept any more; its file goes with the next tidy().
    void forget(JobId job);
    // Deletes what is forgotten. Blocks.
    void tidy();

  private:
    [[nodiscard]] std::filesystem::path path_of(JobId job) const;
    [[nodiscard]] JobMessagePtr unwritten(JobId job);

    std::filesystem::path folder_;
    std::mutex disk_;   // held while files are written and deleted; taken before mutex_
    std::mutex mutex_;  // guards all below, for moments only
    std::map<JobId, JobMessagePtr> unwritten_;
    std::set<JobId> written_;
    std::set<JobId> forgotten_;  // of those written
};

}  // namespace lode::sserver
