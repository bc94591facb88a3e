// A bucket is one point in time: when it will be full. A token moves it on by an interval.
#include "common/http/rate_limiter.hpp"

#include <algorithm>

namespace lode::http {

RateLimiter::RateLimiter(RateLimit limit)
    : interval_(limit.per_second == 0 ? Duration(0)
                                      : Duration(std::chrono::seconds(1)) / limit.per_second),
      tolerance_(interval_ * (std::max<std::uint32_t>(limit.burst, 1) - 1)) {}

std::optional<std::chrono::seconds> RateLimiter::refused(const IpAddress& client, SteadyTime now) {
    if (interval_ == Duration(0)) return std::nullopt;
    if (full_at_.size() >= clients_max) {
        std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
        if (full_at_.size() >= clients_max / 2) full_at_.clear();
    }
    SteadyTime& full_at = full_at_.try_emplace(client.site(), now).first->second;
    full_at = std::max(full_at, now);
    const Duration wait = full_at - now - tolerance_;
    if (wait > Duration(0)) {
        return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1));
    }
    full_at += interval_;
    return std::nullopt;
}

IpAddress client_of(const IpAddress& peer, std::string_view forwarded_for,
                    std::span<const AddressRange> trusted) {
    IpAddress client = peer;
    while (!forwarded_for.empty() && contains(trusted, client)) {
        const auto comma = forwarded_for.rfind(',');
        std::string_view last =
            comma == forwarded_for.npos ? forwarded_for : forwarded_for.substr(comma + 1);
        forwarded_for.remove_suffix(comma == forwarded_for.npos ? forwarded_for.size()
                                                                : last.size() + 1);
        while (last.starts_with(' ')) last.remove_prefix(1);
        while (last.ends_with(' ')) last.remove_suffix(1);
        const auto named = IpAddress::parse(last);
        if (!named) break;
        client = named.value();
    }
    return client;
}

}  // namespace lode::http
