// The payer as a program, so that tests can end it at any moment: one command on a pool's database
// and a real node's wallet. Prints JSON; a failure is one line on stderr and exit code 1.
#include <algorithm>
#include <cstdio>

#include "common/db/db.hpp"
#include "common/json/writer.hpp"
#include "common/node/bitcoin_rpc.hpp"
#include "payout/payment/payer.hpp"
#include "payout/payment/payment_repository.hpp"
#include "payout/payment/sent_booking.hpp"
#include "payout/payment/sent_repository.hpp"

namespace {

using namespace lode;
using namespace lode::payout;

const Fence fence{"regtest", "tool", 1};

struct Place {
    std::string url;
    std::string cookie;
};

constexpr const char* usage =
    "payment-tool FOLDER NODE_URL COOKIE WALLET hot|watch_only [OTHER_URL OTHER_COOKIE] -- "
    "COMMAND …\n";
struct Arguments {
    std::string folder;
    Place node;
    std::string wallet;
    std::string kind;
    std::optional<Place> other;  // a second node, which has no wallet
    std::string command;
    std::vector<std::string> rest;
};

struct Nodes {
    std::unique_ptr<node::WalletRpc> wallet;
    std::unique_ptr<node::NodeRpc> other;
};

struct Tool {
    db::Connection connection;
    std::unique_ptr<node::WalletRpc> wallet;
    std::unique_ptr<node::NodeRpc> other;  // null where there is none
    PaymentRepository store;
    SentRepository sent;
    SentWatch watch;
    Payer payer;

    Tool(db::Connection opened, Nodes nodes, WalletKind kind)
        : connection(std::move(opened)),
          wallet(std::move(nodes.wallet)),
          other(std::move(nodes.other)),
          store(connection, {.fence = fence, .network = bitcoin::Network::regtest}),
          sent(connection,
               {.chain = fence.chain, .network = bitcoin::Network::regtest, .wallet = "tool"}),
          watch({sent, *wallet}, bitcoin::Network::regtest),
          payer({store, *wallet, others(), &watch}, {.network = bitcoin::Network::regtest,
                                                     .wallet = kind,
                                                     .minimum = Satoshi(10'000),
                                                     .interval = std::chrono::milliseconds(0)}) {}

    [[nodiscard]] std::vector<node::NodeRpc*> others() const {
        return other ? std::vector{other.get()} : std::vector<node::NodeRpc*>();
    }
};

Result<std::string> prepare(Tool& tool) {
    LODE_TRY_VOID(db::migrate(tool.connection));
    LODE_TRY_VOID(tool.connection.execute(
        "INSERT INTO lease (name, holder, fence, renewed_unix_ms, released_unix_ms) "
        "VALUES (?, ?, ?, 0, 0)",
        {"payout/" + fence.chain, fence.holder, fence.number}));
    return std::string("{}");
}

// credit KEY NAME SATOSHI
Result<std::string> credit(Tool& tool, const std::vector<std::string>& rest) {
    LedgerRepository ledger(tool.connection, fence.chain);
    const Satoshi amount(std::stoll(rest.at(2)));
    Transaction transaction{.key = rest.at(0), .at = system_clock().unix_now()};
    transaction.entries = {{{{Owner::Kind::user, rest.at(1)}, Pot::balance}, amount},
                           {{{Owner::Kind::world, ""}, Pot::mined}, Satoshi(-amount.value())}};
    LODE_TRY_VOID(tool.connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(ledger.post(transaction));
        return success();
    }));
    return std::string("{}");
}

Result<std::string> run(Tool& tool) {
    LODE_TRY(const auto report, tool.payer.run(system_clock().unix_now()));
    json::Writer writer;
    writer.object()
        .field("planned", report.planned)
        .field("sent", report.sent)
        .field("settled", report.settled)
        .field("cancelled", report.cancelled)
        .field("open", report.open)
        .field("wallet_balance", report.wallet_balance.value())
        .key("troubles")
        .array();
    for (const std::string& trouble : report.troubles) writer.value(trouble);
    writer.end().key("unknown").array();
    for (const UnknownSend& send : report.unknown) {
        writer.value(bitcoin::to_display_hex(send.txid));
    }
    return writer.end().end().take();
}

