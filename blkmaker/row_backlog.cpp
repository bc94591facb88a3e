// A map by block and the order of arrival.
#include "blkmaker/row_backlog.hpp"

#include <algorithm>
#include <utility>

#include "common/base/assert.hpp"

namespace lode::blkmaker {

RowBacklog::Waiting* RowBacklog::find(const bitcoin::Hash256& block) {
    const auto found = waiting_.find(block);
    if (found != waiting_.end()) return &found->second;
    if (waiting_.size() >= most_) {
        overflowed_ = true;
        return nullptr;
    }
    order_.push_back(block);
    return &waiting_[block];
}

void RowBacklog::change(const RowChange& change, UnixTime now) {
    Waiting* waiting = find(change.row.hash);
    if (waiting == nullptr) return;
    auto& changes = waiting->changes;
    // An insertion changes nothing where there is a row, so it never replaces a later state.
    if (!changes.empty() && !change.from) return;
    const bool goes_on = !changes.empty() && change.from == changes.back().change.row.state;
    if (!goes_on) changes.clear();
    changes.push_back({change, now});
    if (changes.size() <= changes_max) return;
    const auto last = changes.end() - 1;
    last->change.from = (last - 1)->change.from;
    changes.erase(last - 1);
}

void RowBacklog::record_answer(const BlockRepository::Answer& answer) {
    Waiting* waiting = find(answer.block);
    if (waiting != nullptr) waiting->answers.insert_or_assign(answer.node, answer);
}

void RowBacklog::mark_published(const MarkPublished& event) {
    Waiting* waiting = find(event.block);
    if (waiting != nullptr) waiting->mark = event;
}

std::vector<RowWork> RowBacklog::take(std::size_t count) {
    LODE_ASSERT(taken_.empty());
    std::vector<RowWork> work;
    while (work.size() < count && !order_.empty()) {
        const auto block = order_.front();
        order_.pop_front();
        taken_.push_back(block);
        Waiting& waiting = waiting_.at(block);
        if (waiting.tried) {
            work.push_back(*std::exchange(waiting.tried, {}));
            continue;
        }
        RowWork one{.block = block,
                    .change = {},
                    .changed = {},
                    .answers = {},
                    .mark = std::exchange(waiting.mark, {})};
        if (!waiting.changes.empty()) {
            one.change = std::move(waiting.changes.front().change);
            one.changed = waiting.changes.front().when;
            waiting.changes.pop_front();
        }
        for (auto& [node, answer] : std::exchange(waiting.answers, {})) {
            one.answers.push_back(std::move(answer));
        }
        work.push_back(std::move(one));
    }
    // Two instances that write the same blocks lock their rows in the same order.
    std::ranges::sort(work, {}, &RowWork::block);
    return work;
}

void RowBacklog::written() {
    for (const auto& block : std::exchange(taken_, {})) {
        const auto found = waiting_.find(block);
        const Waiting& left = found->second;
        if (!left.changes.empty() || left.mark || !left.answers.empty()) {
            order_.push_back(block);
        } else {
            waiting_.erase(found);
        }
    }
}

void RowBacklog::put_back(std::vector<RowWork> work) {
    LODE_ASSERT(work.size() == taken_.size());
    for (RowWork& one : work) {
        one.attempt = RowWork::Attempt::repeated;
        order_.push_front(one.block);
        Waiting& waiting = waiting_.at(one.block);
        waiting.tried = std::move(one);
    }
    taken_.clear();
}

}  // namespace lode::blkmaker
