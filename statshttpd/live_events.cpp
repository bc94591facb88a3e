// Services repeat how things stand for those who come late; only what changes is an event.
#include "statshttpd/live_events.hpp"

#include <algorithm>
#include <ranges>

#include "common/json/writer.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/event.pb.h"
#include "statshttpd/live_pool.hpp"
#include "statshttpd/parameters.hpp"

namespace lode::statshttpd {
namespace {

// Blocks whose state is remembered: more than come in the 30 days that the topic keeps. When full
// all are forgotten, and a state may be told twice.
constexpr std::size_t blocks_max = 20'000;

std::string member(std::string_view name, std::string_view text) {
    return json::quoted(name) + ":" + json::quoted(text);
}
std::string member(std::string_view name, bool flag) {
    return json::quoted(name) + (flag ? ":true" : ":false");
}
std::string member(std::string_view name, std::int64_t number) {
    return json::quoted(name) + ":" + std::to_string(number);
}

LiveEvent of_watch(const v1::WatchEvent& watch) {
    const std::string text = watch.fork()
                                 ? watch.pool() + " stays on another tip than ours"
                                 : watch.pool() + " had its job " + std::to_string(watch.lag_ms()) +
                                       " ms after our template";
    return {.kind = "watch",
            .text = text,
            .members = member("pool", watch.pool()) + "," +
                       member("lag_ms", std::int64_t{watch.lag_ms()}) + "," +
                       member("fork", watch.fork())};
}

LiveEvent of_ban(const v1::BanEvent& ban) {
    return {
        .kind = "ban",
        .text = "an address is banned for " + std::to_string(ban.seconds()) + " s: " + ban.reason(),
        .members =
            member("reason", ban.reason()) + "," + member("seconds", std::int64_t{ban.seconds()})};
}

}  // namespace

void LiveEvents::add(LiveEvent event) {
    event.id = ++last_id_;
    // Topics are read side by side, so one that comes later may be of earlier.
    const auto place = std::ranges::find_if(
        events_, [&event](const LiveEvent& other) { return other.time <= event.time; });
    events_.insert(place, std::move(event));
    if (events_.size() > events_max) events_.pop_back();
}

Result<void> LiveEvents::take(const v1::PoolEvent& event) {
    const UnixTime time = from_unix_ms(event.produced_unix_ms());
    LiveEvent told;
    switch (event.body_case()) {
        case v1::PoolEvent::kNode:
            take_node(event);
            return success();
        case v1::PoolEvent::kWatch:
            told = of_watch(event.watch());
            break;
        case v1::PoolEvent::kAlert:
            told = {.kind = "alert", .text = event.alert().what(), .members = {}};
            break;
        case v1::PoolEvent::kBan:
            told = of_ban(event.ban());
            break;
        case v1::PoolEvent::BODY_NOT_SET:
            return failure(ErrorCode::malformed, "body: is missing");
        default:
            return success();  // of sessions and shares there are too many to list
    }
    told.time = time;
    add(std::move(told));
    return success();
}

void LiveEvents::take_node(const v1::PoolEvent& event) {
    const v1::NodeEvent& node = event.node();
    const UnixTime time = from_unix_ms(event.produced_unix_ms());
    const auto known = nodes_.find(node.node());
    if (known == nodes_.end() && nodes_.size() >= nodes_max) return;
    if (known != nodes_.end() && known->second.usable == node.usable() &&
        known->second.reason == node.reason()) {
        return;
    }
    nodes_[node.node()] = {node.node(), node.usable(), node.reason(), time};
    add({.kind = "node",
         .time = time,
         .text = node.node() + (node.usable() ? " is usable" : " is unusable: " + node.reason()),
         .members = member("node", node.node()) + "," + member("usable", node.usable()) + "," +
                    member("reason", node.reason())});
}

Result<void> LiveEvents::take(const v1::BlockEvent& event) {
    const char* state = block_state_name(event.state());
    if (state == nullptr) return failure(ErrorCode::malformed, "state: unknown");
    LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(as_bytes(event.block_hash())));
    if (block_states_.size() >= blocks_max) block_states_.clear();
    if (std::exchange(block_states_[hash], event.state()) == event.state()) return success();
    add({.kind = "block",
         .time = from_unix_ms(event.produced_unix_ms()),
         .text = "block " + std::to_string(event.height()) + " is " + state,
         .members = member("height", std::int64_t{event.height()}) + "," +
                    member("hash", bitcoin::to_display_hex(hash)) + "," + member("state", state)});
    return success();
}

std::vector<LiveNode> LiveEvents::nodes() const {
    std::vector<LiveNode> nodes;
    std::ranges::copy(nodes_ | std::views::values, std::back_inserter(nodes));
    return nodes;
}

std::vector<LiveEvent> LiveEvents::newest(std::size_t limit,
                                          const std::optional<std::string>& kind) const {
    std::vector<LiveEvent> newest;
    for (const LiveEvent& event : events_) {
        if (newest.size() >= limit) break;
        if (!kind || event.kind == *kind) newest.push_back(event);
    }
    return newest;
}

Result<EventsQuery> parse_events_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"limit", "kind"}));
    EventsQuery parsed;
    LODE_TRY(parsed.limit, number_of(query, "limit", {1, LiveEvents::events_max, 100}));
    if (const auto kind = query.find("kind"); kind != query.end()) {
        if (std::ranges::find(event_kinds, kind->second) == event_kinds.end()) {
            return failure(ErrorCode::malformed,
                           "kind must be one of node, watch, alert, ban, block");
        }
        parsed.kind = kind->second;
    }
    return parsed;
}

std::string to_json(const std::vector<LiveEvent>& events) {
    json::Writer writer;
    writer.object().key("events").array();
    for (const LiveEvent& event : events) {
        std::string text = "{\"id\":" + std::to_string(event.id) + "," +
                           member("kind", event.kind) +
                           ",\"time_unix_ms\":" + std::to_string(to_unix_ms(event.time)) + "," +
                           member("text", event.text);
        if (!event.members.empty()) text += "," + event.members;
        writer.raw(text + "}");
    }
    return writer.end().end().take();
}

}  // namespace lode::statshttpd
