// A step is shown once sharelogger has had time to count its last shares.
#include "statshttpd/work_answers.hpp"

#include <algorithm>

#include "statshttpd/answers.hpp"

namespace lode::statshttpd {
namespace {

constexpr auto counting_time = std::chrono::seconds(5);

}  // namespace

Result<Span> parse_span_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"span"}));
    const auto given = query.find("span");
    const std::string_view name = given == query.end() ? "24h" : std::string_view(given->second);
    const auto* const found = std::ranges::find(spans, name, &Span::name);
    if (found != spans.end()) return *found;
    return failure(ErrorCode::malformed, "span must be 1h, 24h, 7d or 90d");
}

SpanTime time_of(const Span& span, UnixTime now) {
    const auto known = (now - counting_time).time_since_epoch();
    const UnixTime until(known - known % span.step);
    return {until - span.points * span.step, until};
}

std::string to_json(const WorkPoints& points, const Span& span, const SpanTime& time) {
    json::Writer writer;
    writer.object().field("span", span.name).field("step_ms", span.step.count());
    writer.key("points").array();
    for (UnixTime at = time.from; at < time.until; at += span.step) {
        const auto found = points.find(at);
        const Measured measured{.sum = found == points.end() ? Sum{} : found->second,
                                .covered = span.step};
        writer.object().field("time_unix_ms", to_unix_ms(at));
        write_rate(writer, "hashrate", measured);
        writer.field("shares", measured.sum.shares).end();
    }
    return writer.end().end().take();
}

}  // namespace lode::statshttpd
