// The template files on a thread of their own: read at the start, written as templates come, so
// that neither disk nor fsync stands before a block.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "blkmaker/template_files.hpp"
#include "common/base/executor.hpp"
#include "common/runtime/loop.hpp"

namespace lode::v1 {
class TemplateMessage;
}

namespace lode::blkmaker {

class TemplateKeeper {
  public:
    // Templates of up to 4 MB that wait to be written; of more the newest are kept, on which a
    // block is most likely, and the bus has the others.
    static constexpr std::size_t waiting_max = 64;

    using Message = std::shared_ptr<const v1::TemplateMessage>;

    // Posts every kept template to `home`, newest first, and then `loaded`.
    TemplateKeeper(TemplateFiles files, const Clock& clock, Executor& home);
    void load(std::function<void(Message)> each, Task loaded);

    // Returns at once.
    void save(Message message);

  private:
    void load_next(std::function<void(Message)> each, Task loaded);
    void write_next();

    TemplateFiles files_;
    const Clock& clock_;
    Executor& home_;
    std::mutex mutex_;  // guards waiting_
    std::deque<Message> waiting_;
    runtime::Loop loop_;
};

}  // namespace lode::blkmaker
