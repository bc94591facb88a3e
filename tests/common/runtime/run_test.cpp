// Whole programs of tiny services, each in a process of its own: signals, lines and exit codes.
#include "common/runtime/run.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <future>
#include <stdexcept>

#include "common/base/log.hpp"
#include "common/http/client.hpp"
#include "tests/common/runtime/child_process.hpp"
#include "tests/common/runtime/tiny_service.hpp"

using namespace lode;
using namespace lode::runtime;
using namespace std::chrono_literals;
using lode::test::ChildProcess;
using lode::test::TemporaryFolder;
using lode::test::tiny_service;

namespace {

struct Program {
    std::vector<ServiceDefinition> services;
    std::shared_ptr<TemporaryFolder> folder = std::make_shared<TemporaryFolder>();
    std::function<Result<void>(const config::Document&, const config::PoolConfig&)> prepare;

    explicit Program(std::vector<ServiceDefinition> its_services)
        : services(std::move(its_services)) {
        configure("");
    }
    [[nodiscard]] std::string config_file() const {
        return (folder->path() / "lode.toml").string();
    }
    void configure(std::string_view more) const {
        REQUIRE(replace_file(config_file(), test::tiny_configuration(*folder, more)));
    }
    [[nodiscard]] int operator()() const {
        return run(services, {.name = "tiny",
                              .summary = "A program for tests.",
                              .arguments = {"--config", config_file()},
                              .prepare = prepare});
    }
};

std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
    return found;
}

ServiceDefinition failing(ErrorCode code) {
    return tiny_service("gbtmaker", {.start = [code](Context&) -> Result<void> {
                            return failure(code, "it is so");
                        }});
}

http::Response get(const std::string& output, const std::string& target) {
    const auto at = output.find("port=");
    REQUIRE(at != output.npos);
    const auto port = static_cast<std::uint16_t>(std::stoi(output.substr(at + 5)));
    return http::Client({.host = "127.0.0.1", .port = port})
        .request({.target = target}, 20s)
        .value();
}

// The code and the one line of a program that cannot start.
void check_refusal(ChildProcess::Ended ended, int code, std::string_view line) {
    CAPTURE(ended.output);
    CHECK(ended.exit_code == code);
    CHECK(count(ended.output, " error ") == 1);
    CHECK(ended.output.find(line) != std::string::npos);
}

}  // namespace

TEST_CASE("a service runs until SIGTERM, serves its health and ends with 0") {
    ChildProcess child(Program({tiny_service("gbtmaker")}));
    const std::string started = child.read_until("running services=1");
    CHECK(get(started, "/healthz").status == 200);
    CHECK(get(started, "/metrics").status == 200);
    child.send_signal(SIGTERM);
    const auto ended = child.wait();
    CHECK(ended.exit_code == 0);
    CHECK(ended.output.find("service stopped name=gbtmaker") != std::string::npos);
}

TEST_CASE("SIGINT ends a program too") {
    ChildProcess child(Program({tiny_service("gbtmaker")}));
    child.read_until("running services=1");
    child.send_signal(SIGINT);
    const auto ended = child.wait();
    CAPTURE(ended.output);
    CHECK(ended.exit_code == 0);
}

TEST_CASE("a service alone has its intake at the root, several have theirs under their names") {
    const auto with_intake = [](std::string_view name) {
        return tiny_service(name, {.start = [](Context& context) {
                                context.router.add(
                                    http::Method::get, "/v1/x",
                                    [](const http::Request&, const http::Responder& responder) {
                                        responder.send({.body = "{}"});
                                    });
                                return Result<void>(success());
                            }});
    };
    {
        ChildProcess child(Program({with_intake("gbtmaker")}));
        CHECK(get(child.read_until("running"), "/v1/x").status == 200);
    }
    ChildProcess child(Program({with_intake("gbtmaker"), with_intake("jobmaker")}));
    const auto output = child.read_until("running");
    CHECK(get(output, "/gbtmaker/v1/x").status == 200);
    CHECK(get(output, "/jobmaker/v1/x").status == 200);
    CHECK(get(output, "/v1/x").status == 404);
}

