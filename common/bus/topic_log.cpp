// The in-memory tail of a topic and the waking of its readers.
#include "common/bus/topic_log.hpp"

#include "common/base/assert.hpp"

namespace lode::bus {
namespace {

// A reader that is this far behind reads the file: a second and a half of shares at 10,000/s
// (about 10 MB decoded), or eight of the largest templates.
constexpr std::size_t tail_records_max = 16'384;
constexpr std::size_t tail_bytes_max = std::size_t{32} << 20;

}  // namespace

TopicLog::TopicLog(std::vector<std::int64_t> ends) : tails_(ends.size()) {
    for (std::size_t p = 0; p < ends.size(); ++p) tails_[p].end = ends[p];
}

void TopicLog::keep(Published published) {
    const auto [partition, offset] = published.record.position;
    Tail& tail = tails_[partition];
    LODE_ASSERT(offset == tail.end);
    tail.records.push_back(std::move(published.record));
    ++tail.end;
    bytes_ += published.bytes;
    oldest_.push_back({partition, published.bytes});
    while (oldest_.size() > tail_records_max || bytes_ > tail_bytes_max) {
        tails_[oldest_.front().partition].records.pop_front();
        bytes_ -= oldest_.front().bytes;
        oldest_.pop_front();
    }
}

void TopicLog::publish(std::vector<Published> records) {
    std::vector<std::shared_ptr<Reader>> woken;
    {
        const std::lock_guard lock(mutex_);
        for (Published& one : records) keep(std::move(one));
        for (const auto& reader : readers_) {
            if (!std::exchange(reader->asleep, false)) continue;
            woken.push_back(reader);
        }
    }
    for (const auto& reader : woken) reader->wake();
}

std::vector<std::int64_t> TopicLog::ends() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::int64_t> ends;
    for (const Tail& tail : tails_) ends.push_back(tail.end);
    return ends;
}

Result<void> TopicLog::attach(const std::shared_ptr<Reader>& reader) {
    const std::lock_guard lock(mutex_);
    for (const auto& other : readers_) {
        if (!reader->group.empty() && other->group == reader->group) {
            return failure(ErrorCode::conflict, "group " + reader->group + " is reading already");
        }
    }
    readers_.insert(reader);
    return success();
}

void TopicLog::detach(const std::shared_ptr<Reader>& reader) {
    const std::lock_guard lock(mutex_);
    readers_.erase(reader);
}

Slice TopicLog::take(Reader& reader, std::size_t count_max) {
    const std::lock_guard lock(mutex_);
    const auto count = static_cast<std::uint32_t>(tails_.size());
    Slice slice;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto p = (reader.turn + i) % count;
        if (reader.next[p] < tails_[p].first()) {
            slice.in_file.push_back({p, reader.next[p], tails_[p].first()});
        }
    }
    const auto turn = std::exchange(reader.turn, (reader.turn + 1) % count);
    if (!slice.in_file.empty()) return slice;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto p = (turn + i) % count;
        const Tail& tail = tails_[p];
        while (reader.next[p] < tail.end && slice.records.size() < count_max) {
            slice.records.push_back(
                tail.records[static_cast<std::size_t>(reader.next[p] - tail.first())]);
            ++reader.next[p];
        }
    }
    reader.asleep = slice.records.empty();
    return slice;
}

}  // namespace lode::bus
