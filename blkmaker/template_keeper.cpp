// One template a task, so that saving what is new never waits for all that is old.
#include "blkmaker/template_keeper.hpp"

#include <algorithm>

#include "common/base/log.hpp"
#include "common/messages/template.pb.h"

namespace lode::blkmaker {

TemplateKeeper::TemplateKeeper(TemplateFiles files, const Clock& clock, Executor& home)
    : files_(std::move(files)), clock_(clock), home_(home), loop_("blk-templates") {}

void TemplateKeeper::load(std::function<void(Message)> each, Task loaded) {
    loop_.post(
        [this, each = std::move(each), loaded = std::move(loaded)] { load_next(each, loaded); });
}

// The next is read once the last is taken, so that only one is in memory twice.
void TemplateKeeper::load_next(std::function<void(Message)> each, Task loaded) {
    const auto bytes = files_.take_newest();
    if (!bytes) return home_.post(loaded);
    auto message = std::make_shared<v1::TemplateMessage>();
    if (!message->ParseFromString(*bytes)) {
        log::warn("a kept template is none, left out");
        return load(each, loaded);
    }
    home_.post([this, message = std::move(message), each, loaded] {
        each(message);
        load(each, loaded);
    });
}

void TemplateKeeper::save(Message message) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(message));
        if (waiting_.size() > waiting_max) waiting_.pop_front();
    }
    loop_.post([this] { write_next(); });
}

void TemplateKeeper::write_next() {
    Message message;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty()) return;
        message = std::move(waiting_.front());
        waiting_.pop_front();
    }
    const auto write = [&]() -> Result<void> {
        LODE_TRY(const auto id,
                 bitcoin::hash256_from_bytes(as_bytes(message->template_().template_id())));
        const auto made = from_unix_ms(message->produced_unix_ms());
        return files_.save(id, std::min(made, clock_.unix_now()),
                           as_bytes(message->SerializeAsString()));
    };
    if (const auto written = write(); !written) {
        log::warn("a template is not kept on disk", {{"error", written.error()}});
    }
    files_.expire(clock_.unix_now());
}

}  // namespace lode::blkmaker
