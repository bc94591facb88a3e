// A queue before the bus that keeps the order of sending over failures, and a courier a neighbour.
#include "common/runtime/spreader.hpp"

#include <google/protobuf/message_lite.h>

#include <deque>

#include "common/base/log.hpp"
#include "common/runtime/courier.hpp"

namespace lode::runtime {
namespace {

// A bus that has refused a message is asked again after this.
constexpr auto retry_interval = std::chrono::milliseconds(500);
// A neighbour that is away is tried again after this: one that has just started has its message
// soon, and one that stays away costs a connection a second.
constexpr auto neighbour_interval = std::chrono::seconds(1);
// What is older does not go to a neighbour again: another sender may have taken over since.
constexpr auto newest_life = std::chrono::minutes(1);

// How one message fares on all its ways.
class Outcome {
  public:
    Outcome(std::size_t ways, Spreader::Told told) : open_(ways), told_(std::move(told)) {}

    void had() { tell(success()); }
    void failed(const Error& error) {
        if (--open_ == 0) tell(boost::outcome_v2::failure(error));
    }

  private:
    void tell(const Result<void>& result) {
        if (const auto told = std::exchange(told_, nullptr)) told(result);
    }

    std::size_t open_;
    Spreader::Told told_;
};

struct Item {
    bus::MessagePtr message;
    Again again = Again::never;
    std::shared_ptr<Outcome> outcome;
    bool failed = false;  // on the bus, which the outcome hears of once
};

struct Neighbour {
    std::unique_ptr<Courier> courier;
    metrics::Counter failures;
    metrics::Gauge unreachable;
    bool well = true;
    std::unique_ptr<Timer> timer{};  // until the newest message goes to it again
};

}  // namespace

struct Spreader::Core : std::enable_shared_from_this<Spreader::Core> {
    Core(std::unique_ptr<bus::RawProducer> its_producer, Scheduler& its_loop,
         SpreaderOptions its_options)
        : producer(std::move(its_producer)), loop(its_loop), options(std::move(its_options)) {}

    Result<void> open_neighbours(metrics::Registry& metrics);
    void post(const Item& item);
    void posted(Neighbour& neighbour, const Result<void>& result, Outcome& outcome);
    void post_newest(Neighbour& neighbour);
    void note(Neighbour& neighbour, const Result<void>& result);
    void pump();
    void delivered(Item item, const Result<bus::Position>& place);
    void not_taken(Item& item, const Error& error);
    void bound();