TEST_CASE("what a service that has not started will answer is 503 until then") {
    // The second service is started on the word of the test, by way of the first.
    static std::promise<void> asked;
    const auto first = tiny_service(
        "gbtmaker", {.start = [](Context& context) {
            context.router.add(http::Method::get, "/go",
                               [](const http::Request&, const http::Responder& responder) {
                                   asked.set_value();
                                   responder.send({.body = "{}"});
                               });
            return Result<void>(success());
        }});
    const auto second = tiny_service("jobmaker", {.start = [](Context&) {
                                         asked.get_future().wait();
                                         return Result<void>(success());
                                     }});
    ChildProcess child(Program({first, second}));
    const std::string started = child.read_until("service started name=gbtmaker");
    CHECK(get(started, "/jobmaker/v1/x").status == 503);
    CHECK(get(started, "/gbtmaker/go").status == 200);
    child.read_until("running");
    CHECK(get(started, "/jobmaker/v1/x").status == 404);
}

TEST_CASE("a folder of another process is refused with 3") {
    const Program program({tiny_service("gbtmaker")});
    ChildProcess first(program);
    first.read_until("running");
    check_refusal(ChildProcess(program).wait(), 3, "another process uses this data folder");
}

TEST_CASE("a taken port is refused with 3, naming it") {
    ChildProcess first(Program({tiny_service("gbtmaker")}));
    const std::string output = first.read_until("running");
    const auto at = output.find("port=") + 5;
    const auto port = output.substr(at, output.find(' ', at) - at);
    const Program second({tiny_service("gbtmaker")});
    second.configure("[gbtmaker]\nhealth_port = " + port + "\n");
    check_refusal(ChildProcess(second).wait(), 3, "127.0.0.1 port " + port + " is taken");
}

TEST_CASE("a wrong configuration is refused with 2, naming line and key") {
    const Program program({tiny_service("gbtmaker")});
    program.configure("[gbtmaker]\nhealth_prt = 1\n");
    const auto ended = ChildProcess(program).wait();
    check_refusal(ended, 2, "lode.toml:");
    CHECK(ended.output.find("health_prt") != std::string::npos);
}

TEST_CASE("what a service finds wrong with the whole is refused with 2 before anything opens") {
    ServiceDefinition service = tiny_service("gbtmaker");
    service.check = [](const config::Document&, const config::PoolConfig&) -> Result<void> {
        return failure(ErrorCode::malformed, "the whole makes no sense");
    };
    const auto ended = ChildProcess(Program({service})).wait();
    check_refusal(ended, 2, "the whole makes no sense");
    CHECK(ended.output.find("endpoint open") == std::string::npos);
}

TEST_CASE("sections of services that do not run here are accepted") {
    const Program program({tiny_service("gbtmaker")});
    program.configure("[sserver]\nwhatever = 1\n");
    ChildProcess child(program);
    CHECK(child.read_until("running").find("running") != std::string::npos);
}

TEST_CASE("a configuration that is not there is refused with 2") {
    const Program program({tiny_service("gbtmaker")});
    std::filesystem::remove(program.config_file());
    check_refusal(ChildProcess(program).wait(), 2, program.config_file());
}

TEST_CASE("wrong arguments are refused with 2") {
    check_refusal(ChildProcess([] {
                      const ServiceDefinition services[] = {tiny_service("gbtmaker")};
                      return run(services, {.name = "tiny", .summary = "", .arguments = {}});
                  }).wait(),
                  2, "--config");
}

TEST_CASE("a service that cannot start decides the exit code by its error") {
    check_refusal(ChildProcess(Program({failing(ErrorCode::malformed)})).wait(), 2,
                  "gbtmaker: it is so");
    check_refusal(ChildProcess(Program({failing(ErrorCode::conflict)})).wait(), 3,
                  "gbtmaker: it is so");
    check_refusal(ChildProcess(Program({failing(ErrorCode::unavailable)})).wait(), 1,
                  "gbtmaker: it is so");
}

TEST_CASE("an exception at the start is one line and exit code 1") {
    check_refusal(
        ChildProcess(Program({tiny_service("gbtmaker", {.start = [](Context&) -> Result<void> {
                                               throw std::runtime_error("thrown");
                                           }})}))
            .wait(),
        1, "gbtmaker: thrown");
}

TEST_CASE("what has to be prepared is so before the services, or nothing starts") {
    Program program({tiny_service("gbtmaker")});
    program.prepare = [](const config::Document&, const config::PoolConfig& pool) -> Result<void> {
        return failure(ErrorCode::unavailable, "no schema in " + pool.data_dir.string());
    };
    const auto ended = ChildProcess(program).wait();
    check_refusal(ended, 1, "no schema in ");
    CHECK(ended.output.find("service started") == std::string::npos);
}
