// Expectations are for display: in floating point, rounded at the end.
#include "statshttpd/preview_answers.hpp"

#include <cmath>

#include "common/json/writer.hpp"

namespace lode::statshttpd {
namespace {

using json::Writer;

constexpr std::size_t user_name_max = 128;
constexpr double day_seconds = 86'400;
// Three hundred years: who is slower than that has no pace at all.
constexpr double seconds_max = 1e10;

double number(const bitcoin::Work& work) {
    return std::ldexp(static_cast<double>(work.high()), 64) + static_cast<double>(work.low());
}

Satoshi per_block(const Preview& preview, const std::string& scheme) {
    if (scheme == "pps") return preview.pps_per_block;
    if (scheme == "pps_plus") return preview.pps_plus_per_block;
    return scheme == "fpps" ? preview.fpps_per_block : preview.base_per_block;
}

// Base units a second.
double earns(const Preview& preview, const PreviewOfUser& user, const std::optional<Pace>& pace) {
    if (!pace || pace->rate.covered.count() <= 0 || pace->block == bitcoin::Work()) return 0;
    const double rate =
        number(pace->rate.sum.work) / (static_cast<double>(pace->rate.covered.count()) / 1'000);
    return rate / number(pace->block) *
           static_cast<double>(per_block(preview, user.scheme).value());
}

std::optional<std::int64_t> seconds_to_minimum(const PreviewOfUser& user, double earns) {
    if (!user.minimum) return std::nullopt;
    const std::int64_t missing = user.minimum->value() - user.owned.value();
    if (missing <= 0) return 0;
    const double seconds = earns > 0 ? static_cast<double>(missing) / earns : seconds_max;
    if (seconds >= seconds_max) return std::nullopt;
    return std::llround(seconds);
}

std::int64_t share_ppm(Satoshi amount, Satoshi of) {
    if (of.value() <= 0) return 0;
    return std::llround(static_cast<double>(amount.value()) * 1e6 /
                        static_cast<double>(of.value()));
}

void write_optional(Writer& writer, std::string_view name,
                    const std::optional<std::int64_t>& value) {
    writer.key(name);
    if (value) {
        writer.value(*value);
    } else {
        writer.value(nullptr);
    }
}

}  // namespace

std::string to_json(const PreviewAnswer& answer, const std::optional<Pace>& pace) {
    const Preview& preview = *answer.preview;
    Writer writer;
    writer.object()
        .field("made_unix_ms", to_unix_ms(preview.made))
        .field("height", preview.height)
        .field("reward", preview.reward.value())
        .field("scheme", answer.base_scheme);
    write_optional(writer, "window_full_ppm", preview.window_ppm);
    writer.field("total", preview.users_amount.value())
        .field("users", preview.users)
        .field("fees", preview.fees.value())
        .field("reserve", preview.reserve.value())
        .key("per_block")
        .object()
        .field("base", preview.base_per_block.value())
        .field("pps", preview.pps_per_block.value())
        .field("pps_plus", preview.pps_plus_per_block.value())
        .field("fpps", preview.fpps_per_block.value())
        .end()
        .key("user");
    if (!answer.user) {
        return writer.value(nullptr).key("expected_seconds_to_minimum").value(nullptr).end().take();
    }
    const PreviewOfUser& user = *answer.user;
    const double rate = earns(preview, user, pace);
    writer.object()
        .field("user", user.user)
        .field("amount", user.amount.value())
        .field("share_ppm", share_ppm(user.amount, preview.reward))
        .field("scheme", user.scheme)
        .field("expected_per_day", static_cast<std::int64_t>(std::llround(rate * day_seconds)))
        .end();
    write_optional(writer, "expected_seconds_to_minimum", seconds_to_minimum(user, rate));
    return writer.end().take();
}

Result<SimulateQuery> parse_simulate_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"user"}));
    SimulateQuery parsed;
    const auto user = query.find("user");
    if (user == query.end()) return parsed;
    if (user->second.empty() || user->second.size() > user_name_max) {
        return failure(ErrorCode::malformed, "user must be 1 to 128 bytes");
    }
    parsed.user = user->second;
    return parsed;
}

}  // namespace lode::statshttpd
