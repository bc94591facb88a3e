// One miner's connection as Stratum V1 sees it: a request and the time in, a reply out. It opens
// no socket and waits for nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/stratum/request.hpp"
#include "sserver/assigned_targets.hpp"
#include "sserver/duplicate_filter.hpp"
#include "sserver/job_book.hpp"
#include "sserver/listener_rules.hpp"
#include "sserver/moment.hpp"
#include "sserver/parked_sessions.hpp"
#include "sserver/session_id.hpp"
#include "sserver/session_numbers.hpp"
#include "sserver/share_message.hpp"
#include "sserver/share_validator.hpp"
#include "sserver/solo_miner.hpp"
#include "sserver/users.hpp"
#include "sserver/vardiff.hpp"

namespace lode::sserver {

// The same for all sessions.
struct SessionRules {
    Origin origin;
    std::uint16_t server_id = 1;
    UserRules users;
    std::vector<ListenerRules> listeners;     // in the order of the configuration
    std::uint32_t version_mask = 0x1fffe000;  // BIP 320: what miners may roll at most
    Duration login_timeout = std::chrono::seconds(30);
    Duration idle_timeout = std::chrono::hours(1);
    // A farm behind one connection names each of its machines; a proxy with more opens more.
    std::uint32_t workers_max = 64;
};

// What a session looks into; all of it outlives the session.
struct SessionWorld {
    const SessionRules& rules;
    const JobBook& book;
    SessionNumbers& numbers;
    ParkedSessions& parked;
    MerkleRoots& roots;
    std::uint16_t loop = 0;  // number of the event loop
};

// What is to be done for the session after an event.
struct Reply {
    std::string text{};   // whole lines; sent first
    SharedText notify{};  // sent then
    // Accepted: to be made durable, then answered true.
    std::shared_ptr<v1::Share> share{};
    // To be sent to the nodes at once, whatever the verdict.
    std::shared_ptr<const v1::SolvedShare> solved{};
    std::optional<ShareVerdict> verdict{};  // of a submit
    std::string login_refusal{};            // why a login was refused; empty: none was
    bool close = false;                     // once all is sent
};

class Session {
  public:
    // World and rules outlive it; the slot is that of its connection.
    Session(const SessionWorld& world, const ListenerRules& rules, std::uint32_t slot,
            SteadyTime now);

    [[nodiscard]] Reply receive(const stratum::Request& request, Moment now);
    // Null unless the submit solves a block: for submits that are not judged otherwise. Nothing is
    // credited, nothing remembered.
    [[nodiscard]] std::shared_ptr<const v1::SolvedShare> block_in(const stratum::Submit& submit,
                                                                  Moment now) const;
    // The newest job of the book; nothing before the miner is subscribed and authorised.
    [[nodiscard]] Reply offer(const JobPtr& job, SteadyTime now);

    // When to look again whether the session still lives; empty: close it now.
    [[nodiscard]] std::optional<SteadyTime> next_look(SteadyTime now) const;

    // Goes on where another connection left off; before the subscription is answered.
    void resume(ResumableSession left, SteadyTime now);
    // What another connection may go on with, and the number, which this one has no longer: only
    // block_in() may follow. Asserts that it is subscribed.
    [[nodiscard]] ResumableSession leave();

    // Empty before the subscription and once it was left.
    [[nodiscard]] std::optional<SessionNumber> number() const {
        return left_ ? std::nullopt : number_;
    }
    // Of the subscription.
    [[nodiscard]] SessionId id() const { return {key_, {world_->loop, slot_}}; }
    [[nodiscard]] const ListenerRules& listener() const { return *listener_; }
    [[nodiscard]] bool authorised() const { return !workers_.empty(); }
    // Whether this user is logged in here, by this worker where one is given.
    [[nodiscard]] bool has(std::string_view user, const std::optional<std::string>& worker) const;
    // Subscribed and authorised: it is sent jobs.
    [[nodiscard]] bool working() const { return number() && authorised(); }

  private:
    [[nodiscard]] Reply answer(std::string_view id, const stratum::Configure& request, Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::Subscribe& request, Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::Authorize& request, Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::Submit& request, Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::SuggestDifficulty& request,
                               Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::SuggestTarget& request,
                               Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::ExtranonceSubscribe& request,
                               Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::Ping& request, Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::GetTransactions& request,
                               Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::ClientAnswer& request,
                               Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::UnknownMethod& request,
                               Moment now);
    [[nodiscard]] Reply answer(std::string_view id, const stratum::BadParameters& request,
                               Moment now);

    [[nodiscard]] const JobBook::Entry* entry_of(const stratum::Submit& submit) const;
    // Asserts that it is subscribed and that the submit has a job, the entry's.
    [[nodiscard]] ShareClaim claim_of(const stratum::Submit& submit,
                                      const JobBook::Entry& entry) const;
    [[nodiscard]] Reply judged(std::string_view id, const ShareClaim& claim, Moment now);
    void heed(std::string_view password, SteadyTime now);
    [[nodiscard]] Reply suggested(std::string_view id, const bitcoin::Uint256& target, Moment now);
    // The first job, as soon as there can be one.
    void begin(Reply& reply, SteadyTime now);
    // `before`: the difficulty of the job before, empty when there was none.
    [[nodiscard]] std::string announce(const Job& job, std::optional<int> before);
    // The exponent that the job should have.
    [[nodiscard]] int wished_for(const Job& job) const;
    [[nodiscard]] std::string reissue();
    [[nodiscard]] Reply again(const JobPtr& job);
    // The job's notification, of its first issue.
    void show(Reply& reply, const Job& job, stratum::CleanJobs clean);
    [[nodiscard]] ByteView coinbase_suffix(const Job& job);
    [[nodiscard]] Result<Worker> parse(std::string_view login);
    [[nodiscard]] const Worker* worker(std::string_view login) const;

    const SessionWorld* world_;
    const ListenerRules* listener_;
    SteadyTime heard_;       // opened; once it works: the last request
    std::uint64_t key_ = 0;  // of the session id
    std::uint32_t slot_;
    std::optional<SessionNumber> number_;
    std::uint32_t version_mask_ = 0;  // granted by configure
    std::uint32_t told_mask_ = 0;     // that less what the last job does not allow
    bool begun_ = false;              // the connection has had a job
    bool named_ = false;              // its program, by the subscription
    bool left_ = false;               // another connection has the session
    std::vector<std::unique_ptr<const Worker>> workers_;
    Vardiff vardiff_;
    AssignedTargets targets_;
    DuplicateFilter seen_;
    std::unique_ptr<SoloMiner> solo_;  // null: it mines for the pool
};

}  // namespace lode::sserver
