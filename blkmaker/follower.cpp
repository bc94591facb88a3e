// The book's actions carried out; what comes of them goes back to the book on the home thread.
#include "blkmaker/follower.hpp"

#include <algorithm>

#include "blkmaker/block_event.hpp"
#include "common/base/hex.hpp"
#include "common/base/log.hpp"
#include "common/messages/block.pb.h"

namespace lode::blkmaker {

using bitcoin::Hash256;

Follower::Follower(runtime::Context& context, const Config& config, const Surroundings& around)
    : clock_(context.clock),
      instance_(context.instance),
      probe_(around.probe),
      book_({.nodes = context.pool.chain().nodes.size(),
             .maturity = context.pool.chain().maturity,
             .prefer_own_blocks = config.prefer_own_blocks}) {}

Result<std::unique_ptr<Follower>> Follower::open(runtime::Context& context, const Config& config,
                                                 const Surroundings& around) {
    const config::ChainConfig& chain = context.pool.chain();
    std::unique_ptr<Follower> made(new Follower(context, config, around));
    LODE_TRY(made->nodes_, open_node_links(chain.nodes, around.home));
    made->tips_.resize(made->nodes_.size());
    LODE_TRY(auto events, bus::Producer<v1::BlockEvent>::open(context.bus, bus::topics::block,
                                                              chain.name, context.loop));
    made->events_ = std::move(events);
    made->rows_ = std::make_unique<RowWriter>(
        RowWriter::Options{context.pool.database, context.pool.data_dir, chain.name}, around.home,
        made->row_listener(around.missed));
    return made;
}

RowWriter::Listener Follower::row_listener(Task missed) {
    return {.rows_seen = [this](const auto& rows) { perform(book_.rows_seen(rows)); },
            .told =
                [this](const std::vector<RowWriter::Told>& told) {
                    for (const auto& [change, outcome] : told) {
                        perform(outcome.changed == BlockRepository::Changed::yes
                                    ? book_.row_changed(change)
                                    : book_.row_stands(change, outcome.stands));
                    }
                },
            .missed = std::move(missed)};
}

void Follower::solved(const BlockRow& row, const Bytes& block, BlockBook::Origin origin) {
    hex_[row.hash] = std::make_shared<const std::string>(to_hex(block));
    perform(book_.solved(row, origin, clock_.steady_now()));
}

void Follower::recorded(const BlockRow& row) {
    perform(book_.recorded(row));
    for (const v1::NodeAnswer& answer : book_.answers(row.hash)) {
        rows_->record_answer(
            {row.hash, answer.node(), answer.answer(), from_unix_ms(answer.answered_unix_ms())});
    }
}

void Follower::end_calls() {
    rows_->give_up();
    for (const auto& node : nodes_) node->cancel();
}

void Follower::tick() {
    // Here rather than at each action: after a re-org of thousands of blocks that takes seconds.
    std::erase_if(hex_, [this](const auto& one) { return !book_.follows(one.first); });
    probe_.followed.set(book_.size());
    probe_.rows_waiting.set(rows_->waiting());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        nodes_[i]->ask_tip([this, i](const Result<NodeTip>& tip) {
            if (!tip) {
                if (tips_[i]) book_.node_lost(i);
                tips_[i].reset();
            } else if (!tips_[i] || tip.value().hash != tips_[i]->hash) {
                tips_[i] = tip.value();
                perform(book_.tip_changed(i, tip.value().height, tip.value().change));
            }
        });
    }
    perform(book_.tick(clock_.steady_now()));
}

bool Follower::node_answers() const {
    return std::ranges::any_of(tips_, [](const auto& tip) { return tip.has_value(); });
}

void Follower::perform(const BookActions& actions) {
    for (const BookAction& action : actions) {
        std::visit([this](const auto& one) { perform(one); }, action);
    }
}

void Follower::perform(const SubmitBlock& action) {
    const auto hex = hex_.find(action.block);
    if (hex == hex_.end()) return;  // over meanwhile
    nodes_[action.node]->submit(
        hex->second, [this, action](const auto& word) { submit_answered(action, word); });
}

void Follower::submit_answered(const SubmitBlock& to,
                               const Result<std::optional<std::string>>& word) {
    const std::string& node = nodes_[to.node]->url();
    const auto now = clock_.steady_now();
    if (!word) {
        log::warn("block not submitted, trying again",
                  {{"block", bitcoin::to_display_hex(to.block)}, {"error", word.error()}});
        perform(book_.submit_answered(to, {}, SubmitAnswer::unreachable, now));
        return;
    }
    const auto answer = classify_submit_answer(word.value());
    const std::string text = word.value().value_or("accepted");
    log::info("block submitted",
              {{"block", bitcoin::to_display_hex(to.block)}, {"node", node}, {"answer", text}});
    probe_.submissions.increment();
    if (answer == SubmitAnswer::refused) probe_.refusals.increment();
    const auto when = clock_.unix_now();
    rows_->record_answer({to.block, node, text, when});
    perform(book_.submit_answered(to, node_answer(node, text, when), answer, now));
}

void Follower::perform(const PreferBlock& action) {
    nodes_[action.node]->prefer(action.block);
}

void Follower::perform(const AskBlock& action) {
    nodes_[action.node]->ask_block(action.block, [this, action](const auto& info) {
        const auto& known_tip = tips_[action.node];
        const std::uint32_t tip = known_tip ? known_tip->height : 0;
        if (info) {
            perform(book_.viewed(action, {true, info.value().confirmations, tip}));
        } else if (info.error().code == ErrorCode::rejected) {
            perform(book_.viewed(action, {false, 0, tip}));
        } else {
            book_.view_failed(action);
        }
    });
}

void Follower::perform(const RaiseAlert& action) {
    log::error(action.what, {{"block", bitcoin::to_display_hex(action.block)}});
}

void Follower::perform(const RowChange& action) {
    if (action.from) {
        log::info("block changed state", {{"block", bitcoin::to_display_hex(action.row.hash)},
                                          {"height", action.row.height},
                                          {"state", to_string(action.row.state)}});
    }
    rows_->change(action, clock_.unix_now());
}

void Follower::perform(const PublishEvent& action) {
    const MarkPublished event{action.row.hash, action.row.state};
    auto message = block_event(action.row, action.answers, {instance_, clock_.unix_now()});
    const auto sent = events_->send(0, std::to_string(action.row.height), std::move(message),
                                    [this, event](const Result<bus::Position>& delivered) {
                                        if (delivered) return perform(book_.published(event));
                                        log::warn("block event not delivered, sent again later",
                                                  {{"error", delivered.error()}});
                                        book_.not_published(event);
                                    });
    if (sent) return;
    log::warn("block event not sent, tried again later", {{"error", sent.error()}});
    book_.not_published(event);
}

void Follower::perform(const MarkPublished& action) {
    rows_->mark_published(action);
}

}  // namespace lode::blkmaker
