// Joins bus, intake, nodes, journal and database to the tracker; the rules are elsewhere.
#include "blkmaker/service.hpp"

#include "blkmaker/block_assembler.hpp"
#include "blkmaker/block_event.hpp"
#include "blkmaker/config.hpp"
#include "blkmaker/journal_writer.hpp"
#include "blkmaker/node_link.hpp"
#include "blkmaker/probe.hpp"
#include "blkmaker/row_writer.hpp"
#include "blkmaker/solved_intake.hpp"
#include "common/base/hex.hpp"
#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/solved.pb.h"
#include "common/messages/template.pb.h"

namespace lode::blkmaker {
namespace {

using bitcoin::Hash256;
using SolvedRecord = bus::Record<v1::SolvedShare>;

// Solved shares whose template has not arrived; on a healthy bus there are none.
constexpr std::size_t waiting_max = 1000;

class Blkmaker final : public runtime::Service {
  public:
    Blkmaker(runtime::Context& context, Config config)
        : context_(context),
          chain_(context.pool.chain()),
          probe_(context.metrics),
          tracker_({.nodes = chain_.nodes.size(),
                    .maturity = chain_.maturity,
                    .prefer_own_blocks = config.prefer_own_blocks}) {}

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;

  private:
    // Where a solved share came from, and so what is owed when it is safe.
    struct Origin {
        std::optional<bus::Position> position;
        std::optional<http::Responder> responder;
        bool journaled = false;
    };
    struct Followed {
        BlockRow row;
        std::shared_ptr<const std::string> hex;  // null when only followed
        std::vector<v1::NodeAnswer> answers;
    };

    Result<void> open_bus();
    void follow_rows(const std::vector<BlockRow>& rows);
    void templates_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records);
    void retry_waiting();
    void record(const v1::SolvedShare& share);
    void start_solved_consumer();
    void solved(const v1::SolvedShare& share, Origin origin);
    void take_in(const Solution& solution, const Bytes& block);
    void make_safe(const v1::SolvedShare& share, Origin origin);
    void safe(const Origin& origin, const Result<void>& written);
    void refuse(const Origin& origin, const Error& error);
    void perform(const Actions& actions);
    void perform(const SubmitBlock& action);
    void perform(const PreferBlock& action);
    void perform(const AskBlock& action);
    void perform(const ChangeState& action);
    void perform(const RaiseAlert& action);
    void submit_answered(const SubmitBlock& to, const Result<std::optional<std::string>>& word);
    void publish(const BlockRow& row, const std::vector<v1::NodeAnswer>& answers);
    void tick();

