// Loops with their real threads and clocks; what is waited for comes by itself.
#include "common/runtime/loop.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <future>
#include <stdexcept>
#include <thread>

#include "tests/common/runtime/child_process.hpp"

using namespace lode;
using namespace std::chrono_literals;
using lode::runtime::Loop;
using lode::test::ChildProcess;

namespace {

void finish_posted(Loop& loop) {
    std::promise<void> reached;
    loop.post([&] { reached.set_value(); });
    reached.get_future().wait();
}

}  // namespace

TEST_CASE("tasks run in the order of posting on one thread, which is not the caller's") {
    std::vector<int> order;
    std::thread::id first;
    std::thread::id second;
    Loop loop("test");
    loop.post([&] { order.push_back(1), first = std::this_thread::get_id(); });
    loop.post([&] { order.push_back(2), second = std::this_thread::get_id(); });
    finish_posted(loop);
    CHECK(order == std::vector{1, 2});
    CHECK(first == second);
    CHECK(first != std::this_thread::get_id());
}

TEST_CASE("a task posted by a task runs after it") {
    std::vector<int> order;
    std::promise<void> done;
    Loop loop("test");
    loop.post([&] {
        loop.post([&] { order.push_back(2), done.set_value(); });
        order.push_back(1);
    });
    done.get_future().wait();
    CHECK(order == std::vector{1, 2});
}

TEST_CASE("a timer fires once, not before its time, on the loop's thread") {
    Loop loop("test");
    std::promise<std::thread::id> fired;
    const auto begin = std::chrono::steady_clock::now();
    const auto timer = loop.after(5ms, [&] { fired.set_value(std::this_thread::get_id()); });
    const auto thread = fired.get_future().get();
    CHECK(std::chrono::steady_clock::now() - begin >= 5ms);
    CHECK(thread != std::this_thread::get_id());
}

TEST_CASE("an interval fires again and again") {
    Loop loop("test");
    std::promise<void> thrice;
    int count = 0;
    const auto timer = loop.every(1ms, [&] {
        if (++count == 3) thrice.set_value();
    });
    thrice.get_future().wait();
    loop.stop();
    CHECK(count >= 3);
}

TEST_CASE("a timer destroyed before its time never fires") {
    Loop loop("test");
    bool fired = false;
    std::promise<void> later;
    std::unique_ptr<Timer> end;
    loop.post([&] {
        auto early = loop.after(0ms, [&] { fired = true; });
        early.reset();
        end = loop.after(5ms, [&] { later.set_value(); });
    });
    later.get_future().wait();
    loop.stop();
    CHECK_FALSE(fired);
}

TEST_CASE("a timer may be destroyed by its own task") {
    Loop loop("test");
    std::unique_ptr<Timer> timer;
    std::promise<void> fired;
    int count = 0;
    loop.post([&] {
        timer = loop.every(1ms, [&] {
            ++count;
            timer.reset();
            fired.set_value();
        });
    });
    fired.get_future().wait();
    finish_posted(loop);
    CHECK(count == 1);
}

TEST_CASE("a timer may outlive its loop") {
    std::unique_ptr<Timer> timer;
    {
        Loop loop("test");
        timer = loop.after(1h, [] {});
    }
    timer.reset();
}

TEST_CASE("tasks posted after the stop are dropped") {
    bool ran = false;
    {
        Loop loop("test");
        loop.stop();
        loop.post([&] { ran = true; });
    }
    CHECK_FALSE(ran);
}

TEST_CASE("after a loop is closed neither what waits nor what comes nor a timer runs") {
    int ran = 0;
    std::promise<void> dropped;
    std::unique_ptr<Timer> timer;
    Loop loop("test");
    loop.post([&] {
        timer = loop.every(1ms, [&] { ++ran; });
        loop.post([&] { ++ran; });
        loop.close();
        loop.post([&, last = std::shared_ptr<void>(nullptr, [&](void*) { dropped.set_value(); })] {
            ++ran;
        });
    });
    dropped.get_future().wait();
    loop.stop();
    CHECK(ran == 0);
}

TEST_CASE("a task that throws ends the process with one line") {
    ChildProcess child([] {
        Loop loop("sserver");
        loop.post([] { throw std::runtime_error("out of nonces"); });
        std::promise<void>().get_future().wait_for(1h);
        return 0;
    });
    const auto ended = child.wait();
    CHECK(ended.exit_code == 128 + SIGABRT);
    CHECK(ended.output.find("sserver: a task failed, the process ends reason=\"out of nonces\"") !=
          std::string::npos);
}
