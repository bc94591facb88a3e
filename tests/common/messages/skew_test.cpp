// Programs of neighbouring releases talk to one another: what any release wrote is read for ever.
// tests/vectors/messages keeps each message as the release wrote it.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "common/base/hex.hpp"
#include "tests/common/messages/complete_messages.hpp"

using namespace lode;
using namespace lode::test;

namespace {

const std::filesystem::path folder = "tests/vectors/messages";

struct Example {
    std::string name;
    std::string bytes;  // as this release writes it
    std::unique_ptr<google::protobuf::MessageLite> empty;
};

template <class Message>
Example example(std::string name, const Message& message) {
    return {std::move(name), message.SerializeAsString(), std::make_unique<Message>()};
}

std::vector<Example> examples() {
    std::vector<Example> all;
    all.push_back(example("template", complete_template()));
    all.push_back(example("hint", complete_hint()));
    all.push_back(example("job", complete_job()));
    all.push_back(example("claim", complete_claim()));
    all.push_back(example("heartbeat", complete_heartbeat()));
    all.push_back(example("share", complete_share()));
    all.push_back(example("solved", complete_solved()));
    all.push_back(example("block", complete_block()));
    all.push_back(example("session", complete_session()));
    all.push_back(example("node", complete_node()));
    all.push_back(example("watch", complete_watch()));
    all.push_back(example("alert", complete_alert()));
    all.push_back(example("ban", complete_ban()));
    all.push_back(example("command", complete_command()));
    return all;
}

std::optional<std::uint64_t> take_varint(std::string_view& wire) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !wire.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(wire.front());
        wire.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

// Tag (number and kind) -> its values in order, as bytes. None when it is no message.
using Fields = std::map<std::uint64_t, std::vector<std::string>>;

std::optional<Fields> split(std::string_view wire) {
    Fields fields;
    while (!wire.empty()) {
        const auto tag = take_varint(wire);
        if (!tag || *tag >> 3 == 0) return std::nullopt;
        std::string_view rest = wire;
        std::size_t size = 0;
        if ((*tag & 7) == 0) {
            if (!take_varint(rest)) return std::nullopt;
            size = wire.size() - rest.size();
        } else if ((*tag & 7) == 2) {
            const auto length = take_varint(wire);
            if (!length) return std::nullopt;
            size = *length;
        } else {
            size = (*tag & 7) == 1 ? 8 : 4;
        }
        if (size > wire.size()) return std::nullopt;
        fields[*tag].emplace_back(wire.substr(0, size));
        wire.remove_prefix(size);
    }
    return fields;
}

// Whether `newer` says all that `older` says, and perhaps more, in fields added since.
bool says_all_of(const std::string& newer, const std::string& older) {
    if (newer == older) return true;
    const auto now = split(newer);
    const auto then = split(older);
    if (!now || !then) return false;
    return std::ranges::all_of(*then, [&](const auto& field) {
        const auto found = now->find(field.first);
        if (found == now->end() || found->second.size() != field.second.size()) return false;
        return std::ranges::equal(found->second, field.second, says_all_of);
    });
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string hex;
    file >> hex;
    const auto bytes = from_hex(hex);
    REQUIRE(bytes);
    return std::string(as_chars(bytes.value()));
}

// A release's folder is named for it.
std::vector<std::filesystem::path> releases() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.is_directory()) found.push_back(entry.path());
    }
    return found;
}

}  // namespace

TEST_CASE("what every release wrote is read whole and says the same") {
    REQUIRE_FALSE(releases().empty());
    const auto known = examples();
    for (const auto& release : releases()) {
        for (const auto& file : std::filesystem::directory_iterator(release)) {
            CAPTURE(file.path());
            const auto one = std::ranges::find_if(known, [&](const Example& each) {
                return each.name + ".hex" == file.path().filename();
            });
            REQUIRE(one != known.end());
            const auto older = read(file.path());
            REQUIRE(one->empty->ParseFromString(older));
            CHECK(one->empty->SerializeAsString() == older);
            CHECK(says_all_of(one->bytes, older));
        }
    }
}

TEST_CASE("every message is kept as some release wrote it") {
    for (const Example& each : examples()) {
        CAPTURE(each.name);
        CHECK(std::ranges::any_of(releases(), [&](const auto& release) {
            return std::filesystem::exists(release / (each.name + ".hex"));
        }));
    }
}

TEST_CASE("a changed value, a lost field and another number are seen") {
    const auto older = complete_block().SerializeAsString();
    auto block = complete_block();
    block.mutable_answers(0)->set_answer("other");
    CHECK_FALSE(says_all_of(block.SerializeAsString(), older));
    block = complete_block();
    block.clear_worker();
    CHECK_FALSE(says_all_of(block.SerializeAsString(), older));
    CHECK(says_all_of(older + "\xc0\x3e\x07", older));
    CHECK_FALSE(says_all_of(older, older + "\xc0\x3e\x07"));
}

// Run by hand when a release adds a message or a field:
//   LODE_RELEASE=0.2 build/dev/bin/messages_test [write-vectors]
TEST_CASE("writes the messages of this release", "[.][write-vectors]") {
    const char* release = std::getenv("LODE_RELEASE");
    REQUIRE(release != nullptr);
    std::filesystem::create_directories(folder / release);
    for (const Example& each : examples()) {
        std::ofstream file(folder / release / (each.name + ".hex"));
        file << to_hex(as_bytes(each.bytes)) << '\n';
        REQUIRE(file);
    }
}