    std::unique_ptr<bus::RawProducer> producer;
    Scheduler& loop;
    SpreaderOptions options;
    std::vector<Neighbour> neighbours;
    std::shared_ptr<const std::string> newest;  // that goes again; null when too old
    std::unique_ptr<Timer> newest_timer;
    std::deque<Item> waiting;  // for the bus
    std::size_t failed = 0;    // the first so many were told as failed and wait for the rest
    bool bus_well = true;
    std::unique_ptr<Timer> timer;
};

Result<void> Spreader::Core::open_neighbours(metrics::Registry& metrics) {
    for (const std::string& url : options.neighbours) {
        LODE_TRY(auto courier, Courier::open({.url = url,
                                              .path = options.path,
                                              .secret = options.secret,
                                              .thread = "direct",
                                              .waiting_max = options.waiting_max}));
        const metrics::Labels labels{{"neighbour", url}};
        neighbours.push_back(
            {std::move(courier),
             metrics.counter("direct_failures_total",
                             "Messages that did not reach a neighbour directly.", labels),
             metrics.gauge("direct_unreachable",
                           "1 while a neighbour does not take messages directly.", labels)});
    }
    return success();
}

void Spreader::Core::post(const Item& item) {
    if (neighbours.empty()) return;
    const auto body = std::make_shared<const std::string>(item.message->SerializeAsString());
    if (item.again == Again::until_delivered) {
        newest = body;
        newest_timer = loop.after(newest_life, [this] { newest.reset(); });
    }
    for (Neighbour& one : neighbours) {
        one.courier->post(body, [weak = weak_from_this(), &to = loop, &one,
                                 outcome = item.outcome](const Result<void>& result) {
            to.post([weak, &one, outcome, result] {
                if (const auto core = weak.lock()) core->posted(one, result, *outcome);
            });
        });
    }
}

void Spreader::Core::posted(Neighbour& neighbour, const Result<void>& result, Outcome& outcome) {
    note(neighbour, result);
    if (!result) {
        neighbour.failures.increment();
        if (result.error().code == ErrorCode::conflict) post_newest(neighbour);
    }
    result ? outcome.had() : outcome.failed(result.error());
}

void Spreader::Core::post_newest(Neighbour& neighbour) {
    neighbour.timer.reset();
    if (!newest) return;
    neighbour.courier->post(
        newest, [weak = weak_from_this(), &to = loop, &neighbour](const Result<void>& result) {
            to.post([weak, &neighbour, result] {
                if (const auto core = weak.lock()) core->note(neighbour, result);
            });
        });
}

// Of a neighbour that has a message, or said that it lacks an earlier one, nothing is wrong.
void Spreader::Core::note(Neighbour& neighbour, const Result<void>& result) {
    // Our own queue was full: what waits there tells how the neighbour is.
    if (!result && result.error().code == ErrorCode::exhausted) return;
    const bool well = result || result.error().code == ErrorCode::conflict;
    if (well) {
        neighbour.timer.reset();
    } else if (!neighbour.timer) {
        neighbour.timer =
            loop.after(neighbour_interval, [this, &neighbour] { post_newest(neighbour); });
    }
    if (well == neighbour.well) return;
    neighbour.well = well;
    neighbour.unreachable.set(well ? 0 : 1);
    const std::string& url = neighbour.courier->url();
    well ? log::info("neighbour takes messages again", {{"neighbour", url}})
         : log::warn("neighbour does not take messages",
                     {{"neighbour", url}, {"error", result.error()}});
}

void Spreader::Core::pump() {
    while (!waiting.empty()) {
        Item item = waiting.front();
        const auto sent = producer->send(0, options.key, item.message,
                                         [weak = weak_from_this(), item](const auto& place) {
                                             const auto core = weak.lock();
                                             if (core) core->delivered(item, place);
                                         });
        if (!sent) {
            not_taken(waiting.front(), sent.error());
            break;
        }
        waiting.pop_front();
        failed = 0;
    }
    for (Item& one : waiting) {
        if (one.again == Again::never) not_taken(one, {ErrorCode::unavailable, "the bus is away"});
    }
    bound();
    timer = waiting.empty() ? nullptr : loop.after(retry_interval, [this] { pump(); });
}

void Spreader::Core::delivered(Item item, const Result<bus::Position>& place) {
    if (!place) {
        not_taken(item, place.error());
        if (item.again == Again::never) return;
        // Before everything that was sent later, in the order of the failures.
        waiting.insert(waiting.begin() + static_cast<std::ptrdiff_t>(failed++), std::move(item));
        bound();
        if (!timer) timer = loop.after(retry_interval, [this] { pump(); });
        return;
    }
    if (!bus_well) log::info("bus takes messages again", {{"path", options.path}});
    bus_well = true;
    item.outcome->had();
}

void Spreader::Core::not_taken(Item& item, const Error& error) {
    if (bus_well) {
        log::error("bus does not take messages", {{"path", options.path}, {"error", error}});
    }
    bus_well = false;
    if (!std::exchange(item.failed, true)) item.outcome->failed(error);
}

void Spreader::Core::bound() {
    std::erase_if(waiting, [](const Item& one) { return one.failed && one.again == Again::never; });
    while (waiting.size() > options.kept_max) {
        log::warn("message not kept for the bus", {{"path", options.path}});
        not_taken(waiting.front(), {ErrorCode::exhausted, "too many wait for the bus"});
        waiting.pop_front();
        if (failed > 0) --failed;
    }
}

Spreader::Spreader(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Spreader::~Spreader() = default;

Result<std::unique_ptr<Spreader>> Spreader::open(std::unique_ptr<bus::RawProducer> producer,
                                                 Scheduler& loop, metrics::Registry& metrics,
                                                 SpreaderOptions options) {
    auto core = std::make_shared<Core>(std::move(producer), loop, std::move(options));
    LODE_TRY_VOID(core->open_neighbours(metrics));
    return std::unique_ptr<Spreader>(new Spreader(std::move(core)));
}

void Spreader::send(bus::MessagePtr message, Again again, Told told) {
    Core& core = *core_;
    auto outcome = std::make_shared<Outcome>(1 + core.neighbours.size(), std::move(told));
    Item item{std::move(message), again, std::move(outcome)};
    core.post(item);
    core.waiting.push_back(std::move(item));
    core.pump();
}

Result<void> Spreader::send_to_bus(bus::MessagePtr message, bus::Delivered delivered) {
    if (!core_->waiting.empty()) return failure(ErrorCode::unavailable, "the bus takes nothing");
    return core_->producer->send(0, core_->options.key, std::move(message), std::move(delivered));
}

}  // namespace lode::runtime