    runtime::Context& context_;
    const config::ChainConfig& chain_;
    Probe probe_;
    TemplateStore templates_;
    BlockTracker tracker_;
    std::map<Hash256, Followed> followed_;
    std::vector<v1::SolvedShare> waiting_;  // for their template; in the journal already
    bool templates_known_ = false;          // all that were kept when we started
    std::vector<std::optional<NodeTip>> tips_;
    std::optional<bus::Consumer<v1::TemplateMessage>> template_consumer_;
    std::optional<bus::Consumer<v1::SolvedShare>> solved_consumer_;
    std::optional<bus::Producer<v1::BlockEvent>> events_;
    std::unique_ptr<Timer> timer_;
    std::unique_ptr<JournalWriter> journal_;
    std::unique_ptr<RowWriter> rows_;
    std::vector<std::unique_ptr<NodeLink>> nodes_;
};

Result<void> Blkmaker::start() {
    LODE_TRY(auto journal,
             Journal::open(context_.data_folder / "journal", context_.clock.unix_now()));
    LODE_TRY(waiting_, parse_entries(journal.take_entries()));
    journal_ = std::make_unique<JournalWriter>(std::move(journal), context_.clock, context_.loop);
    LODE_TRY(nodes_, open_node_links(chain_.nodes, context_.loop));
    tips_.resize(nodes_.size());
    rows_ = std::make_unique<RowWriter>(
        RowWriter::Options{context_.pool.database, context_.pool.data_dir, chain_.name},
        context_.loop, [this](const std::vector<BlockRow>& rows) { follow_rows(rows); });
    context_.router.add(http::Method::post, "/v1/solved",
                        solved_intake([this](const auto& share, const auto& responder) {
                            context_.loop.post([this, share, responder] {
                                solved(*share, {.position = {}, .responder = responder});
                            });
                        }));
    LODE_TRY_VOID(open_bus());
    timer_ = context_.loop.every(std::chrono::milliseconds(250), [this] { tick(); });
    return success();
}

Result<void> Blkmaker::open_bus() {
    LODE_TRY(auto events, bus::Producer<v1::BlockEvent>::open(context_.bus, bus::topics::block,
                                                              chain_.name, context_.loop));
    events_ = std::move(events);
    LODE_TRY(auto templates, bus::Consumer<v1::TemplateMessage>::open(
                                 context_.bus, bus::topics::block_template, chain_.name,
                                 {.start = bus::StartAt::earliest, .batch_max = 16}, context_.loop,
                                 [this](const auto& records) { templates_arrived(records); }));
    template_consumer_ = std::move(templates);
    // Solved shares are read once every kept template is known.
    template_consumer_->when_caught_up([this] {
        templates_known_ = true;
        retry_waiting();
        start_solved_consumer();
    });
    return success();
}

void Blkmaker::start_solved_consumer() {
    auto consumer = bus::Consumer<v1::SolvedShare>::open(
        context_.bus, bus::topics::solved, chain_.name,
        {.group = "blkmaker", .start = bus::StartAt::committed}, context_.loop,
        [this](const std::vector<SolvedRecord>& records) {
            for (const SolvedRecord& record : records) {
                solved(*record.message, {.position = record.position, .responder = {}});
            }
        });
    if (consumer) {
        solved_consumer_ = std::move(consumer).value();
    } else {
        log::error("cannot read solved shares, trying again", {{"error", consumer.error()}});
    }
}

void Blkmaker::follow_rows(const std::vector<BlockRow>& rows) {
    for (const BlockRow& row : rows) {
        publish(row, {});
        followed_.try_emplace(row.hash, Followed{row, nullptr, {}});
        perform(tracker_.add(row.hash, row.height, row.state, BlockTracker::Start::follow_only));
    }
}

void Blkmaker::templates_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records) {
    for (const auto& record : records) {
        if (!record.message->has_template_()) continue;
        const auto added = templates_.add(record.message->template_(),
                                          from_unix_ms(record.message->produced_unix_ms()));
        if (!added) {
            log::error("template ignored", {{"topic", "template"},
                                            {"offset", record.position.offset},
                                            {"error", added.error()}});
        }
    }
    probe_.templates.set(templates_.size());
    if (templates_known_) retry_waiting();
}

void Blkmaker::retry_waiting() {
    auto waiting = std::move(waiting_);
    waiting_.clear();
    for (const v1::SolvedShare& share : waiting) {
        if (templates_.buried(share.height())) {
            record(share);
        } else {
            solved(share, {.journaled = true});
        }
    }
}

// Too deep to be worth sending again, but a crash may have been quicker than its row.
void Blkmaker::record(const v1::SolvedShare& share) {
    const auto solution = parse_solution(share);
    if (!solution) return refuse({}, solution.error());
    rows_->when_missing(solution.value().hash,
                        [this, row = found_row(solution.value(), chain_.name)] {
                            rows_->insert(row, context_.clock.unix_now());
                            follow_rows({row});
                        });
}

void Blkmaker::solved(const v1::SolvedShare& share, Origin origin) {
    const SteadyTime begun = context_.clock.steady_now();
    const auto solution = parse_solution(share);
    if (!solution) return refuse(origin, solution.error());
    const auto known = followed_.find(solution.value().hash);
    if (known != followed_.end() && known->second.hex) return make_safe(share, std::move(origin));
    const auto stored = templates_.find(solution.value().template_id);
    if (!stored) {
        if (origin.responder) {
            origin.responder->send(http::error_response(425, "the template is not known yet"));
            return;
        }
        if (waiting_.size() >= waiting_max) waiting_.erase(waiting_.begin());
        waiting_.push_back(share);
        return make_safe(share, std::move(origin));
    }
    const auto block = assemble(solution.value(), *stored);
    if (!block) return refuse(origin, block.error());
    take_in(solution.value(), block.value());
    probe_.latency.observe(context_.clock.steady_now() - begun);
    make_safe(share, std::move(origin));
}

