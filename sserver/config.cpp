// The table of sserver's settings.
#include "sserver/config.hpp"

#include "common/base/ip_address.hpp"
#include "common/stratum/fields.hpp"
#include "sserver/difficulty.hpp"
#include "sserver/session_numbers.hpp"

namespace lode::sserver {
namespace {

std::string difficulty_problem(const std::string& value) {
    const auto exponent = parse_exponent(value);
    return exponent ? "" : exponent.error().context;
}

std::string check_range(const std::optional<std::string>& min,
                        const std::optional<std::string>& max) {
    if (!min || !max) return {};
    const auto least = parse_exponent(*min);
    const auto most = parse_exponent(*max);
    if (least && most && least.value() > most.value()) {
        return "min_difficulty must not be above max_difficulty";
    }
    return {};
}

std::string range_problem(const std::string& value) {
    const auto range = AddressRange::parse(value);
    return range ? "" : range.error().context;
}

std::string check_listener(const ListenerConfig& listener) {
    if (listener.fixed_difficulty && listener.start_difficulty) {
        return "fixed_difficulty and start_difficulty exclude each other";
    }
    if (listener.certificate_file.has_value() != listener.key_file.has_value()) {
        return "certificate_file and key_file belong together: both or neither";
    }
    return check_range(listener.min_difficulty, listener.max_difficulty);
}

const config::Section<ListenerConfig>& listener_section() {
    static const auto table =
        config::Section<ListenerConfig>("listener", "An address that miners connect to.")
            .setting("address", &ListenerConfig::address,
                     {.help = "IPv4 or IPv6 address of this machine; 0.0.0.0 and :: stand for all, "
                              "list both for both."})
            .setting("port", &ListenerConfig::port, {.help = "TCP port.", .min = 1})
            .setting("profile", &ListenerConfig::profile,
                     {.help = "The miners it is for: asic starts at 8192, small at 2^-10, nicehash "
                              "(rented hash power) at 524288, which is also its least."})
            .setting("start_difficulty", &ListenerConfig::start_difficulty,
                     {.help = "Difficulty of a new session: a power of two, such as 8192, 0.5 or "
                              "2^-10; by default the profile's.",
                      .sample = "65536",
                      .problem = difficulty_problem})
            .setting("fixed_difficulty", &ListenerConfig::fixed_difficulty,
                     {.help = "Difficulty of every session here, within the bounds; only more than "
                              "ten shares a second raise it.",
                      .sample = "2^20",
                      .problem = difficulty_problem})
            .setting("min_difficulty", &ListenerConfig::min_difficulty,
                     {.help = "Least difficulty here, when the pool's is below it.",
                      .sample = "1024",
                      .problem = difficulty_problem})
            .setting("max_difficulty", &ListenerConfig::max_difficulty,
                     {.help = "Greatest difficulty here, when the pool's is above it.",
                      .sample = "2^40",
                      .problem = difficulty_problem})
            .setting("reward", &ListenerConfig::reward,
                     {.help = "Who gets what a block pays: the pool, which shares it out, or the "
                              "finder alone (solo), who then logs in with a payout address."})
            .setting("certificate_file", &ListenerConfig::certificate_file,
                     {.help = "Makes it a TLS port: PEM file of the certificate and of those that "
                              "vouch for it; read again on SIGHUP.",
                      .sample = "/etc/lode/pool.pem"})
            .setting("key_file", &ListenerConfig::key_file,
                     {.help = "PEM file of the certificate's key, without a password.",
                      .sample = "/etc/lode/pool.key"})
            .setting("proxy_from", &ListenerConfig::proxy_from,
                     {.help = "Addresses, or ranges such as 10.0.0.0/8, of proxies before it: they "
                              "must begin with a PROXY header (version 1 or 2), which tells the "
                              "miner's address. Nobody else's header is believed.",
                      .sample = "10.0.0.0/8",
                      .problem = range_problem})
            .check(check_listener);
    return table;
}

std::string check(const Config& config) {
    if (config.ban_time > config.ban_time_max) return "ban_time must not be above ban_time_max";
    return check_range(config.min_difficulty, config.max_difficulty);
}

config::Section<Config> difficulty_settings(config::Section<Config> table) {
    using std::chrono::minutes;
    using std::chrono::seconds;
    table
        .setting("shares_per_minute", &Config::shares_per_minute,
                 {.help = "Shares that each session is meant to send; its difficulty follows.",
                  .min = 1,
                  .max = 600})
        .setting("vardiff_window", &Config::vardiff_window,
                 {.help = "Time that a session's share rate is measured over.",
                  .min = seconds(10),
                  .max = minutes(60)})
        .setting("min_difficulty", &Config::min_difficulty,
                 {.help = "Least difficulty, a power of two.", .problem = difficulty_problem})
        .setting("max_difficulty", &Config::max_difficulty,
                 {.help = "Greatest difficulty, a power of two; the network's is never passed.",
                  .problem = difficulty_problem});
    return table;
}

config::Section<Config> limit_settings(config::Section<Config> table) {
    using config::ByteSize;
    using std::chrono::hours;
    using std::chrono::minutes;
    using std::chrono::seconds;
    table
        .setting("max_job_age", &Config::max_job_age,
                 {.help = "Without a job or heartbeat for so long, miners are sent away and nobody "
                          "is let in.",
                  .min = seconds(20),
                  .max = minutes(60)})
        .setting("job_life", &Config::job_life,
                 {.help = "Shares of a replaced job on the same tip are credited for so long.",
                  .min = seconds(10),
                  .max = minutes(60)})
        .setting("handshake_timeout", &Config::handshake_timeout,
                 {.help = "A PROXY header and a TLS handshake must be complete within this.",
                  .min = seconds(1),
                  .max = minutes(1)})
        .setting("login_timeout", &Config::login_timeout,
                 {.help = "A connection must be subscribed and authorised within this.",
                  .min = seconds(1),
                  .max = minutes(10)})
        .setting("idle_timeout", &Config::idle_timeout,
                 {.help = "A session that sends nothing for so long is closed.",
                  .min = minutes(1),
                  .max = hours(24)})
        .setting("resume_time", &Config::resume_time,
                 {.help = "A miner whose connection broke may go on with its session for so long; "
                          "0s: not at all.",
                  .min = seconds(0),
                  .max = minutes(60)})
        .setting("max_parked", &Config::max_parked,
                 {.help = "Sessions without a connection that are kept; the oldest go first.",
                  .min = 1,
                  .max = 500'000})
        .setting("max_parked_memory", &Config::max_parked_memory,
                 {.help = "Memory of the sessions that are kept; the oldest go first.",
                  .min = ByteSize{1024 * 1024},
                  .max = ByteSize{std::uint64_t{4} << 30}})
        .setting("max_connections", &Config::max_connections,
                 {.help = "Connections at a time; fewer when the process may open fewer files.",
                  .min = 1,
                  .max = 1'000'000})
        .setting("max_line", &Config::max_line,
                 {.help = "Longest line a miner may send; longer ones close the connection.",
                  .min = ByteSize{1024},
                  .max = ByteSize{stratum::request_size_max}})
        .setting("max_unread", &Config::max_unread,
                 {.help = "A miner that leaves more than this unread is closed.",
                  .min = ByteSize{64 * 1024},
                  .max = ByteSize{16 * 1024 * 1024}})
        .setting("send_timeout", &Config::send_timeout,
                 {.help = "A miner that takes nothing of what waits for it is closed after this.",
                  .min = seconds(1),
                  .max = minutes(60)});
    return table;
}

// What one connection is borne with.
config::Section<Config> conduct_settings(config::Section<Config> table) {
    table
        .setting("max_workers", &Config::max_workers,
                 {.help = "Workers of one connection.", .min = 1, .max = 10'000})
        .setting("max_malformed", &Config::max_malformed,
                 {.help = "Lines that are no requests, with the last of which a connection is "
                          "closed: an offence.",
                  .min = 1,
                  .max = 200})
        .setting("max_refused_logins", &Config::max_refused_logins,
                 {.help = "Refused logins before any granted one, with the last of which a "
                          "connection is closed: an offence, as is leaving with one.",
                  .min = 1,
                  .max = 200})
        .setting("max_invalid_percent", &Config::max_invalid_percent,
                 {.help = "With more of 100 shares invalid, or as many sent twice, a connection is "
                          "closed: an offence. Stale ones do not count; 100 turns it off.",
                  .min = 1,
                  .max = 100});
    return table;
}

// What one address is: the connections of all who share it.
config::Section<Config> address_settings(config::Section<Config> table) {
    using std::chrono::hours;
    using std::chrono::minutes;
    using std::chrono::seconds;
    table
        .setting("max_connections_per_address", &Config::max_connections_per_address,
                 {.help = "Connections of one address at a time; of IPv6 the first 64 bits count.",
                  .min = 1,
                  .max = 1'000'000})
        .setting("max_connects_per_minute", &Config::max_connects_per_minute,
                 {.help = "New connections of one address a minute.", .min = 1, .max = 1'000'000})
        .setting("ban_after", &Config::ban_after,
                 {.help = "Offences of one address within ban_window that it is banned for. More "
                          "are borne with where others mine from the same address.",
                  .min = 1,
                  .max = 1'000'000})
        .setting(
            "ban_window", &Config::ban_window,
            {.help = "Time that offences are counted over.", .min = seconds(1), .max = hours(24)})
        .setting("ban_time", &Config::ban_time,
                 {.help = "How long a ban lasts; each further one twice as long.",
                  .min = seconds(1),
                  .max = hours(24 * 30)})
        .setting("ban_time_max", &Config::ban_time_max,
                 {.help = "Longest ban. After as long without another it begins with ban_time.",
                  .min = seconds(1),
                  .max = hours(24 * 30)})
        .setting("allow", &Config::allow,
                 {.help = "Addresses and ranges that are never limited or banned.",
                  .sample = "192.0.2.0/24",
                  .problem = range_problem})
        .setting("log_addresses", &Config::log_addresses,
                 {.help = "How miners' addresses are shown in the log and in events: in full, only "
                          "their network (/24, IPv6 /48), or not at all."});
    return table;
}

config::Section<Config> storage_settings(config::Section<Config> table) {
    using config::ByteSize;
    using std::chrono::milliseconds;
    table
        .setting("ack", &Config::ack,
                 {.help = "When a good share is answered: bus = once Kafka has stored it, or the "
                          "spool here when Kafka is slow; spool = once it is on disk here, which "
                          "is right far from Kafka; fast = at once, and a crash then loses paid "
                          "work. The embedded bus is the disk here: it has no spool, and spool is "
                          "the same as bus."})
        .setting("spool_after", &Config::spool_after,
                 {.help = "With the oldest unanswered share so old, shares are written to the "
                          "spool and the bus is fed from there.",
                  .min = milliseconds(20),
                  .max = std::chrono::seconds(2)})
        .setting("spool_max", &Config::spool_max,
                 {.help = "Largest size of all spools here, 300 bytes a share; then shares are "
                          "refused.",
                  .min = ByteSize{64 * 1024 * 1024},
                  .max = ByteSize{std::uint64_t{1} << 40}});
    return table;
}

}  // namespace

const config::Section<Config>& section() {
    static const auto table = [] {
        config::Section<Config> all("sserver", "Serves miners over Stratum.");
        all.setting("health_port", &Config::health_port, config::about_health_port())
            .setting("id", &Config::id,
                     {.help = "Number of this sserver; by default one that no other sserver has is "
                              "leased from the database. Who sets it vouches that no other "
                              "sserver of the pool has it.",
                      .min = 0,
                      .max = server_id_max,
                      .sample = "1"})
            .setting("loops", &Config::loops,
                     {.help = "Event loops, by default one a core.",
                      .min = 1,
                      .max = 256,
                      .sample = "2"})
            .setting("users", &Config::users,
                     {.help = "Who may mine: payout addresses of the chain; names that are "
                              "registered in the database (lode user add); or any name of "
                              "letters, digits, - and _."})
            .setting("blkmakers", &Config::blkmakers,
                     {.help = "Health endpoints of the blkmakers that solved shares are also sent "
                              "to directly.",
                      .sample = "http://127.0.0.1:9104",
                      .schemes = {"http"}})
            .setting("backup", &Config::backup,
                     {.help = "Where miners are told to go while there is no work here; without "
                              "it they are only disconnected.",
                      .sample = "stratum+tcp://backup.example:3333",
                      .schemes = {"stratum+tcp"}})
            .setting("watch_nodes", &Config::watch_nodes,
                     {.help = "Ask the chain's nodes for their tips, and send miners away when "
                              "jobs do not follow a newer block for 10 s."});
        all = limit_settings(difficulty_settings(std::move(all)));
        all = address_settings(conduct_settings(std::move(all)));
        return storage_settings(std::move(all))
            .list("listener", &Config::listeners, listener_section(), {.min = 1, .max = 64})
            .check(check);
    }();
    return table;
}

}  // namespace lode::sserver
