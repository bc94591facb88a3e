// The conversations in tests/vectors/stratum, and what holds in each of them.
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <filesystem>
#include <sstream>

#include "common/base/file.hpp"
#include "sserver/config_rules.hpp"
#include "tests/sserver/session_miner.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

// As the settings make them of a listener with that profile.
ListenerRules rules_of(const std::string& profile) {
    Config config;
    for (const auto& [name, value] : setting_names(Profile())) {
        if (name == profile) config.listeners.front().profile = value;
    }
    return session_rules(config, {.name = "btc", .network = "main"}).value().listeners.front();
}

// Whether the text is the pattern with some text in place of each *.
bool matches(std::string_view text, std::string_view pattern) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return text == pattern;
    if (!text.starts_with(pattern.substr(0, star))) return false;
    const std::string_view rest = pattern.substr(star + 1);
    for (std::size_t from = star; from <= text.size(); ++from) {
        if (matches(text.substr(from), rest)) return true;
    }
    return false;
}

class Replay {
  public:
    void play(const std::string& line) {
        INFO(line);
        if (line.starts_with("listener ")) {
            rules_ = rules_of(line.substr(9));
            miner_.session = Session(miner_.world.view, rules_, 0, miner_.now.steady);
            publish();
        } else if (line.starts_with("> ")) {
            hear(miner_.say(line.substr(2)));
        } else if (line.starts_with("< ")) {
            INFO((said_.empty() ? "nothing was said" : said_.front()));
            REQUIRE_FALSE(said_.empty());
            REQUIRE(matches(said_.front(), line.substr(2)));
            said_.pop_front();
        } else if (line == "next" || line == "tip") {
            if (line == "tip") ++tip_;
            publish();
        } else {
            REQUIRE((line.empty() || line.starts_with("#")));
        }
    }
    void end() {
        INFO((said_.empty() ? "" : said_.front()));
        CHECK(said_.empty());
    }

  private:
    // A job of a network far harder than any miner.
    void publish() {
        miner_.advance(10s);
        hear(miner_.next_job(
            {.id = ++job_, .network_exponent = 40, .clean = tip_ != last_tip_, .tip = tip_}));
        last_tip_ = tip_;
    }
    void hear(const Reply& reply) {
        CHECK_FALSE(reply.close);
        std::istringstream lines(reply.text + (reply.notify ? *reply.notify : ""));
        for (std::string line; std::getline(lines, line);) said_.push_back(line);
    }

    Miner miner_;
    ListenerRules rules_;
    std::uint64_t job_ = 0x1fff;
    std::uint8_t tip_ = 1;
    std::uint8_t last_tip_ = 1;
    std::deque<std::string> said_;
};

}  // namespace

TEST_CASE("recorded conversations are answered as their clients expect") {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("tests/vectors/stratum")) {
        if (entry.path().extension() != ".txt") continue;
        ++count;
        INFO(entry.path().string());
        const auto content = read_file(entry.path());
        REQUIRE(content);
        std::istringstream lines(content.value());
        Replay replay;
        for (std::string line; std::getline(lines, line);) replay.play(line);
        replay.end();
    }
    CHECK(count >= 7);
}
