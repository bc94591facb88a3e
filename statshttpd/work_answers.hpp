// Work over time: which points a history has, and the body that shows them.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "statshttpd/parameters.hpp"
#include "statshttpd/sliding_sum.hpp"

namespace lode::statshttpd {

struct Span {
    std::string_view name;
    std::chrono::milliseconds step;
    std::int64_t points = 0;
};

// What may be asked for; of 1h a worker has ten minutes a point, as no table has less.
inline constexpr std::array spans{
    Span{"1h", std::chrono::minutes(1), 60}, Span{"24h", std::chrono::minutes(10), 144},
    Span{"7d", std::chrono::hours(2), 84}, Span{"90d", std::chrono::hours(24), 90}};
inline constexpr Span worker_hour_span{"1h", std::chrono::minutes(10), 6};

// `span`; 24h where it is not given.
[[nodiscard]] Result<Span> parse_span_query(const Query& query);

// The whole steps of the span, the begun one left out; steps are multiples since 1970 UTC.
struct SpanTime {
    UnixTime from;
    UnixTime until;
};
[[nodiscard]] SpanTime time_of(const Span& span, UnixTime now);

// By the beginning of each step; one that is missing had no work.
using WorkPoints = std::map<UnixTime, Sum>;

// A point for each step in `time`.
[[nodiscard]] std::string to_json(const WorkPoints& points, const Span& span, const SpanTime& time);

}  // namespace lode::statshttpd
