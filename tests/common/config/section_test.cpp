// Strict reading of tables: what is right lands in the struct, each kind of mistake has its line.
#include "common/config/section.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace std::chrono_literals;
using config::Document;
using config::Section;

namespace {

enum class Mode { calm, eager };

constexpr std::array<std::pair<std::string_view, Mode>, 2> setting_names(Mode) {
    return {{{"calm", Mode::calm}, {"eager", Mode::eager}}};
}

struct Listener {
    std::string host = "0.0.0.0";
    std::uint16_t port = 0;
};

struct Limits {
    config::ByteSize line{16 * 1024};
    std::chrono::seconds idle = 10min;
};

struct Server {
    bool enabled = true;
    std::int32_t level = -1;
    Mode mode = Mode::calm;
    Secret token;
    std::filesystem::path folder = "spool";
    std::chrono::milliseconds pause = 250ms;
    std::optional<std::uint32_t> id;
    std::vector<std::string> peers = {"http://a:1"};
    std::vector<Listener> listeners = {Listener{}};
    Limits limits;
};

Section<Server> server_section() {
    const auto listener =
        Section<Listener>("listener", "A listener.")
            .setting("host", &Listener::host, {.help = "Host."})
            .setting("port", &Listener::port,
                     {.help = "Port.", .min = 1, .required = true, .sample = "3333"});
    const auto limits =
        Section<Limits>("limits", "Limits.")
            .setting("line", &Limits::line, {.help = "Line.", .max = config::ByteSize{1 << 20}})
            .setting("idle", &Limits::idle, {.help = "Idle.", .min = 1s, .max = 1h});
    return Section<Server>("sserver", "A server.")
        .setting("enabled", &Server::enabled, {.help = "Enabled."})
        .setting("level", &Server::level, {.help = "Level.", .min = -5, .max = 5})
        .setting("mode", &Server::mode, {.help = "Mode."})
        .setting("token", &Server::token, {.help = "Token."})
        .setting("folder", &Server::folder, {.help = "Folder."})
        .setting("pause", &Server::pause, {.help = "Pause.", .min = 100ms})
        .setting("id", &Server::id, {.help = "Id.", .max = 4095, .sample = "1"})
        .setting("peers", &Server::peers, {.help = "Peers.", .schemes = {"http"}})
        .list("listener", &Server::listeners, listener, {.max = 2})
        .table("limits", &Server::limits, limits)
        .check([](const Server& server) {
            return server.enabled || !server.id ? "" : "id is of no use while enabled is false";
        });
}

Document document(std::string_view text) {
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "PAUSE") return "2s";
        return std::nullopt;
    };
    auto parsed = Document::parse(text, "lode.toml", environment);
    REQUIRE(parsed);
    return std::move(parsed).value();
}

Server read(std::string_view text) {
    auto server = server_section().read(document(text));
    REQUIRE(server);
    return std::move(server).value();
}

std::string refusal(const std::string& body) {
    const auto server = server_section().read(document("[sserver]\n" + body + '\n'));
    INFO(body);
    REQUIRE_FALSE(server);
    CHECK(server.error().code == ErrorCode::malformed);
    return server.error().context;
}

std::string check_refusal(std::string_view text) {
    const auto section = server_section();
    const auto result =
        config::check(document(text), {&section.base()}, {"sserver", "jobmaker", "blkmaker"});
    REQUIRE_FALSE(result);
    return result.error().context;
}

}  // namespace

TEST_CASE("an absent section leaves every default") {
    const Server server = read("");
    CHECK(server.level == -1);
    CHECK(server.pause == 250ms);
    CHECK(server.peers == std::vector<std::string>{"http://a:1"});
    CHECK(server.listeners.size() == 1);
    CHECK(server.limits.idle == 10min);
    CHECK_FALSE(server.id);
}

TEST_CASE("every type of setting is read into its member") {
    const Server server = read(R"(
        [sserver]
        enabled = false
        level = 5
        mode = "eager"
        token = "t"
        folder = "/srv"
        pause = "${PAUSE}"
        peers = ["http://b:2", "http://c:3"]
        [sserver.limits]
        line = "64KiB"
        idle = "1m"
        [[sserver.listener]]
        port = 3333
        [[sserver.listener]]
        host = "::1"
        port = 65535
    )");
    CHECK_FALSE(server.enabled);
    CHECK(server.level == 5);
    CHECK(server.mode == Mode::eager);
    CHECK(server.token.reveal() == "t");
    CHECK(server.folder == "/srv");
    CHECK(server.pause == 2s);
    CHECK(server.peers == std::vector<std::string>{"http://b:2", "http://c:3"});
    CHECK(server.limits.line.bytes == 65536);
    CHECK(server.limits.idle == 60s);
    REQUIRE(server.listeners.size() == 2);
    CHECK(server.listeners[0].host == "0.0.0.0");
    CHECK(server.listeners[1].port == 65535);
    CHECK(read("[sserver]\nid = 4095").id == 4095U);
}

