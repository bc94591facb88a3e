// Templates go to the disk behind the service's back and come back at its next start.
#include "blkmaker/template_keeper.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/messages/template.pb.h"
#include "tests/blkmaker/builders.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::blkmaker;
using namespace std::chrono_literals;

namespace {

constexpr auto start = from_unix_ms(1'700'000'000'000);

TemplateKeeper::Message a_message(std::uint8_t tag, UnixTime made) {
    auto message = std::make_shared<v1::TemplateMessage>();
    message->set_produced_unix_ms(to_unix_ms(made));
    *message->mutable_template_() = test::a_template({tag});
    return message;
}

std::vector<std::string> load(TemplateKeeper& keeper, test::WaitingScheduler& home) {
    std::vector<std::string> ids;
    bool loaded = false;
    keeper.load([&](const auto& message) { ids.push_back(message->template_().template_id()); },
                [&] { loaded = true; });
    home.run_until([&] { return loaded; });
    return ids;
}

}  // namespace

TEST_CASE("what was saved is loaded by the next keeper, newest first") {
    const test::TemporaryFolder folder;
    test::WaitingScheduler home;
    home.clock().set_unix(start + 1min);
    const auto first = a_message(1, start);
    const auto second = a_message(2, start + 1s);
    {
        TemplateKeeper keeper(TemplateFiles::open(folder.path(), start).value(), home.clock(),
                              home);
        keeper.save(second);
        keeper.save(first);
        CHECK(load(keeper, home).empty());
    }
    TemplateKeeper keeper(TemplateFiles::open(folder.path(), start).value(), home.clock(), home);
    CHECK(load(keeper, home) ==
          std::vector{second->template_().template_id(), first->template_().template_id()});
}