// book|ignore TXID
Result<std::string> answer(Tool& tool, const Arguments& arguments) {
    const auto now = system_clock().unix_now();
    LODE_TRY(const auto txid, bitcoin::from_display_hex(arguments.rest.at(0)));
    if (arguments.command == "ignore") {
        LODE_TRY_VOID(tool.sent.ignore({txid, "tool", "by hand", now}));
        return std::string("{}");
    }
    SentBooking booking({tool.store, tool.sent, *tool.wallet},
                        {.network = bitcoin::Network::regtest});
    LODE_TRY(const auto id, booking.book(txid, now));
    return std::to_string(id.value());
}

Result<std::string> verify(Tool& tool) {
    LODE_TRY(const auto report, verify_ledger(tool.connection, fence.chain));
    json::Writer writer;
    writer.object().key("complaints").array();
    for (const std::string& complaint : report.complaints) writer.value(complaint);
    writer.end();
    for (const auto& [pot, sum] : report.sums) writer.field(to_string(pot), sum.value());
    return writer.end().take();
}

std::optional<FeeRate> rate_in(const std::vector<std::string>& rest) {
    if (rest.size() < 2) return std::nullopt;
    return FeeRate(std::stoll(rest[1]));
}

Result<std::string> dispatch(Tool& tool, const Arguments& arguments) {
    const auto& rest = arguments.rest;
    const auto now = system_clock().unix_now();
    if (arguments.command == "prepare") return prepare(tool);
    if (arguments.command == "credit") return credit(tool, rest);
    if (arguments.command == "run") return run(tool);
    if (arguments.command == "verify") return verify(tool);
    if (arguments.command == "book" || arguments.command == "ignore") {
        return answer(tool, arguments);
    }
    const PaymentId id(std::stoll(rest.at(0)));
    if (arguments.command == "bump") {
        LODE_TRY(const auto fee, tool.payer.bump(id, rate_in(rest), now));
        return std::to_string(fee.value());
    }
    if (arguments.command == "export") {
        LODE_TRY(const auto psbt, tool.payer.export_psbt(id, rate_in(rest)));
        return json::quoted(psbt);
    }
    if (arguments.command == "import") {
        LODE_TRY(const auto txid, tool.payer.import_psbt(id, rest.at(1), now));
        return json::quoted(bitcoin::to_display_hex(txid));
    }
    return failure(ErrorCode::malformed, "no such command: " + arguments.command);
}

Result<std::string> perform(const Arguments& arguments) {
    LODE_TRY(auto connection, db::Connection::open({}, arguments.folder));
    Nodes nodes;
    LODE_TRY(nodes.wallet, node::open_wallet_rpc(
                               {.url = arguments.node.url, .cookie_file = arguments.node.cookie},
                               arguments.wallet));
    if (arguments.other) {
        LODE_TRY(nodes.other, node::open_bitcoin_rpc({.url = arguments.other->url,
                                                      .cookie_file = arguments.other->cookie}));
    }
    Tool tool(std::move(connection), std::move(nodes),
              arguments.kind == "hot" ? WalletKind::hot : WalletKind::watch_only);
    return dispatch(tool, arguments);
}

std::optional<Arguments> read(const std::vector<std::string>& given) {
    const auto end = std::ranges::find(given, "--");
    const auto words = end - given.begin();
    if ((words != 5 && words != 7) || given.end() - end < 2) return std::nullopt;
    Arguments arguments{.folder = given[0],
                        .node = {given[1], given[2]},
                        .wallet = given[3],
                        .kind = given[4],
                        .other = std::nullopt,
                        .command = *(end + 1),
                        .rest = {end + 2, given.end()}};
    if (words == 7) arguments.other = Place{given[5], given[6]};
    return arguments;
}

}  // namespace

int main(int count, char** words) {
    const auto arguments = read({words + 1, words + count});
    if (!arguments) {
        std::fputs(usage, stderr);
        return 2;
    }
    const auto answer = perform(*arguments);
    if (!answer) {
        std::fprintf(stderr, "%s\n", answer.error().context.c_str());
        return 1;
    }
    std::printf("%s\n", answer.value().c_str());
    return 0;
}
