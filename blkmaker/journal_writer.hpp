// The journal on a thread of its own, so that its fsync and the check of a block's bytes run
// beside the submission.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "blkmaker/journal.hpp"
#include "common/base/executor.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/runtime/loop.hpp"

namespace lode::blkmaker {

class JournalWriter {
  public:
    // Answers are posted to `home`.
    JournalWriter(Journal journal, const Clock& clock, Executor& home);

    void append(std::string entry, std::function<void(Result<void>)> written);
    // Gives what the files hold behind everything begun so far.
    void read(std::function<void(Result<std::vector<std::string>>)> given);
    // Reads a block from its own bytes again and complains loudly when it is not valid.
    void check(std::shared_ptr<const Bytes> block, const bitcoin::Hash256& hash);
    // Calls `done` on `home` behind everything begun so far.
    void drain(Task done);

  private:
    Journal journal_;
    const Clock& clock_;
    Executor& home_;
    runtime::Loop loop_;
};

}  // namespace lode::blkmaker
