// A broker of these tests' own, which they stop, hang and refuse: over TLS and with a password.
#pragma once

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "common/base/log.hpp"
#include "tests/common/bus/kafka_fixture.hpp"
#include "tests/support/stopped_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace lode::bus::test {

// Its data and its port stay over stops and starts. One for all tests, which leave it running: a
// start takes seconds.
class OwnBroker {
  public:
    static OwnBroker& get() {
        static OwnBroker broker;
        return broker;
    }
    ~OwnBroker() {
        resume();
        (void)run("stop");
    }
    OwnBroker(const OwnBroker&) = delete;
    OwnBroker& operator=(const OwnBroker&) = delete;

    void start() {
        REQUIRE(run("start --security sasl_ssl") == 0);
        std::ifstream file(folder() / "kafka.json");
        facts_ = {std::istreambuf_iterator<char>(file), {}};
        pid_ = std::stoi(fact("\"pid\": "));
    }
    void stop() { REQUIRE(run("stop") == 0); }
    // It is there and says nothing, as when its machine is out of touch.
    void hang() const { lode::test::stop_process(pid_); }
    void resume() const { ::kill(pid_, SIGCONT); }

    // How it is spoken to.
    [[nodiscard]] config::BusConfig config() const {
        config::BusConfig config;
        config.url = "kafka://" + fact("\"brokers\": \"");
        config.security = fact("\"security\": \"");
        config.ca_file = fact("\"ca_file\": \"");
        // SCRAM needs a newer librdkafka than Debian 12 has: kafka_security_test.cpp.
        config.sasl_mechanism = "PLAIN";
        config.user = fact("\"user\": \"");
        config.password = Secret(fact("\"password\": \""));
        return config;
    }
    [[nodiscard]] std::unique_ptr<Bus> open() const { return open_kafka(config()); }

  private:
    OwnBroker() { start(); }
    [[nodiscard]] std::filesystem::path folder() const { return folder_.path() / "kafka"; }
    [[nodiscard]] int run(const std::string& what) const {
        const auto command =
            "deploy/backing-services/kafka " + what + " --dir " + folder().string() + " >/dev/null";
        return std::system(command.c_str());
    }
    // What stands behind `key` in its JSON, one on a line.
    [[nodiscard]] std::string fact(const std::string& key) const {
        const auto at = facts_.find(key);
        REQUIRE(at != facts_.npos);
        const auto begin = at + key.size();
        return facts_.substr(begin, facts_.find_first_of("\",\n", begin) - begin);
    }

    lode::test::TemporaryFolder folder_;
    std::string facts_;
    pid_t pid_ = 0;
};

inline std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
}

inline void wait_until(const std::function<bool()>& holds) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (!holds() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    REQUIRE(holds());
}

}  // namespace lode::bus::test
