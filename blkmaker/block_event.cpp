// The one place that fills in a BlockEvent.
#include "blkmaker/block_event.hpp"

#include <algorithm>

namespace lode::blkmaker {
namespace {

v1::BlockState to_wire(BlockState state) {
    switch (state) {
        case BlockState::found:
            return v1::FOUND;
        case BlockState::submitted:
            return v1::SUBMITTED;
        case BlockState::accepted:
            return v1::ACCEPTED;
        case BlockState::rejected:
            return v1::REJECTED;
        case BlockState::confirmed:
            return v1::CONFIRMED;
        case BlockState::orphaned:
            return v1::ORPHANED;
    }
    return v1::BLOCK_STATE_UNSPECIFIED;
}

}  // namespace

v1::NodeAnswer node_answer(const std::string& node, const std::string& word, UnixTime when) {
    v1::NodeAnswer answer;
    answer.set_node(node);
    answer.set_answer(word);
    answer.set_answered_unix_ms(to_unix_ms(when));
    return answer;
}

std::shared_ptr<const v1::BlockEvent> block_event(const BlockRow& row,
                                                  const std::vector<v1::NodeAnswer>& answers,
                                                  const Told& told) {
    auto event = std::make_shared<v1::BlockEvent>();
    event->set_produced_unix_ms(to_unix_ms(told.when));
    event->set_source(told.source);
    event->set_chain(row.chain);
    event->set_state(to_wire(row.state));
    event->set_block_hash(std::string(as_chars(row.hash.view())));
    event->set_prev_hash(std::string(as_chars(row.prev_hash.view())));
    event->set_height(row.height);
    event->set_reward(row.reward.value());
    event->set_user(row.user);
    event->set_worker(row.worker);
    event->set_job_id(row.job.value());
    event->set_found_unix_ms(to_unix_ms(row.found));
    event->set_confirmations(
        static_cast<std::uint32_t>(std::max<std::int64_t>(0, row.confirmations)));
    for (const v1::NodeAnswer& answer : answers) *event->add_answers() = answer;
    return event;
}

}  // namespace lode::blkmaker
