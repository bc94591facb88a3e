// What each request of a miner does.
#include "sserver/session.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/messages/share.pb.h"
#include "common/messages/solved.pb.h"
#include "common/stratum/response.hpp"
#include "sserver/password_options.hpp"

namespace lode::sserver {
namespace {

Reply text_reply(std::string text) {
    Reply reply;
    reply.text = std::move(text);
    return reply;
}

Reply refusal(std::string_view id, ShareVerdict verdict) {
    Reply reply = text_reply(stratum::error_line(id, reject_code(verdict), reject_text(verdict)));
    reply.verdict = verdict;
    return reply;
}

Reply login_refusal(std::string_view id, std::string_view reason) {
    Reply reply = text_reply(stratum::error_line(id, stratum::RejectCode::unauthorised, reason));
    reply.login_refusal = reason;
    return reply;
}

// A jobmaker of an earlier version may take over: better another pool than no work.
Reply no_solo_work() {
    Reply reply =
        text_reply(stratum::show_message_line("the pool has no work for solo miners now"));
    reply.close = true;
    return reply;
}

}  // namespace

Session::Session(const SessionWorld& world, const ListenerRules& rules, std::uint32_t slot,
                 SteadyTime now)
    : world_(&world),
      listener_(&rules),
      heard_(now),
      slot_(slot),
      vardiff_(rules.vardiff, rules.start_exponent, now),
      solo_(rules.reward == Reward::solo ? std::make_unique<SoloMiner>() : nullptr) {
    if (rules.fixed) vardiff_.fix(rules.start_exponent, now);
}

void Session::resume(ResumableSession left, SteadyTime now) {
    LODE_ASSERT(!number_);
    key_ = world_->parked.random();
    number_ = left.number;
    targets_ = std::move(left.targets);
    seen_ = std::move(left.seen);
    vardiff_.resume(left.exponent, now);
    // Who rolls versions asks for leave anew, most of them; who does not had it.
    if (version_mask_ == 0) version_mask_ = told_mask_ = left.version_mask;
}

ResumableSession Session::leave() {
    LODE_ASSERT(number());
    left_ = true;
    return ResumableSession{.number = *number_,
                            .targets = targets_,  // of block_in() too
                            .seen = std::move(seen_),
                            .version_mask = version_mask_,
                            .exponent = vardiff_.exponent(),
                            .reward = listener_->reward};
}

Reply Session::receive(const stratum::Request& request, Moment now) {
    Reply reply =
        std::visit([&](const auto& body) { return answer(request.id, body, now); }, request.body);
    if (working()) heard_ = now.steady;
    return reply;
}

Reply Session::answer(std::string_view id, const stratum::Configure& request, Moment now) {
    stratum::ConfigureResult result;
    result.unknown = request.unknown;
    if (request.version_rolling) {
        version_mask_ = world_->rules.version_mask & request.version_rolling->mask;
        const JobPtr job = world_->book.current();
        told_mask_ = version_mask_ & (job ? job->version_mask : version_mask_);
        result.version_mask = told_mask_;
    }
    if (request.minimum_difficulty) {
        const auto& asked = *request.minimum_difficulty;
        result.minimum_difficulty = asked ? stratum::Granted::yes : stratum::Granted::no;
        if (asked) {
            vardiff_.set_floor(exponent_not_below(bitcoin::target_of_difficulty(*asked)),
                               now.steady);
        }
    }
    // The extranonce of a session never changes, so there is nothing to refuse.
    if (request.subscribe_extranonce) result.subscribe_extranonce = stratum::Granted::yes;
    if (request.info) result.info = stratum::Granted::yes;
    return text_reply(stratum::configure_line(id, result));
}

Reply Session::answer(std::string_view id, const stratum::Subscribe& request, Moment now) {
    named_ = named_ || !request.agent.empty();
    if (!number_) {
        auto number = world_->numbers.take(world_->book.oldest_arrival(now.steady));
        if (!number) {
            Reply reply = text_reply(stratum::error_line(id, stratum::RejectCode::other,
                                                         "no room for another session now"));
            reply.close = true;
            return reply;
        }
        number_ = number.value();
        key_ = world_->parked.random();
    }
    Bytes mine;
    append_be(mine, extranonce1(world_->rules.server_id, *number_));
    Reply reply = text_reply(stratum::subscribe_line(id, {.session_id = session_id_text(this->id()),
                                                          .extranonce1 = std::move(mine),
                                                          .extranonce2_size = extranonce2_size}));
    begin(reply, now.steady);
    return reply;
}

Reply Session::answer(std::string_view id, const stratum::Authorize& request, Moment now) {
    if (worker(request.user) == nullptr) {
        auto parsed = parse(request.user);
        if (!parsed) return login_refusal(id, parsed.error().context);
        if (workers_.size() >= world_->rules.workers_max) {
            return login_refusal(id, "too many workers on one connection");
        }
        if (workers_.empty()) workers_.reserve(1);  // most connections have one
        workers_.push_back(std::make_unique<const Worker>(std::move(parsed).value()));
    }
    heed(request.password, now.steady);
    // With a job under way it comes again when the password asks for another difficulty.
    Reply reply = text_reply(stratum::true_line(id) + reissue());
    begin(reply, now.steady);
    return reply;
}

Result<Worker> Session::parse(std::string_view login) {
    const UserRules& users = world_->rules.users;
    return solo_ ? solo_->login(login, users.network) : parse_login(login, users);
}

void Session::heed(std::string_view password, SteadyTime now) {
    const PasswordOptions options = parse_password(password);
    if (options.least) vardiff_.set_floor(*options.least, now);
    if (options.fixed && !listener_->fixed) vardiff_.fix(*options.fixed, now);
}

void Session::begin(Reply& reply, SteadyTime now) {
    const JobPtr job = world_->book.current();
    if (!job || begun_) return;
    Reply first = offer(job, now);
    if (working() && !named_) reply.text += stratum::get_version_line(0);
    reply.text += first.text;
    reply.notify = std::move(first.notify);
    reply.close = first.close;
}

Reply Session::offer(const JobPtr& job, SteadyTime now) {
    if (!working()) return {};
    if (solo_ && solo_->coinbase(*job) == nullptr) return no_solo_work();
    // A resumed session may have had this job on another loop, which hears of it a little sooner.
    const auto last = targets_.last();
    if (last && last->job > job->id) return {};
    if (last && last->job == job->id) return again(job);
    if (begun_) vardiff_.look(now);
    const bool first = !begun_;
    const auto before = targets_.last_exponent();
    targets_.assign(job->id, wished_for(*job), world_->book.oldest());
    Reply reply = text_reply(announce(*job, before));
    show(reply, *job, first ? stratum::CleanJobs::yes : job->clean);
    return reply;
}

void Session::show(Reply& reply, const Job& job, stratum::CleanJobs clean) {
    if (solo_) {
        reply.text += job.line_with(coinbase_suffix(job), clean);
    } else {
        reply.notify = clean == stratum::CleanJobs::yes ? job.line_clean : job.line;
    }
}

ByteView Session::coinbase_suffix(const Job& job) {
    const OwnCoinbase* own = solo_ ? solo_->coinbase(job) : nullptr;
    return own != nullptr ? own->suffix : job.coinbase_suffix;
}

// The newest job to a connection that goes on with a session which had it.
Reply Session::again(const JobPtr& job) {
    if (std::string other = reissue(); !other.empty()) return text_reply(std::move(other));
    const JobIssue last = *targets_.last();
    begun_ = true;
    Reply reply = text_reply(
        stratum::set_difficulty_line(stratum::power_of_two(targets_.last_exponent().value())));
    if (last.reissue == 0) {
        show(reply, *job, stratum::CleanJobs::yes);
    } else {
        const Salt salt = targets_.find(last).value().salt.value();
        reply.text += job->reissue_line(last.reissue, salt, coinbase_suffix(*job));
    }
    return reply;
}

// Lines that go before the job last assigned, when something is new with it.
std::string Session::announce(const Job& job, std::optional<int> before) {
    std::string text;
    const int exponent = targets_.last_exponent().value();
    if (!begun_ || before != exponent)
        text += stratum::set_difficulty_line(stratum::power_of_two(exponent));
    const std::uint32_t mask = version_mask_ & job.version_mask;
    if (mask != told_mask_) text += stratum::set_version_mask_line(mask);
    told_mask_ = mask;
    begun_ = true;
    return text;
}

int Session::wished_for(const Job& job) const {
    return std::min(vardiff_.exponent(), job.network_exponent);
}

// The newest job once more with another difficulty; nothing when that changes nothing.
std::string Session::reissue() {
    const auto last = targets_.last();
    const JobPtr job = world_->book.current();
    if (!working()) return {};  // a resumed session, whose miner has not logged in again
    if (!last || !job || last->job != job->id || !job->salted) return {};
    const auto before = targets_.last_exponent();
    if (wished_for(*job) == before) return {};
    Salt salt;
    store_be(salt.data(), static_cast<std::uint32_t>(world_->parked.random()));
    const auto issue = targets_.reissue(wished_for(*job), salt);
    if (!issue) return {};
    return announce(*job, before) + job->reissue_line(issue->reissue, salt, coinbase_suffix(*job));
}

Reply Session::answer(std::string_view id, const stratum::Submit& request, Moment now) {
    if (!request.fault.empty()) {
        Reply reply =
            text_reply(stratum::error_line(id, stratum::RejectCode::other, request.fault));
        reply.solved = block_in(request, now);
        return reply;
    }
    if (!number_) {
        Reply reply = text_reply(stratum::error_line(id, stratum::RejectCode::not_subscribed));
        reply.verdict = ShareVerdict::refused;
        return reply;
    }
    const JobBook::Entry* entry = entry_of(request);
    if (entry == nullptr) return refusal(id, ShareVerdict::stale);
    if (request.extranonce2.size() != extranonce2_size) {
        Reply reply = text_reply(
            stratum::error_line(id, stratum::RejectCode::other, "extranonce2 must be 8 bytes"));
        reply.verdict = ShareVerdict::refused;
        return reply;
    }
    return judged(id, claim_of(request, *entry), now);
}

// Null for an unknown job.
const JobBook::Entry* Session::entry_of(const stratum::Submit& submit) const {
    return world_->book.find(parse_wire_id(submit.job.value_or(JobId())).job);
}

ShareClaim Session::claim_of(const stratum::Submit& submit, const JobBook::Entry& entry) const {
    const auto sent = targets_.find(parse_wire_id(submit.job.value()));
    return {.job = *entry.job,
            // A job never sent here is unknown, but may still be solved.
            .standing = sent ? entry.standing : Standing::stale,
            .extranonce1 = extranonce1(world_->rules.server_id, *number_),
            .version_mask = version_mask_,
            .exponent = sent ? sent->exponent : exponent_max,
            .salt = sent ? sent->salt : std::nullopt,
            .worker = worker(submit.user),
            .submit = submit,
            .oldest_job = world_->book.oldest(),
            .roots = world_->roots,
            .own = solo_ ? solo_->coinbase(*entry.job) : nullptr};
}

std::shared_ptr<const v1::SolvedShare> Session::block_in(const stratum::Submit& submit,
                                                         Moment now) const {
    const JobBook::Entry* entry = entry_of(submit);
    if (!number_ || entry == nullptr || submit.extranonce2.size() != extranonce2_size) {
        return nullptr;
    }
    const ShareClaim claim = claim_of(submit, *entry);
    const bitcoin::ShareCheck checked = check(claim);
    if (!checked.meets_network_target) return nullptr;
    return make_solved({world_->rules.origin, claim, checked, now.unix});
}

Reply Session::judged(std::string_view id, const ShareClaim& claim, Moment now) {
    const Judgement judgement = judge(claim, seen_, now.steady);
    const bool accepted = judgement.verdict == ShareVerdict::accepted;
    Reply reply;
    if (!accepted) reply = refusal(id, judgement.verdict);
    const ShareFacts facts{world_->rules.origin, claim, judgement.check, now.unix};
    if (judgement.check.meets_network_target) reply.solved = make_solved(facts);
    if (!accepted) return reply;
    reply.verdict = ShareVerdict::accepted;
    reply.share = make_share(facts);
    if (vardiff_.share(claim.exponent, now.steady) == Flood::yes) reply.text = reissue();
    return reply;
}

Reply Session::suggested(std::string_view id, const bitcoin::Uint256& target, Moment now) {
    vardiff_.suggest(exponent_not_above(target), now.steady);
    return text_reply(stratum::true_line(id) + reissue());
}

Reply Session::answer(std::string_view id, const stratum::SuggestDifficulty& request, Moment now) {
    return suggested(id, bitcoin::target_of_difficulty(request.difficulty), now);
}

Reply Session::answer(std::string_view id, const stratum::SuggestTarget& request, Moment now) {
    return suggested(id, request.target, now);
}

Reply Session::answer(std::string_view id, const stratum::ExtranonceSubscribe&, Moment) {
    return text_reply(stratum::true_line(id));
}

Reply Session::answer(std::string_view id, const stratum::Ping&, Moment) {
    return text_reply(stratum::result_line(id, "\"pong\""));
}

// The count only: the transactions themselves are blkmaker's, and megabytes.
Reply Session::answer(std::string_view id, const stratum::GetTransactions&, Moment) {
    const JobPtr job = world_->book.current();
    return text_reply(stratum::result_line(id, std::to_string(job ? job->transaction_count : 0)));
}

Reply Session::answer(std::string_view, const stratum::ClientAnswer&, Moment) {
    return {};
}

Reply Session::answer(std::string_view id, const stratum::UnknownMethod&, Moment) {
    return text_reply(stratum::error_line(id, stratum::RejectCode::other, "unknown method"));
}

Reply Session::answer(std::string_view id, const stratum::BadParameters& request, Moment) {
    return text_reply(stratum::error_line(id, stratum::RejectCode::other, request.reason));
}

bool Session::has(std::string_view user, const std::optional<std::string>& worker) const {
    return std::ranges::any_of(workers_, [&](const auto& known) {
        return known->user == user && (!worker || known->name == *worker);
    });
}

const Worker* Session::worker(std::string_view login) const {
    const auto found = std::find_if(workers_.begin(), workers_.end(),
                                    [&](const auto& one) { return one->login == login; });
    return found == workers_.end() ? nullptr : found->get();
}

std::optional<SteadyTime> Session::next_look(SteadyTime now) const {
    const SteadyTime end =
        heard_ + (working() ? world_->rules.idle_timeout : world_->rules.login_timeout);
    if (now >= end) return std::nullopt;
    return end;
}

}  // namespace lode::sserver
