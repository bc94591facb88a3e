// The common settings.
#include "common/config/pool.hpp"

#include <algorithm>

#include "common/config/url.hpp"

namespace lode::config {

namespace {

// Brokers or database hosts separated by commas, each host:port or, for a database, user@host.
bool hosts_are_right(std::string_view scheme, std::string_view rest) {
    while (true) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (!parse_url(std::string(scheme) + "://" + std::string(rest.substr(0, comma)))) {
            return false;
        }
        if (comma == rest.size()) return true;
        rest.remove_prefix(comma + 1);
    }
}

std::string url_problem(const std::string& url, std::string_view local, std::string_view remote) {
    if (url == local) return "";
    const std::string prefix = std::string(remote) + "://";
    if (url.starts_with(prefix) &&
        hosts_are_right(remote, std::string_view(url).substr(prefix.size()))) {
        return "";
    }
    return "must be \"" + std::string(local) + "\" or \"" + prefix + "…\"";
}

std::string bus_problem(const std::string& url) {
    return url_problem(url, "embedded:", "kafka");
}

std::string database_problem(const std::string& url) {
    return url_problem(url, "sqlite:", "mysql");
}

std::string chain_name_problem(const std::string& name) {
    const bool right = std::ranges::all_of(
        name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    return right ? "" : "must consist of a-z, 0-9 and -";
}

std::string node_problem(const NodeConfig& node) {
    const bool password = !node.user.empty() && !node.password.empty();
    const bool half = node.user.empty() != node.password.empty();
    if (password == node.cookie_file.has_value() || half) {
        return "needs either user and password or cookie_file";
    }
    return "";
}

Section<NodeConfig> node_section() {
    return Section<NodeConfig>("node", "A node of the chain. There may be several.")
        .setting("url", &NodeConfig::url,
                 {.help = "Where the node's RPC listens.",
                  .required = true,
                  .sample = "http://127.0.0.1:18443",
                  .schemes = {"http"}})
        .setting("user", &NodeConfig::user, {.help = "RPC user, unless the cookie is used."})
        .setting(
            "password", &NodeConfig::password,
            {.help = "RPC password; better \"${NAME}\" or \"file:/path\" than the word itself."})
        .setting("cookie_file", &NodeConfig::cookie_file,
                 {.help = "The node's .cookie, instead of user and password.",
                  .min = 1,
                  .sample = "/var/lib/bitcoind/regtest/.cookie",
                  .shown = true})
        .setting("zmq", &NodeConfig::zmq,
                 {.help = "The node's zmqpubhashblock address: new blocks are heard of at once.",
                  .sample = "tcp://127.0.0.1:28332",
                  .schemes = {"tcp"}})
        .setting("priority", &NodeConfig::priority,
                 {.help = "The healthy node with the lowest number is asked.", .max = 1000})
        .check(node_problem);
}

Section<ChainConfig> chain_section() {
    return Section<ChainConfig>("chain", "The chain that is mined.")
        .setting("name", &ChainConfig::name,
                 {.help = "Your name for the chain, in topics and in the database: a-z, 0-9, -.",
                  .min = 1,
                  .max = 16,
                  .required = true,
                  .sample = "btc",
                  .problem = chain_name_problem})
        .setting("coin", &ChainConfig::coin,
                 {.help = "The family of the chain.", .choices = {"bitcoin"}})
        .setting("network", &ChainConfig::network,
                 {.help = "Which of the coin's networks the nodes must be on.",
                  .required = true,
                  .sample = "regtest",
                  .choices = {"main", "test", "testnet4", "signet", "regtest"}})
        .setting("payout_address", &ChainConfig::payout_address,
                 {.help = "Where block rewards go: an address of yours on that network.",
                  .min = 1,
                  .max = 128,
                  .required = true,
                  .sample = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"})
        .setting("coinbase_tag", &ChainConfig::coinbase_tag,
                 {.help = "Text in the coinbase of each block.", .max = 24})
        .setting("maturity", &ChainConfig::maturity,
                 {.help = "Confirmations after which a block's reward is final.",
                  .min = 1,
                  .max = 10'000})
        .list("node", &ChainConfig::nodes, node_section(), {.min = 1, .max = 16});
}

// Who can post a job decides what miners work for.
std::string pool_problem(const PoolConfig& pool) {
    const bool own = pool.health_address.starts_with("127.") || pool.health_address == "::1";
    return own || !pool.direct_secret.empty() ? "" : "health_address needs direct_secret";
}

std::string bus_settings_problem(const BusConfig& bus) {
    const bool sasl = bus.security.starts_with("sasl");
    if (sasl != !bus.user.empty() || sasl != !bus.password.empty()) {
        return "user and password belong to security sasl_plaintext or sasl_ssl, and it to them";
    }
    return bus.certificate_file.has_value() == bus.key_file.has_value()
               ? ""
               : "certificate_file and key_file belong together";
}

Section<BusConfig> bus_section() {
    return Section<BusConfig>("bus", "How services talk to one another.")
        .setting("url", &BusConfig::url,
                 {.help = "\"embedded:\": all services in one process, messages in data_dir. "
                          "\"kafka://host:port,host:port\": brokers.",
                  .problem = bus_problem})
        .setting("replication", &BusConfig::replication,
                 {.help = "Kafka: copies of each record; 0 stands for 3, or as many as there are "
                          "brokers.",
                  .max = 9})
        .setting("security", &BusConfig::security,
                 {.help = "Kafka: how brokers are spoken to.",
                  .choices = {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"}})
        .setting("ca_file", &BusConfig::ca_file,
                 {.help = "Kafka over TLS: certificates that brokers' must be signed by.",
                  .min = 1,
                  .sample = "/etc/lode/kafka-ca.pem"})
        .setting("certificate_file", &BusConfig::certificate_file,
                 {.help = "Kafka over TLS: our certificate, where brokers ask for one.",
                  .min = 1,
                  .sample = "/etc/lode/kafka.pem"})
        .setting("key_file", &BusConfig::key_file,
                 {.help = "Kafka over TLS: the key of our certificate.",
                  .min = 1,
                  .sample = "/etc/lode/kafka.key"})
        .setting(
            "sasl_mechanism", &BusConfig::sasl_mechanism,
            {.help = "Kafka with SASL: how we prove who we are. PLAIN shows the password, so it "
                     "belongs over TLS; SCRAM with Kafka 4 needs librdkafka 2.6.1.",
             .choices = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}})
        .setting("user", &BusConfig::user, {.help = "Kafka with SASL: user name."})
        .setting(
            "password", &BusConfig::password,
            {.help = "Kafka with SASL: password; better \"${NAME}\" or \"file:/path\" than the "
                     "word itself."})
        .check(bus_settings_problem);
}

Section<DatabaseConfig> database_section() {
    return Section<DatabaseConfig>("database", "Where sums, blocks and payments are kept.")
        .setting("url", &DatabaseConfig::url,
                 {.help = "\"sqlite:\": a file in data_dir. \"mysql://user@host/name\": a "
                          "MariaDB or MySQL server.",
                  .problem = database_problem})
        .setting("password", &DatabaseConfig::password,
                 {.help = "The server's password for that user; better \"${NAME}\" or "
                          "\"file:/path\" than the word itself."})
        .setting(
            "ca_file", &DatabaseConfig::ca_file,
            {.help = "The server is spoken to over TLS only and must show a certificate signed "
                     "by one of these.",
             .min = 1,
             .sample = "/etc/lode/mysql-ca.pem"});
}

}  // namespace

const Section<PoolConfig>& pool_section() {
    static const auto section =
        Section<PoolConfig>("", "Settings of all services.")
            .setting("data_dir", &PoolConfig::data_dir,
                     {.help = "Folder of everything that must survive a restart.", .min = 1})
            .setting("health_address", &PoolConfig::health_address,
                     {.help = "Address that health ports listen on, for metrics and for messages "
                              "that services send one another directly.",
                      .min = 1,
                      .max = 45})
            .setting(
                "direct_secret", &PoolConfig::direct_secret,
                {.help = "Secret that services show one another with direct messages; required "
                         "where health_address is not this machine's own."})
            .table("bus", &PoolConfig::bus, bus_section())
            .table("database", &PoolConfig::database, database_section())
            .list("chain", &PoolConfig::chains, chain_section(), {.min = 1, .max = 1})
            .check(pool_problem);
    return section;
}

About about_health_port() {
    return {.help = "Port of /healthz, /metrics and direct messages from other services.",
            .min = 1};
}

}  // namespace lode::config
