// JSON for programs, text for people.
#include "tests/bench/load/results.hpp"

#include <algorithm>
#include <cstdio>

#include "common/json/writer.hpp"

namespace lode::load {

namespace {

constexpr double nanoseconds_a_second = 1e9;

void add(json::Writer& to, std::string_view name, const Histogram& histogram) {
    to.key(name).object().field("count", histogram.count()).field("p50", histogram.at(500));
    to.field("p90", histogram.at(900)).field("p99", histogram.at(990));
    to.field("p999", histogram.at(999)).field("max", histogram.max()).end();
}

void add(json::Writer& to, const Shares& shares) {
    to.key("shares").object().field("sent", shares.sent).field("accepted", shares.accepted);
    to.key("refused").object();
    for (const auto& [code, refusals] : shares.refused) {
        to.field(std::to_string(code), refusals.count);
    }
    to.end().field("unanswered", shares.unanswered).field("not_sent", shares.not_sent);
    to.field("not_found", shares.not_found);
    to.field("answered_in_time", shares.answered_in_time);
    add(to, "latency_ns", shares.latency);
    to.key("solved").array();
    for (const Solved& solved : shares.solved) {
        to.object().field("hash", solved.hash).field("sent_at_ns", solved.sent_at_ns).end();
    }
    to.end().end();
}

void add(json::Writer& to, const std::deque<Spread>& spreads) {
    to.key("jobs").array();
    for (const Spread& spread : spreads) {
        to.object().field("id", spread.job.id).field("line", spread.line);
        to.field("previous", bitcoin::to_display_hex(spread.job.prev_hash));
        to.field("branch", spread.job.merkle_branch.size()).field("clients", spread.clients);
        to.field("first_at_ns", spread.first_ns).field("last_at_ns", spread.last_ns).end();
    }
    to.end();
}

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string milliseconds(const std::string& name, const Histogram& histogram) {
    const auto ms = [](std::int64_t ns) { return fixed(static_cast<double>(ns) / 1e6, 2); };
    return name + "p50 " + ms(histogram.at(500)) + "  p90 " + ms(histogram.at(900)) + "  p99 " +
           ms(histogram.at(990)) + "  p99.9 " + ms(histogram.at(999)) + "  max " +
           ms(histogram.max()) + " ms\n";
}

std::string text_of(const Shares& shares, double seconds) {
    std::string text = "shares     " + std::to_string(shares.sent) + " sent, " +
                       std::to_string(shares.accepted) + " accepted, " +
                       fixed(static_cast<double>(shares.answered_in_time) / seconds, 0) +
                       " answered a second\n";
    for (const auto& [code, refusals] : shares.refused) {
        text += "refused    " + std::to_string(refusals.count) + " with code " +
                std::to_string(code) + " " + refusals.text + "\n";
    }
    if (shares.unanswered + shares.not_sent > 0) {
        text += "missing    " + std::to_string(shares.unanswered) + " unanswered, " +
                std::to_string(shares.not_sent) + " not sent\n";
    }
    if (shares.not_found > 0) {
        text += "no share   the pool's difficulty is not for such shares: tried " +
                std::to_string(shares.not_found) + " times\n";
    }
    if (!shares.solved.empty()) {
        text += "solved     " + std::to_string(shares.solved.size()) + " blocks\n";
    }
    return text + milliseconds("answer     ", shares.latency);
}

std::string text_of(const std::deque<Spread>& spreads) {
    Histogram apart;
    std::uint64_t least = UINT64_MAX;
    for (std::size_t i = 1; i < spreads.size(); ++i) {  // the first came with the logins
        apart.add(spreads[i].last_ns - spreads[i].first_ns);
        least = std::min(least, spreads[i].clients);
    }
    if (apart.count() == 0) return "jobs       none after the logins\n";
    return "jobs       " + std::to_string(apart.count()) + " after the logins, each to " +
           std::to_string(least) + " or more\n" + milliseconds("spread     ", apart);
}

}  // namespace

std::string to_json(const Options& options, const Swarm& swarm, const Results& results,
                    const std::vector<Tip>& tips) {
    json::Writer writer;
    writer.object().field("connections", options.connections).field("logins", results.logins);
    writer.field("lost", swarm.lost()).key("losses").object();
    for (const auto& [why, count] : swarm.losses()) writer.field(why, count);
    writer.end().field("gathered_ns", results.gathered_ns).field("lasted_ns", results.lasted_ns);
    add(writer, "login_ns", results.login);
    if (options.mode == Mode::submit) add(writer, results.shares);
    add(writer, swarm.jobs().spreads());
    writer.key("tips").array();
    for (const Tip& tip : tips) {
        writer.object().field("hash", tip.hash).field("at_ns", tip.at_ns).end();
    }
    return writer.end().end().take() + "\n";
}

std::string to_text(const Options& options, const Swarm& swarm, const Results& results) {
    const double seconds = static_cast<double>(results.lasted_ns) / nanoseconds_a_second;
    std::string text = "logins     " + std::to_string(results.logins) + ", " +
                       fixed(static_cast<double>(results.gathered_ns) / nanoseconds_a_second, 3) +
                       " s until the last, " + std::to_string(swarm.lost()) + " lost\n";
    for (const auto& [why, count] : swarm.losses()) {
        text += "lost       " + std::to_string(count) + ": " + why + "\n";
    }
    text += milliseconds("login      ", results.login);
    if (options.mode == Mode::submit) text += text_of(results.shares, seconds);
    if (options.mode == Mode::notify) text += text_of(swarm.jobs().spreads());
    return text;
}

}  // namespace lode::load
