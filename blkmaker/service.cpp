// Joins bus, intake, nodes, journal and database to the tracker; the rules are elsewhere.
#include "blkmaker/service.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "blkmaker/block_assembler.hpp"
#include "blkmaker/config.hpp"
#include "blkmaker/follower.hpp"
#include "blkmaker/journal_writer.hpp"
#include "blkmaker/probe.hpp"
#include "blkmaker/solution.hpp"
#include "blkmaker/template_keeper.hpp"
#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/messages/solved.pb.h"
#include "common/messages/template.pb.h"
#include "common/runtime/intake.hpp"

namespace lode::blkmaker {
namespace {

using bitcoin::Hash256;
using SolvedRecord = bus::Record<v1::SolvedShare>;

// Solved shares whose template has not arrived; on a healthy bus there are none.
constexpr std::size_t waiting_max = 1000;
// Larger than any coinbase with its header.
constexpr std::size_t solved_body_max = 256u << 10;
// How often the rows are read again: an event whose publisher died is out within two of these.
constexpr auto look_interval = std::chrono::seconds(5);
// Rows recorded again share the backlog with new ones: they leave half of it free.
constexpr std::size_t recorded_again_max = RowBacklog::blocks_max / 2;
// What a stop waits for the disk and the database; the rest is in the journal for the next start.
constexpr auto stop_patience = std::chrono::seconds(1);

class Blkmaker final : public runtime::Service {
  public:
    Blkmaker(runtime::Context& context, Config config)
        : context_(context),
          chain_(context.pool.chain()),
          probe_(context.metrics),
          config_(config) {}

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;

  private:
    // Where a solved share came from, and so what is owed when it is safe.
    struct Origin {
        std::optional<bus::Position> position;
        std::optional<http::Responder> responder;
        BlockBook::Origin kind = BlockBook::Origin::live;
    };
    using TemplatePtr = std::shared_ptr<const v1::TemplateMessage>;

    Result<void> open_bus();
    void open_intakes();
    Result<TemplateStore::Addition> remember(const v1::TemplateMessage& message);
    void template_kept(const TemplatePtr& message);
    Result<void> template_arrived(const TemplatePtr& message);
    void templates_read(const std::vector<bus::Record<v1::TemplateMessage>>& records);
    void retry_waiting();
    void start_solved_consumer();
    void solved(const v1::SolvedShare& share, Origin origin);
    void without_template(const v1::SolvedShare& share, const Solution& solution, Origin origin);
    void give_up_oldest();
    void take_in(const Solution& solution, const Bytes& block, BlockBook::Origin kind);
    void make_safe(const v1::SolvedShare& share, const Hash256& block, Origin origin);
    void safe(const Origin& origin, const Result<void>& written);
    void refuse(const Origin& origin, const Error& error);
    void read_journal_again();
    void record_again();
    void tick();