TEST_CASE("an unknown setting is named with the nearest known one") {
    CHECK(refusal("levle = 1") ==
          R"(lode.toml:2: sserver.levle: unknown setting, did you mean "level"?)");
    CHECK(refusal("[sserver.limit]") ==
          R"(lode.toml:2: sserver.limit: unknown section, did you mean "limits"?)");
    CHECK(refusal("[[sserver.listener]]\nport = 1\ntls = true") ==
          "lode.toml:4: sserver.listener.tls: unknown setting, known here: host, port");
}

TEST_CASE("a mistake is one line whatever the key holds") {
    CHECK(refusal("\"a\\n\\tb\" = 1").starts_with("lode.toml:2: sserver.a  b: unknown setting"));
}

TEST_CASE("a wrong type is told with the right one") {
    CHECK(refusal("level = \"1\"") ==
          "lode.toml:2: sserver.level: must be an integer, not a string");
    CHECK(refusal("level = 1.5") ==
          "lode.toml:2: sserver.level: must be an integer, not a fraction or a date");
    CHECK(refusal("enabled = 1") ==
          "lode.toml:2: sserver.enabled: must be true or false, not an integer");
    CHECK(refusal("folder = []") == "lode.toml:2: sserver.folder: must be a string, not a list");
    CHECK(refusal("peers = \"http://a:1\"") == "lode.toml:2: sserver.peers: must be a list");
    CHECK(refusal("peers = [\"http://a:1\",\n3]") ==
          "lode.toml:3: sserver.peers: must be a string, not an integer");
    CHECK(refusal("limits = 3") == "lode.toml:2: sserver.limits: must be a table [sserver.limits]");
    CHECK(refusal("listener = 3") ==
          "lode.toml:2: sserver.listener: must be tables [[sserver.listener]]");
}

TEST_CASE("a value out of range is told with the range") {
    CHECK(refusal("[[sserver.listener]]\nport = 70000") ==
          "lode.toml:3: sserver.listener.port: 70000 is out of range, allowed 1..65535");
    CHECK(refusal("level = -6") == "lode.toml:2: sserver.level: -6 is out of range, allowed -5..5");
    CHECK(refusal("pause = \"99ms\"") ==
          "lode.toml:2: sserver.pause: 99ms is out of range, allowed 100ms or more");
    CHECK(refusal("[sserver.limits]\nidle = \"2h\"") ==
          "lode.toml:3: sserver.limits.idle: 2h is out of range, allowed 1s..1h");
    CHECK(refusal("[sserver.limits]\nidle = \"1500ms\"") ==
          "lode.toml:3: sserver.limits.idle: 1500ms is no multiple of 1s");
    CHECK(refusal("[sserver.limits]\nline = \"1025KiB\"") ==
          "lode.toml:3: sserver.limits.line: 1025KiB is out of range, allowed 0B..1MiB");
    CHECK(refusal("mode = \"Calm\"") == "lode.toml:2: sserver.mode: must be one of calm, eager");
}

TEST_CASE("a missing required setting is told with its table's line") {
    CHECK(refusal("level = 1\n[[sserver.listener]]\nhost = \"::1\"") ==
          "lode.toml:3: sserver.listener.port: is required");
}

TEST_CASE("too many tables are told at the first that is too much") {
    const std::string one = "[[sserver.listener]]\nport = 1\n";
    CHECK(refusal(one + one + one) ==
          "lode.toml:6: sserver.listener: at most 2 [[sserver.listener]] is supported");
}

TEST_CASE("a rule over several settings is told at their table") {
    CHECK(refusal("enabled = false\nid = 3") ==
          "lode.toml:1: sserver: id is of no use while enabled is false");
}

TEST_CASE("a service checks its own section and lets those of others pass") {
    const auto section = server_section();
    CHECK(config::check(document("[jobmaker]\nanything = 1\n[sserver]\nlevel = 2\n"),
                        {&section.base()}, {"jobmaker"}));
    CHECK(check_refusal("[sserver]\nlevel = 20\n") ==
          "lode.toml:2: sserver.level: 20 is out of range, allowed -5..5");
    CHECK(check_refusal("[jobmaler]\n") ==
          R"(lode.toml:1: jobmaler: unknown section, did you mean "jobmaker"?)");
    CHECK(check_refusal("jobmaker = 3\n") == "lode.toml:1: jobmaker: must be a table [jobmaker]");
    CHECK(check_refusal("datadir = 3\n") ==
          "lode.toml:1: datadir: unknown setting, known here: sserver, jobmaker, blkmaker");
}

TEST_CASE("help shows each setting with its default, range and sentence") {
    const std::string help = config::help(server_section().base());
    CHECK(help.starts_with("[sserver]  A server.\n  enabled = true\n      Enabled.\n"));
    CHECK(help.find("  pause = \"250ms\"\n      Pause. Allowed: 100ms or more.\n") !=
          std::string::npos);
    CHECK(help.find("  id = 1\n      Id. Allowed: 0..4095. Not set by default.\n") !=
          std::string::npos);
    CHECK(help.find("[[sserver.listener]]  A listener.\n") != std::string::npos);
    CHECK(help.find("  port = 3333\n      Port. Allowed: 1..65535. Required.\n") !=
          std::string::npos);
    CHECK(help.find("[sserver.limits]  Limits.\n") != std::string::npos);
}
