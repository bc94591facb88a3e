// One stream at a time from its files to the bus.
#include "sserver/share_spool_replay.hpp"

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/messages/share.pb.h"

namespace lode::sserver {

ShareSpoolReplay::ShareSpoolReplay(const ShareSpoolReplayOptions& options)
    : options_(options),
      bytes_(options.metrics.gauge("spool_bytes", "Size of all spools, old and new.")),
      shares_(options.metrics.gauge("spool_replay_shares",
                                    "Shares of an earlier run's spool that the bus lacks.")) {}

Result<std::unique_ptr<ShareSpoolReplay>> ShareSpoolReplay::start(
    const ShareSpoolReplayOptions& options) {
    std::unique_ptr<ShareSpoolReplay> replay(new ShareSpoolReplay(options));
    LODE_TRY(const auto streams, ShareSpoolFiles::streams(options.folder));
    replay->streams_ = streams.size();
    if (streams.empty()) return replay;
    LODE_TRY(replay->producer_, bus::Producer<v1::Share>::open(options.bus, bus::topics::share,
                                                               options.chain, options.executor));
    replay->reader_ = std::thread([raw = replay.get(), streams] { raw->read_all(streams); });
    return replay;
}

ShareSpoolReplay::~ShareSpoolReplay() {
    cancelled_ = true;
    if (reader_.joinable()) reader_.join();  // it reads alive_
    alive_.reset();
}

void ShareSpoolReplay::read_all(const std::vector<StreamId>& streams) {
    log::set_service("sserver");
    for (const StreamId stream : streams) {
        auto files = std::make_shared<Result<ShareSpoolFiles>>(
            ShareSpoolFiles::recover(options_.folder, stream, cancelled_));
        if (cancelled_) return;
        options_.executor.post([this, files, alive = std::weak_ptr(alive_)] {
            if (alive.lock()) recovered(std::move(*files));
        });
    }
}

void ShareSpoolReplay::recovered(Result<ShareSpoolFiles> files) {
    if (!files) {
        --streams_;
        log::error("spooled shares not read, left for the next start", {{"reason", files.error()}});
        return;
    }
    options_.budget.used += files.value().size();
    waiting_.push_back(std::move(files).value());
    if (!spool_) begin_next();
}

void ShareSpoolReplay::begin_next() {
    spool_.reset();
    stream_.reset();
    if (waiting_.empty()) return;
    ShareSpoolFiles files = std::move(waiting_.front());
    waiting_.pop_front();
    options_.budget.used -= files.size();
    const auto left = files.left();
    const StreamId id = files.stream();
    partition_ = files.partition();
    key_ = std::to_string(id.value());
    ShareSpoolHandler& handler = *this;
    spool_ =
        std::make_unique<ShareSpool>(std::move(files), options_.budget, options_.executor, handler);
    if (left) {
        log::warn("spooled shares of an earlier run go to the bus",
                  {{"stream", key_}, {"shares", left->end.value() - left->first.value()}});
        SharePort& port = *this;
        const ShareStreamOptions options{.id = id, .spool_after = Duration::zero()};
        stream_ = std::make_unique<ShareStream>(options, port, *left);
        stream_->tick();
    }
    end_when_done();
}

// Not at once: this runs in calls of the stream and the spool, which end with it.
void ShareSpoolReplay::end_when_done() {
    if (backlog() > 0) return;
    options_.executor.post([this, alive = std::weak_ptr(alive_)] {
        if (!alive.lock()) return;
        --streams_;
        begin_next();
    });
}

void ShareSpoolReplay::tick() {
    if (stream_) stream_->tick();
    bytes_.set(options_.budget.used.load());
    shares_.set(backlog());
}

std::uint64_t ShareSpoolReplay::backlog() const {
    return stream_ ? stream_->backlog() : 0;
}

Result<void> ShareSpoolReplay::publish(const SharePtr& share) {
    const Sequence sequence(share->sequence());
    return producer_->send(partition_, key_, share,
                           [this, sequence](const Result<bus::Position>& place) {
                               if (!place) return stream_->failed(sequence);
                               stream_->delivered(sequence, options_.clock.steady_now());
                               end_when_done();
                           });
}

// Nothing is offered to the stream of an earlier run, so nothing new goes to its spool.
void ShareSpoolReplay::spool(const SharePtr&) {
    LODE_ASSERT(false);
}

Result<void> ShareSpoolReplay::keep_jobs(std::span<const SharePtr>) {
    LODE_ASSERT(false);
    return success();
}

void ShareSpoolReplay::spooled(Sequence) {
    LODE_ASSERT(false);
}

void ShareSpoolReplay::spool_failed(const Error&) {
    LODE_ASSERT(false);
}

}  // namespace lode::sserver