    runtime::Context& context_;
    const config::ChainConfig& chain_;
    Probe probe_;
    Config config_;
    TemplateStore templates_;
    std::set<Hash256> journaled_;           // of the blocks that are followed
    std::vector<v1::SolvedShare> waiting_;  // for their template; in the journal already
    std::deque<v1::SolvedShare> missed_;    // rows that may have been dropped; from the journal
    bool disk_read_ = false;                // the templates kept on disk are known
    bool bus_read_ = false;                 // and those that the bus had when we started
    std::optional<bus::Consumer<v1::TemplateMessage>> template_consumer_;
    std::optional<bus::Consumer<v1::SolvedShare>> solved_consumer_;
    std::unique_ptr<Timer> timer_;
    std::unique_ptr<Timer> look_timer_;
    std::unique_ptr<Timer> stop_timer_;
    std::unique_ptr<TemplateKeeper> keeper_;
    std::unique_ptr<JournalWriter> journal_;
    std::unique_ptr<Follower> follower_;
};

Result<void> Blkmaker::start() {
    const UnixTime now = context_.clock.unix_now();
    LODE_TRY(auto journal, Journal::open(context_.data_folder / "journal", now));
    LODE_TRY(waiting_, parse_entries(journal.take_entries()));
    journal_ = std::make_unique<JournalWriter>(std::move(journal), context_.clock, context_.loop);
    LODE_TRY(auto files, TemplateFiles::open(context_.data_folder / "templates", now));
    keeper_ = std::make_unique<TemplateKeeper>(std::move(files), context_.clock, context_.loop);
    LODE_TRY(follower_, Follower::open(context_, config_,
                                       {probe_, context_.loop, [this] { read_journal_again(); }}));
    LODE_TRY_VOID(open_bus());
    keeper_->load([this](const TemplatePtr& message) { template_kept(message); },
                  [this] {
                      disk_read_ = true;
                      retry_waiting();
                  });
    open_intakes();
    timer_ = context_.loop.every(std::chrono::milliseconds(250), [this] { tick(); });
    look_timer_ = context_.loop.every(look_interval, [this] { follower_->look(); });
    return success();
}

Result<void> Blkmaker::open_bus() {
    LODE_TRY(auto templates, bus::Consumer<v1::TemplateMessage>::open(
                                 context_.bus, bus::topics::block_template, chain_.name,
                                 {.start = bus::StartAt::earliest, .batch_max = 16}, context_.loop,
                                 [this](const auto& records) { templates_read(records); }));
    template_consumer_ = std::move(templates);
    // The bus's solved shares are read once every template it kept is known; those that come
    // directly wait for nothing.
    template_consumer_->when_caught_up([this] {
        bus_read_ = true;
        retry_waiting();
        start_solved_consumer();
    });
    return success();
}

void Blkmaker::open_intakes() {
    const Secret& secret = context_.pool.direct_secret;
    context_.router.add(http::Method::post, "/v1/solved",
                        runtime::intake<v1::SolvedShare>(
                            {.body_max = solved_body_max, .secret = secret},
                            [this](const auto& share, const auto& responder) {
                                context_.loop.post([this, share, responder] {
                                    solved(*share, {.position = {}, .responder = responder});
                                });
                            }));
    context_.router.add(
        http::Method::post, "/v1/template",
        runtime::intake<v1::TemplateMessage>(
            {.secret = secret}, [this](const auto& message, const auto& responder) {
                context_.loop.post([this, message, responder] {
                    const auto taken = template_arrived(message);
                    responder.send(taken ? http::Response{.status = 200, .body = "{}"}
                                         : http::error_response(422, taken.error().context));
                    if (taken) retry_waiting();
                });
            }));
}

// Each group has one reader: every instance reads all solved shares under its own name.
void Blkmaker::start_solved_consumer() {
    auto consumer = bus::Consumer<v1::SolvedShare>::open(
        context_.bus, bus::topics::solved, chain_.name,
        {.group = context_.instance, .start = bus::StartAt::committed}, context_.loop,
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

// A producer whose clock is ahead does not make its templates stay longer.
Result<TemplateStore::Addition> Blkmaker::remember(const v1::TemplateMessage& message) {
    const UnixTime made = from_unix_ms(message.produced_unix_ms());
    return templates_.add(message.template_(), std::min(made, context_.clock.unix_now()));
}

void Blkmaker::template_kept(const TemplatePtr& message) {
    if (const auto added = remember(*message); !added) {
        log::warn("a template kept on disk is ignored", {{"error", added.error()}});
    }
}

Result<void> Blkmaker::template_arrived(const TemplatePtr& message) {
    if (!message->has_template_()) return success();
    LODE_TRY(const auto addition, remember(*message));
    if (addition == TemplateStore::Addition::added) keeper_->save(message);
    return success();
}

void Blkmaker::templates_read(const std::vector<bus::Record<v1::TemplateMessage>>& records) {
    for (const auto& record : records) {
        if (const auto taken = template_arrived(record.message); !taken) {
            log::error("template ignored", {{"topic", "template"},
                                            {"offset", record.position.offset},
                                            {"error", taken.error()}});
        }
    }
    retry_waiting();
}

void Blkmaker::retry_waiting() {
    if (!disk_read_) return;
    for (const v1::SolvedShare& share : std::exchange(waiting_, {})) {
        solved(share, {.kind = BlockBook::Origin::journal});
    }
}

void Blkmaker::solved(const v1::SolvedShare& share, Origin origin) {
    const SteadyTime begun = context_.clock.steady_now();
    const auto solution = parse_solution(share);
    if (!solution) return refuse(origin, solution.error());
    const Hash256& hash = solution.value().hash;
    if (follower_->has_bytes(hash)) return make_safe(share, hash, std::move(origin));
    const auto stored = templates_.find(solution.value().template_id);
    if (!stored) return without_template(share, solution.value(), std::move(origin));
    const auto block = assemble(solution.value(), *stored);
    if (!block) return refuse(origin, block.error());
    take_in(solution.value(), block.value(), origin.kind);
    probe_.latency.observe(context_.clock.steady_now() - begun);
    make_safe(share, hash, std::move(origin));
}

void Blkmaker::without_template(const v1::SolvedShare& share, const Solution& solution,
                                Origin origin) {
    if (origin.responder) {
        origin.responder->send(http::error_response(425, "the template is not known yet"));
        return;
    }
    if (templates_.buried(solution.height)) {
        // Too deep to be worth sending again, but a crash may have been quicker than its row.
        follower_->recorded(found_row(solution, chain_.name));
    } else {
        if (waiting_.size() >= waiting_max) give_up_oldest();
        waiting_.push_back(share);
    }
    make_safe(share, solution.hash, std::move(origin));
}

// It stays in the journal, and its row tells of it.
void Blkmaker::give_up_oldest() {
    log::error("too many solved shares wait for their template, the oldest is only recorded");
    if (const auto solution = parse_solution(waiting_.front())) {
        follower_->recorded(found_row(solution.value(), chain_.name));
    }
    waiting_.erase(waiting_.begin());
}

void Blkmaker::take_in(const Solution& solution, const Bytes& block, BlockBook::Origin kind) {
    const bool known = follower_->follows(solution.hash);
    follower_->solved(found_row(solution, chain_.name), block, kind);
    if (known) return;
    probe_.solved.increment();
    log::info("block solved", {{"block", bitcoin::to_display_hex(solution.hash)},
                               {"height", solution.height},
                               {"user", solution.user},
                               {"reward", solution.reward}});
    journal_->check(std::make_shared<const Bytes>(block), solution.hash);
}

void Blkmaker::make_safe(const v1::SolvedShare& share, const Hash256& block, Origin origin) {
    if (origin.kind == BlockBook::Origin::journal) return;
    if (journaled_.contains(block)) {
        // It came before by the other way; its place is committed behind those under way.
        journal_->drain([this, origin = std::move(origin)] { safe(origin, success()); });
        return;
    }
    journal_->append(share.SerializeAsString(),
                     [this, block, origin = std::move(origin)](const Result<void>& written) {
                         if (written) journaled_.insert(block);
                         safe(origin, written);
                     });
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

// Blocks dropped from a full backlog are all in the journal; what else is known of them follows
// from their rows at the next look.
void Blkmaker::read_journal_again() {
    journal_->read([this](const Result<std::vector<std::string>>& entries) {
        auto shares = entries ? parse_entries(entries.value()) : entries.error();
        if (!shares) {
            log::error("rows may lack until the next start: the journal cannot be read",
                       {{"error", shares.error()}});
            return;
        }
        missed_.assign(shares.value().begin(), shares.value().end());
    });
}

void Blkmaker::record_again() {
    if (missed_.empty()) return;
    while (!missed_.empty() && follower_->rows_waiting() < recorded_again_max) {
        if (const auto solution = parse_solution(missed_.front())) {
            follower_->recorded(found_row(solution.value(), chain_.name));
        }
        missed_.pop_front();
    }
    if (missed_.empty()) follower_->look();
}

void Blkmaker::tick() {
    record_again();
    if (bus_read_ && !solved_consumer_) start_solved_consumer();
    templates_.expire(context_.clock.unix_now());
    probe_.templates.set(templates_.size());
    std::erase_if(journaled_, [this](const Hash256& one) { return !follower_->follows(one); });
    follower_->tick();
}

runtime::Health Blkmaker::health() const {
    using enum runtime::Readiness;
    if (!disk_read_) return {not_ready, "reading the templates kept on disk"};
    if (!follower_->database_ready()) return {not_ready, "waiting for the database"};
    if (!follower_->node_answers()) return {not_ready, "no node answers"};
    // Solved shares come directly too, and those on the bus wait there.
    if (!solved_consumer_) return {ready, "not reading the bus yet"};
    return {ready, {}};
}

void Blkmaker::stop(std::function<void()> stopped) {
    timer_.reset();
    look_timer_.reset();
    solved_consumer_.reset();
    template_consumer_.reset();
    if (!journal_ || !follower_) return stopped();
    // Behind everything that was begun, first the journal, then the rows; but neither a slow disk
    // nor a slow database holds up the stop.
    const auto once = std::make_shared<Task>(std::move(stopped));
    const Task end = [this, once] {
        if (!*once) return;
        stop_timer_.reset();
        follower_->end_calls();
        std::exchange(*once, {})();
    };
    stop_timer_ = context_.loop.after(stop_patience, end);
    journal_->drain([this, end] { follower_->drain(end); });
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