void Blkmaker::take_in(const Solution& solution, const Bytes& block) {
    Followed& followed = followed_[solution.hash];
    const bool known = followed.row.height != 0;
    followed.hex = std::make_shared<const std::string>(to_hex(block));
    if (!known) followed.row = found_row(solution, chain_.name);
    const BlockRow row = followed.row;
    perform(tracker_.add(row.hash, row.height, row.state, BlockTracker::Start::submit));
    if (known) return;
    probe_.solved.increment();
    rows_->insert(row, context_.clock.unix_now());
    publish(row, {});
    log::info("block solved", {{"block", bitcoin::to_display_hex(solution.hash)},
                               {"height", solution.height},
                               {"user", solution.user},
                               {"reward", solution.reward}});
    journal_->check(std::make_shared<const Bytes>(block), solution.hash);
}

void Blkmaker::make_safe(const v1::SolvedShare& share, Origin origin) {
    if (origin.journaled) return;
    journal_->append(
        share.SerializeAsString(),
        [this, origin = std::move(origin)](const Result<void>& written) { safe(origin, written); });
}

void Blkmaker::safe(const Origin& origin, const Result<void>& written) {
    if (!written) {
        log::error("cannot journal a solved share", {{"error", written.error()}});
        if (origin.responder) origin.responder->send(http::error_response(507, "journal is full"));
        return;
    }
    if (origin.responder) origin.responder->send({.status = 200, .body = "{}"});
    if (!origin.position || !solved_consumer_) return;
    const auto done =
        solved_consumer_->commit({origin.position->partition, origin.position->offset + 1});
    if (!done) log::warn("cannot commit solved shares", {{"error", done.error()}});
}

void Blkmaker::refuse(const Origin& origin, const Error& error) {
    probe_.refused.increment();
    log::error("solved share refused", {{"error", error}});
    if (origin.responder) origin.responder->send(http::error_response(422, error.context));
    // Its place is committed behind those before it, which may still be on their way to disk.
    journal_->drain(
        [this, position = origin.position] { safe({.position = position}, success()); });
}

void Blkmaker::perform(const Actions& actions) {
    for (const Action& action : actions) {
        std::visit([this](const auto& one) { perform(one); }, action);
    }
    std::erase_if(followed_, [this](const auto& one) {
        return !tracker_.follows(one.first) && is_final(one.second.row.state);
    });
    probe_.followed.set(tracker_.size());
}

void Blkmaker::perform(const SubmitBlock& action) {
    nodes_[action.node]->submit(followed_.at(action.block).hex, [this, action](const auto& word) {
        submit_answered(action, word);
    });
}

void Blkmaker::submit_answered(const SubmitBlock& to,
                               const Result<std::optional<std::string>>& word) {
    const std::string& node = nodes_[to.node]->url();
    const auto now = context_.clock.steady_now();
    if (!word) {
        log::warn("block not submitted, trying again",
                  {{"block", bitcoin::to_display_hex(to.block)}, {"error", word.error()}});
        perform(tracker_.submit_answered(to.block, to.node, SubmitAnswer::unreachable, now));
        return;
    }
    const auto answer = classify_submit_answer(word.value());
    const std::string text = word.value().value_or("accepted");
    log::info("block submitted",
              {{"block", bitcoin::to_display_hex(to.block)}, {"node", node}, {"answer", text}});
    probe_.submissions.increment();
    if (answer == SubmitAnswer::refused) probe_.refusals.increment();
    const auto when = context_.clock.unix_now();
    rows_->record_answer({to.block, node, text, when});
    if (const auto found = followed_.find(to.block); found != followed_.end()) {
        found->second.answers.push_back(node_answer(node, text, when));
    }
    perform(tracker_.submit_answered(to.block, to.node, answer, now));
}

