// What happened lately, from the event and block topics: a bounded list, newest first, and how each
// node is now.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::v1 {
class BlockEvent;
class PoolEvent;
}  // namespace lode::v1

namespace lode::statshttpd {

struct LiveNode {
    std::string node;  // URL without credentials
    bool usable = false;
    std::string reason;
    UnixTime since;  // usable or not for that reason
};

struct LiveEvent {
    std::uint64_t id = 0;  // rises; begins anew with each start
    std::string kind;      // one of event_kinds
    UnixTime time;
    std::string text;  // for a person
    // Further members as JSON, "" for none: `"node":"…","usable":true`.
    std::string members;
};

inline constexpr std::array<std::string_view, 5> event_kinds{"node", "watch", "alert", "ban",
                                                             "block"};

class LiveEvents {
  public:
    // Some 500 bytes each.
    static constexpr std::size_t events_max = 1'000;
    // Nodes are a few; names come from our own services.
    static constexpr std::size_t nodes_max = 64;

    // What is not for everyone (addresses, details of alerts) is left out. Malformed names what is
    // wrong.
    [[nodiscard]] Result<void> take(const v1::PoolEvent& event);
    // Each state of a block once.
    [[nodiscard]] Result<void> take(const v1::BlockEvent& event);

    [[nodiscard]] std::vector<LiveNode> nodes() const;
    // Newest first; of one kind where one is given.
    [[nodiscard]] std::vector<LiveEvent> newest(std::size_t limit,
                                                const std::optional<std::string>& kind) const;

  private:
    void add(LiveEvent event);
    void take_node(const v1::PoolEvent& event);

    std::uint64_t last_id_ = 0;
    std::deque<LiveEvent> events_;
    std::map<std::string, LiveNode> nodes_;
    std::map<bitcoin::Hash256, int> block_states_;  // last one told
};

struct EventsQuery {
    std::size_t limit = 100;
    std::optional<std::string> kind;
};
[[nodiscard]] Result<EventsQuery> parse_events_query(
    const std::map<std::string, std::string, std::less<>>& query);

[[nodiscard]] std::string to_json(const std::vector<LiveEvent>& events);

}  // namespace lode::statshttpd
