// This instance's own archive of jobs, and which jobs are in it. Its own frames say how far it has
// come in the job topic: no other instance and no database has a part in it.
#pragma once

#include <memory>
#include <vector>

#include "sharelogger/archive.hpp"
#include "sharelogger/job_shelf.hpp"

namespace lode::v1 {
class JobMessage;
}

namespace lode::sharelogger {

// A record of the job topic, as the bus handed it over.
struct JobRecord {
    std::int64_t offset = 0;
    std::shared_ptr<const v1::JobMessage> message;
};

class JobLog {
  public:
    explicit JobLog(ArchiveWriter& archive) : archive_(archive) {}

    // Reads the own archive; gives the offset of the job topic to go on at.
    [[nodiscard]] Result<std::int64_t> open();

    // Archives the records' jobs that are not there yet and gives how many; claims and heartbeats
    // are passed over. After an error, open() again.
    [[nodiscard]] Result<std::size_t> take(const std::vector<JobRecord>& records, UnixTime now);

    [[nodiscard]] std::int64_t next() const { return next_; }
    [[nodiscard]] const JobShelf& shelf() const { return shelf_; }

  private:
    ArchiveWriter& archive_;
    JobShelf shelf_;
    std::int64_t next_ = 0;
};

}  // namespace lode::sharelogger
