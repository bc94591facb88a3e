// Command lines about money.
#include "lode/payout_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include "lode/options.hpp"

using namespace lode;
using namespace lode::launcher;

namespace {

using Words = std::vector<std::string>;

Options parse(Words words) {
    words.insert(words.end(), {"--config", "a"});
    auto options = parse_options(std::move(words));
    INFO((options ? "" : options.error().context));
    REQUIRE(options);
    CHECK(options.value().config == "a");
    return std::move(options).value();
}
bool refused(Words words, std::string_view naming) {
    words.insert(words.end(), {"--config", "a"});
    const auto options = parse_options(std::move(words));
    return !options && options.error().context.find(naming) != std::string::npos;
}

}  // namespace

TEST_CASE("each command about money is known by its words") {
    CHECK(parse({"ledger", "verify"}).command == Command::ledger_verify);
    CHECK(parse({"payout", "plan"}).command == Command::payout_plan);
    CHECK(parse({"payout", "books"}).command == Command::payout_books);
    CHECK(parse({"payout", "pause", "--reason", "r"}).command == Command::payout_pause);
    CHECK(parse({"payout", "resume", "--reason", "r"}).command == Command::payout_resume);
    const auto freeze = parse({"payout", "freeze", "--user", "u", "--reason", "r"});
    CHECK(freeze.command == Command::payout_freeze);
    CHECK(freeze.payout.user == "u");
    CHECK(freeze.payout.reason == "r");
    CHECK(parse({"payout", "unfreeze", "--user", "u", "--reason", "r"}).command ==
          Command::payout_unfreeze);
    const auto psbt = parse({"payout", "psbt", "export", "--payment", "7", "--fee-rate", "900"});
    CHECK(psbt.command == Command::payout_psbt_export);
    CHECK(psbt.payout.payment == 7);
    CHECK(psbt.payout.fee_rate == 900);
    CHECK(parse({"payout", "psbt", "import", "--payment", "7", "--file", "f"}).payout.file == "f");
    const auto bump = parse({"payout", "bump", "--payment", "7"});
    CHECK(bump.command == Command::payout_bump);
    CHECK_FALSE(bump.payout.fee_rate);
    CHECK(parse({"payout", "scheme", "--user", "u", "--scheme", "fpps"}).payout.scheme == "fpps");
    CHECK(parse({"payout", "minimum", "--user", "u", "--amount", "5"}).payout.amount == 5);
    CHECK(parse({"payout", "address", "--user", "u", "--address", "x", "--reason", "r"})
              .payout.address == "x");
    CHECK(parse({"payout", "deposit", "--amount=-5", "--reason", "r"}).payout.amount == -5);
    CHECK(parse({"payout", "explain", "--block", "12", "--user", "u"}).payout.block == "12");
    CHECK(parse({"payout", "close-month", "--month", "2026-11"}).payout.month == "2026-11");
    const auto table = parse({"payout", "export", "--what", "days", "--format", "json", "--from",
                              "2026-11-01", "--to", "2026-11-30"});
    CHECK(table.payout.table == "days");
    CHECK(table.payout.format == "json");
    CHECK(table.payout.from == "2026-11-01");
    CHECK(table.payout.to == "2026-11-30");
}

TEST_CASE("what is missing or of the wrong shape is named") {
    CHECK(parse_options({"payout", "psbt"}).error().context.starts_with("a command is missing"));
    CHECK(refused({"payout", "pause"}, "--reason"));
    CHECK(refused({"payout", "pause", "--reason", std::string(256, 'x')}, "1 to 255 bytes"));
    CHECK(refused({"payout", "freeze", "--reason", "r"}, "--user"));
    CHECK(refused({"payout", "bump", "--payment", "0"}, "--payment"));
    CHECK(refused({"payout", "bump", "--payment", "7", "--fee-rate", "0"}, "--fee-rate"));
    CHECK(refused({"payout", "scheme", "--user", "u", "--scheme", "solo"}, "--scheme"));
    CHECK(refused({"payout", "minimum", "--user", "u", "--amount=-1"}, "--amount"));
    CHECK(refused({"payout", "deposit", "--amount", "much", "--reason", "r"}, "--amount"));
    CHECK(refused({"payout", "export", "--what", "shares"}, "--what"));
    CHECK(refused({"payout", "export", "--what", "days", "--format", "xml"}, "--format"));
    CHECK(refused({"payout", "export", "--what", "days", "--from", "21.11.2026"}, "--from"));
    CHECK(refused({"payout", "close-month", "--month", "2026-13"}, "--month"));
}
