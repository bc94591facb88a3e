// Requests by id, and what each line of the pool changes. Difficulty, extranonce and version mask
// hold from the next job on, as Stratum has it.
#include "miner/session.hpp"

#include "common/base/log.hpp"
#include "common/bitcoin/target.hpp"
#include "common/stratum/fields.hpp"

namespace lode::miner {

namespace {

// All the bits BIP 320 leaves to miners; the pool grants what it allows of them.
constexpr std::uint32_t version_mask_wanted = 0x1fffe000;
// A durable answer takes milliseconds; a pool that needs this long has lost us.
constexpr Duration answer_timeout = std::chrono::seconds(60);

}  // namespace

Session::Session(SessionOptions options) : options_(std::move(options)) {}

std::uint64_t Session::ask(Asked what, SteadyTime now) {
    pending_.emplace(next_id_, Pending{what, now});
    return next_id_++;
}

Actions Session::connected(SteadyTime now) {
    std::string lines = stratum::configure_request(ask(Asked::configure, now), version_mask_wanted);
    lines +=
        stratum::subscribe_request(ask(Asked::subscribe, now), options_.agent, options_.resume_id);
    lines +=
        stratum::authorize_request(ask(Asked::authorize, now), options_.user, options_.password);
    return {Send{std::move(lines)}};
}

Actions Session::line(std::string_view line) {
    auto parsed = stratum::parse_pool_line(line);
    if (!parsed) return {Close{"the pool speaks no Stratum: " + parsed.error().context}};
    stratum::PoolMessage& message = parsed.value();
    if (const auto* found = std::get_if<stratum::Answer>(&message.body)) return answer(*found);
    if (auto* found = std::get_if<stratum::PoolJob>(&message.body)) return job(std::move(*found));
    if (const auto* found = std::get_if<stratum::SetDifficulty>(&message.body)) {
        difficulty_ = found->difficulty;
    } else if (const auto* mask = std::get_if<stratum::SetVersionMask>(&message.body)) {
        version_mask_ = mask->mask & version_mask_wanted;
    } else if (auto* extranonce = std::get_if<stratum::SetExtranonce>(&message.body)) {
        extranonce1_ = std::move(extranonce->extranonce1);
        extranonce2_size_ = extranonce->extranonce2_size;
    } else if (const auto* away = std::get_if<stratum::Reconnect>(&message.body)) {
        return reconnect(away->to);
    } else if (const auto* shown = std::get_if<stratum::ShowMessage>(&message.body)) {
        log::info("message from the pool", {{"text", shown->text}});
    } else if (std::holds_alternative<stratum::GetVersion>(message.body)) {
        return {Send{stratum::version_answer(message.id, options_.agent)}};
    } else if (std::holds_alternative<stratum::PoolPing>(message.body)) {
        return {Send{stratum::result_line(message.id, "\"pong\"")}};
    }
    return {};
}

Actions Session::answer(const stratum::Answer& answer) {
    const auto pending = pending_.find(answer.id);
    if (pending == pending_.end()) return {};
    const Asked what = pending->second.what;
    pending_.erase(pending);
    switch (what) {
        case Asked::configure:
            // A pool without the extension refuses the whole request, which is as good as no.
            if (!answer.rejection) {
                version_mask_ = stratum::granted_version_mask(answer.result) & version_mask_wanted;
            }
            return {};
        case Asked::subscribe:
            return subscribed(answer);
        case Asked::authorize:
            return authorisation(answer);
        case Asked::submit:
            if (answer.rejection) return {ShareRejected{*answer.rejection}};
            return {ShareAccepted{}};
    }
    return {};
}

Actions Session::subscribed(const stratum::Answer& answer) {
    if (answer.rejection) return {Close{"subscription refused: " + answer.rejection->text}};
    auto result = stratum::parse_subscribe_result(answer.result);
    if (!result) return {Close{result.error().context}};
    session_id_ = std::move(result.value().session_id);
    extranonce1_ = std::move(result.value().extranonce1);
    extranonce2_size_ = result.value().extranonce2_size;
    subscribed_ = true;
    return {};
}

Actions Session::authorisation(const stratum::Answer& answer) {
    if (answer.rejection) return {AuthorisationRefused{*answer.rejection}};
    authorised_ = true;
    return current_work();
}

Actions Session::job(stratum::PoolJob job) {
    if (!subscribed_) return {Close{"the pool gave a job before the subscription"}};
    const auto network_target = bitcoin::target_from_bits(job.bits);
    if (!network_target) return {Close{"the pool's job has no target: " + job.id}};
    if (job.clean == stratum::CleanJobs::yes) ++tip_;
    auto work = std::make_shared<Work>();
    work->extranonce1 = extranonce1_;
    work->extranonce2_size = extranonce2_size_;
    work->version_mask = version_mask_;
    work->share_target = bitcoin::target_of_difficulty(difficulty_);
    work->network_target = network_target.value();
    work->connection = options_.connection;
    work->tip = tip_;
    log::debug("job", {{"id", job.id},
                       {"clean", job.clean == stratum::CleanJobs::yes},
                       {"difficulty", difficulty()}});
    work->job = std::move(job);
    work_ = std::move(work);
    return current_work();
}

Actions Session::current_work() const {
    if (!authorised_ || !work_) return {};
    return {SetWork{work_}};
}

Actions Session::reconnect(const stratum::ReconnectTo& to) const {
    // Another host is not followed: the wire is not authenticated, and whoever can write to it
    // could lead the work away.
    const bool here = to.host.empty() || to.host == options_.host;
    if (!here) log::warn("the pool names another host, not followed", {{"host", to.host}});
    return {Close{"the pool asks to reconnect", here ? to.port : std::uint16_t{0},
                  std::chrono::seconds(to.wait_seconds)}};
}

Actions Session::found(const Found& found, SteadyTime now) {
    if (found.work->connection != options_.connection) return {};
    stratum::SubmitFields fields{.user = options_.user,
                                 .job_id = found.work->job.id,
                                 .extranonce2 = found.extranonce2,
                                 .time = found.work->job.time,
                                 .nonce = found.hit.nonce};
    if (found.work->version_mask != 0) fields.version_bits = found.version_bits;
    return {Send{stratum::submit_request(ask(Asked::submit, now), fields)}};
}

Actions Session::tick(SteadyTime now) {
    if (pending_.empty() || now - pending_.begin()->second.since < answer_timeout) return {};
    return {Close{"no answer for 60 s"}};
}

std::string Session::difficulty() const {
    return stratum::difficulty_decimal(difficulty_);
}

}  // namespace lode::miner
