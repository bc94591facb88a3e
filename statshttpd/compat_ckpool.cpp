// Names are as the forerunner has them; times are unix seconds.
#include "statshttpd/compat_ckpool.hpp"

#include <array>

#include "common/base/magnitude.hpp"
#include "common/json/writer.hpp"

namespace lode::statshttpd {
namespace {

using json::Writer;

std::int64_t unix_seconds(UnixTime time) {
    return to_unix_ms(time) / 1'000;
}

}  // namespace

std::string ckpool_rate(const Measured& measured) {
    static constexpr std::array<std::string_view, 8> units{"", "K", "M", "G", "T", "P", "E", "Z"};
    const auto [digits, thousands] = magnitude_of(hashrate(measured), units.size() - 1);
    return digits + std::string(units[thousands]);
}

std::string ckpool_status(const CkpoolStatus& status) {
    Writer writer;
    std::string lines = writer.object()
                            .field("runtime", status.uptime.count())
                            .field("lastupdate", unix_seconds(status.now))
                            .field("Users", status.active.users)
                            .field("Workers", status.active.workers)
                            .end()
                            .take() +
                        "\n";
    lines += writer.object()
                 .field("hashrate1m", ckpool_rate(status.rates.minute))
                 .field("hashrate5m", ckpool_rate(status.rates.five_minutes))
                 .field("hashrate15m", ckpool_rate(status.rates.fifteen_minutes))
                 .field("hashrate1hr", ckpool_rate(status.rates.hour))
                 .field("hashrate1d", ckpool_rate(status.rates.day))
                 .end()
                 .take() +
             "\n";
    return lines + writer.object().field("accepted", status.rates.day.sum.shares).end().take() +
           "\n";
}

std::string ckpool_user(const std::string& name, const CkpoolUser& user) {
    Writer writer;
    const UserRates none;
    const UserRates& rates = user.rates ? *user.rates : none;
    writer.object()
        .field("hashrate5m", ckpool_rate(rates.five_minutes))
        .field("hashrate1hr", ckpool_rate(rates.hour))
        .field("hashrate1d", ckpool_rate(user.day))
        .field("lastshare", user.last_share ? unix_seconds(*user.last_share) : 0)
        .field("workers", rates.active_workers)
        .field("authorised", unix_seconds(user.first_seen))
        .key("worker")
        .array();
    for (const WorkerRates& worker : user.workers) {
        writer.object()
            .field("workername", name + "." + worker.worker)
            .field("hashrate5m", ckpool_rate(worker.five_minutes))
            .field("hashrate1hr", ckpool_rate(worker.hour))
            .field("lastshare", unix_seconds(worker.last_share))
            .end();
    }
    return writer.end().end().take() + "\n";
}

}  // namespace lode::statshttpd