void Blkmaker::perform(const PreferBlock& action) {
    nodes_[action.node]->prefer(action.block);
}

void Blkmaker::perform(const AskBlock& action) {
    nodes_[action.node]->ask_block(action.block, [this, action](const auto& info) {
        const auto& known_tip = tips_[action.node];
        const std::uint32_t tip = known_tip ? known_tip->height : 0;
        if (info) {
            perform(tracker_.block_viewed(action.block, action.node,
                                          {true, info.value().confirmations, tip}));
        } else if (info.error().code == ErrorCode::rejected) {
            perform(tracker_.block_viewed(action.block, action.node, {false, 0, tip}));
        } else {
            tracker_.view_failed(action.block, action.node);
        }
    });
}

void Blkmaker::perform(const ChangeState& action) {
    Followed& followed = followed_.at(action.block);
    followed.row.state = action.to;
    followed.row.confirmations = action.confirmations;
    log::info("block changed state", {{"block", bitcoin::to_display_hex(action.block)},
                                      {"height", followed.row.height},
                                      {"state", to_string(action.to)}});
    rows_->change_state(
        action, context_.clock.unix_now(),
        [this, row = followed.row, answers = followed.answers] { publish(row, answers); });
}

void Blkmaker::perform(const RaiseAlert& action) {
    log::error(action.what, {{"block", bitcoin::to_display_hex(action.block)}});
}

void Blkmaker::publish(const BlockRow& row, const std::vector<v1::NodeAnswer>& answers) {
    const auto sent = events_->send(
        0, std::to_string(row.height), block_event(row, answers, context_.clock.unix_now()),
        [this, block = row.hash, state = row.state](const Result<bus::Position>& delivered) {
            if (delivered) {
                rows_->mark_published(block, state);
            } else {
                log::warn("block event not delivered", {{"error", delivered.error()}});
            }
        });
    if (!sent) log::warn("block event not sent", {{"error", sent.error()}});
}

void Blkmaker::tick() {
    if (templates_known_ && !solved_consumer_) start_solved_consumer();
    templates_.expire(context_.clock.unix_now());
    probe_.rows_waiting.set(rows_->waiting());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        nodes_[i]->ask_tip([this, i](const Result<NodeTip>& tip) {
            if (!tip || (tips_[i] && tip.value().hash == tips_[i]->hash)) return;
            tips_[i] = tip.value();
            perform(tracker_.tip_changed(i, tip.value().height));
        });
    }
    perform(tracker_.tick(context_.clock.steady_now()));
}

runtime::Health Blkmaker::health() const {
    if (!solved_consumer_) return {runtime::Readiness::not_ready, "reading kept templates"};
    if (!rows_->ready()) return {runtime::Readiness::not_ready, "waiting for the database"};
    const bool answers =
        std::ranges::any_of(tips_, [](const auto& tip) { return tip.has_value(); });
    if (!answers) return {runtime::Readiness::not_ready, "no node answers"};
    return {runtime::Readiness::ready, {}};
}

void Blkmaker::stop(std::function<void()> stopped) {
    timer_.reset();
    solved_consumer_.reset();
    template_consumer_.reset();
    // Behind everything that was begun: first the journal, then the rows.
    if (!journal_ || !rows_) return stopped();
    journal_->drain([this, stopped = std::move(stopped)] { rows_->drain(stopped); });
}

}  // namespace

runtime::ServiceDefinition definition() {
    return {
        .name = "blkmaker",
        .summary = "Submits solved blocks to every node and follows them to maturity.",
        .default_health_port = config::default_health_port("blkmaker"),
        .settings = &section().base(),
        .create = [](runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
            LODE_TRY(const Config config, section().read(context.document));
            return std::unique_ptr<runtime::Service>(std::make_unique<Blkmaker>(context, config));
        }};
}

}  // namespace lode::blkmaker
