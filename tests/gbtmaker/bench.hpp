// gbtmaker's maker with hand-moved time and a script of answers.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "common/base/log.hpp"
#include "gbtmaker/maker.hpp"
#include "tests/gbtmaker/answers.hpp"

namespace lode::test {

inline gbtmaker::MakerSettings settings(std::size_t nodes) {
    gbtmaker::MakerSettings made;
    made.chain = "test";
    made.source = "gbtmaker";
    made.network = bitcoin::Network::regtest;
    for (std::size_t i = 0; i < nodes; ++i) {
        made.nodes.push_back(
            {"http://127.0.0.1:" + std::to_string(i + 1), static_cast<std::int64_t>(i)});
    }
    return made;
}

struct Bench {
    std::size_t nodes;
    bool started = false;
    gbtmaker::Maker maker;
    gbtmaker::Moment now{wall_start, steady_start};
    log::Capture log;

    explicit Bench(std::size_t its_nodes = 1) : nodes(its_nodes), maker(settings(its_nodes)) {}

    // Time passes, in which the nodes show that they live.
    gbtmaker::Actions tick(std::chrono::seconds later = std::chrono::seconds(0)) {
        for (std::size_t i = 0; started && i < nodes; ++i) {
            CHECK(maker.pulse_answered(i, success(), now).calls.empty());
        }
        started = true;
        now.wall += later;
        now.steady += later;
        return maker.tick(now);
    }
    gbtmaker::Actions answer(gbtmaker::Answer answer, std::size_t node = 0) {
        const gbtmaker::Call call = call_of(answer);
        return maker.answered({node, call}, std::move(answer), now);
    }
    // The call fails; where it does not matter which, a look at the chain.
    gbtmaker::Actions fail(ErrorCode code, const std::string& context, std::size_t node = 0,
                           gbtmaker::Call call = gbtmaker::ReadChain{}) {
        return maker.answered({node, call}, failure(code, context), now);
    }
    static gbtmaker::Call call_of(const gbtmaker::Answer& answer) {
        if (std::holds_alternative<gbtmaker::ChainState>(answer)) return gbtmaker::ReadChain{};
        if (const auto* const header = std::get_if<gbtmaker::TipHeader>(&answer)) {
            return gbtmaker::ReadHeader{header->hash};
        }
        return gbtmaker::ReadTemplate{};
    }
    // The node answers everything about block `n`; gives the actions after its template.
    gbtmaker::Actions brought_up(std::uint8_t n, std::size_t node = 0) {
        (void)tick();
        (void)answer(chain_at(n), node);
        (void)answer(header(n), node);
        return answer(block_template(n, 2), node);
    }
};

template <class T>
bool asks(const gbtmaker::Actions& actions) {
    return actions.calls.size() == 1 && std::holds_alternative<T>(actions.calls[0].call);
}

}  // namespace lode::test
