// All sessions of one event loop and their stream of shares. Sockets, bus and clock are behind
// LoopPort and the arguments.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/slab.hpp"
#include "sserver/conduct.hpp"
#include "sserver/guard.hpp"
#include "sserver/job_book.hpp"
#include "sserver/log_address.hpp"
#include "sserver/log_limit.hpp"
#include "sserver/probe.hpp"
#include "sserver/session.hpp"
#include "sserver/share_stream.hpp"

namespace lode::sserver {

// What the sessions of a loop want done. A client that is gone is passed over.
// Shares go out by SharePort; their outcomes are the stream's.
class LoopPort : public SharePort {
  public:
    virtual void send(ClientId client, std::string_view text) = 0;
    virtual void send(ClientId client, const SharedText& text) = 0;
    virtual void close(ClientId client) = 0;
    virtual void look_at(ClientId client, SteadyTime when) = 0;
    // Has another loop let_go() of a session; then comes LoopSessions::resume(client). False when
    // there is no such loop.
    [[nodiscard]] virtual bool ask_to_let_go(const SessionId& session, ClientId client) = 0;
    // Comes back by LoopSessions::solved_safe.
    virtual void solved(const std::shared_ptr<const v1::SolvedShare>& share) = 0;
};

struct LoopSessionsOptions {
    const SessionRules& rules;
    SessionNumbers& numbers;
    ParkedSessions& parked;
    std::uint16_t loop = 0;  // its number
    Guard& guard;            // of all loops
    ConductRules conduct{};
    LogAddresses log_addresses = LogAddresses::full;
    ShareStreamOptions stream;
    Duration job_life = std::chrono::minutes(10);
};

// What miners are told, and whether that is the last of it.
struct Notice {
    std::optional<std::string> user;    // nobody: all who work
    std::optional<std::string> worker;  // of the user; nobody: all
    SharedText line;                    // whole lines
    enum class Then : std::uint8_t { go_on, close } then = Then::go_on;
};

class LoopSessions {
  public:
    // All arguments outlive it.
    LoopSessions(const LoopSessionsOptions& options, LoopPort& port, LoopProbe& probe);

    // Who comes, from where.
    struct Visitor {
        ClientId client;
        IpAddress address;
    };
    // Whether the guard lets a connection of this address in; then it counts there until it is
    // turned back or, once opened, closed.
    [[nodiscard]] bool admit(const IpAddress& address, SteadyTime now);
    // One that was admitted.
    void opened(const Visitor& visitor, const ListenerRules& rules, SteadyTime now);
    void line(ClientId client, std::string_view line, Moment now);
    // One that nobody answers any more: only a block in it counts.
    void late_line(ClientId client, std::string_view line, Moment now);
    void look(ClientId client, SteadyTime now);
    // Tells the miner why (client.show_message) and closes.
    void dismiss(ClientId client, std::string_view reason);
    // How a connection ended: in words, and what the miner did if it was its doing.
    struct Ending {
        std::string_view reason;
        std::optional<Offence> offence{};
    };
    void closed(ClientId client, const Ending& ending, SteadyTime now);
    // An admitted connection ended before it was opened.
    void turned_back(const IpAddress& address, const Ending& ending, SteadyTime now);

    // Parks the session if it still has a connection here, which is closed: its miner has another.
    void let_go(const SessionId& session, SteadyTime now);
    // The client who waits for its old session may go on with it now, if it is there.
    void resume(ClientId client, Moment now);

    // To every working session.
    void job(const JobPtr& job, SteadyTime now);

    // The solved share is on its ways and on disk.
    void solved_safe(const std::string& block_hash);
    // To be told what becomes of its shares, and looked at.
    [[nodiscard]] ShareStream& stream() { return stream_; }

    // The work in hand is worth nothing: shares are refused as stale (and still compared with the
    // network's target). `farewell`, whole lines, goes to every miner.
    void no_work(const SharedText& farewell);
    // The newest job is worth mining after all; a new job says so by itself.
    void work_again() { book_.reinstate(); }
    void close_all();
    void tell_miners(const Notice& notice);
    // All that `ban` is for.
    void close_banned(const Ban& ban);

    [[nodiscard]] std::size_t shares_under_way() const {
        return stream_.under_way() + held_.size();
    }

  private:
    // Solutions of one job are rivals for one block. On a chain as easy as regtest's every share
    // is one; the nodes need not see more than these.
    static constexpr std::size_t solved_per_job_max = 1'000;

    struct Client {
        ClientId id;
        IpAddress address;
        Conduct conduct;
        Session session;
    };
    [[nodiscard]] Client* find(ClientId client);
    // Whether the client's old session is on another loop, and its answer comes later.
    [[nodiscard]] bool waits_for_session(Client& client, const stratum::Request& request,
                                         SteadyTime now);
    // Whether the session goes on with the one that was parked under the key.
    [[nodiscard]] bool go_on(Session& session, std::uint64_t key, SteadyTime now);
    void park(Session& session, SteadyTime now);
    void act(Client& client, const stratum::Request& request, Moment now);
    void malformed(Client& client, const Error& error, SteadyTime now);
    // By its verdict, its refused or granted login.
    [[nodiscard]] std::optional<Offence> judge(Client& client, const Reply& reply, SteadyTime now);
    void offended(Client& client, std::optional<Offence> offence, SteadyTime now);
    // A line in the log, unless there are too many of the kind.
    void tell(std::string_view what, const IpAddress& address, std::string_view reason,
              SteadyTime now);
    // `request_id` is that of the request replied to.
    void carry_out(Client& client, Reply reply, std::string_view request_id, SteadyTime now);
    // A share that must become durable, and who waits for that.
    struct Good {
        std::shared_ptr<v1::Share> share;
        WaitingAnswer waiting;
    };
    void pass_on_solved(const std::shared_ptr<const v1::SolvedShare>& solved);
    void store(Good good);
    void answer(const WaitingAnswer& answer, SteadyTime now);
    void hold_until_safe(const std::shared_ptr<const v1::SolvedShare>& solved, Good good);

    Guard& guard_;
    const ConductRules conduct_;
    const LogAddresses log_addresses_;
    LogLimit log_limit_;
    LoopPort& port_;
    LoopProbe& probe_;
    JobBook book_;
    MerkleRoots roots_;
    SessionWorld world_;
    ShareStream stream_;
    stratum::RequestReader reader_;
    Slab<Client> clients_;
    // A subscription that waits for its old session to come from another loop.
    struct Returning {
        std::string request_id;
        std::uint64_t key;
    };
    std::unordered_map<ClientId, Returning> returning_;  // one a connection at most
    bool storing_ = true;                                // the stream took the last share
    // Shares that solve a block, by its hash. They go to the bus, and so are answered, only when
    // their block is safe: who heard `true` for a block will find it.
    std::unordered_map<std::string, Good> held_;
    JobId solved_job_;
    std::size_t solved_count_ = 0;
};

}  // namespace lode::sserver
