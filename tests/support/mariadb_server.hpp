// A MariaDB server of one test alone, which may be killed, stopped and started again.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "common/config/pool.hpp"
#include "common/json/document.hpp"
#include "tests/support/stopped_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace lode::test {

class MariadbServer {
  public:
    // `options` go to mariadbd.
    explicit MariadbServer(std::string options = {}) : options_(std::move(options)) { start(); }
    ~MariadbServer() {
        if (pid_ != 0) CHECK(run("stop"));
    }
    MariadbServer(const MariadbServer&) = delete;
    MariadbServer& operator=(const MariadbServer&) = delete;

    void start() {
        REQUIRE(run("start"));
        std::ifstream file(folder_.path() / "mariadb.json");
        std::stringstream text;
        text << file.rdbuf();
        const auto facts = json::Document::parse(text.str());
        REQUIRE(facts);
        const auto root = facts.value().root();
        pid_ = static_cast<pid_t>(root.member("pid").int64().value());
        config_.url = root.member("url").string().value();
        config_.password = Secret(std::string(root.member("password").string().value()));
    }
    // SIGKILL; the process is gone when this returns.
    void kill() {
        const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
        REQUIRE(handle >= 0);
        REQUIRE(::kill(pid_, SIGKILL) == 0);
        pollfd ended{.fd = handle, .events = POLLIN, .revents = 0};
        CHECK(::poll(&ended, 1, 10'000) == 1);
        ::close(handle);
        pid_ = 0;
    }
    void pause() const { stop_process(pid_); }
    void go_on() const { REQUIRE(::kill(pid_, SIGCONT) == 0); }

    // As the server's root, by its socket.
    void administer(const std::string& sql) const {
        REQUIRE(std::system(("mariadb --no-defaults --socket=" + folder_.path().string() +
                             "/mariadb.sock --execute=\"" + sql + "\"")
                                .c_str()) == 0);
    }

    [[nodiscard]] const config::DatabaseConfig& config() const { return config_; }
    [[nodiscard]] std::string folder() const { return folder_.path().string(); }

  private:
    [[nodiscard]] bool run(const std::string& command) const {
        std::string line =
            "deploy/backing-services/mariadb " + command + " --dir " + folder_.path().string();
        if (command == "start" && !options_.empty()) line += " -- " + options_;
        return std::system((line + " >/dev/null").c_str()) == 0;
    }

    TemporaryFolder folder_;
    std::string options_;
    pid_t pid_ = 0;
    config::DatabaseConfig config_;
};

}  // namespace lode::test
