// One block of bytes with a checksum.
#include "sserver/user_record.hpp"

#include "common/base/file.hpp"
#include "common/base/record_file.hpp"

namespace lode::sserver {
namespace {

constexpr std::string_view head = "lode users 1\n";
constexpr std::size_t time_size = sizeof(std::int64_t);
constexpr std::size_t mark_size = 2 * sizeof(std::uint64_t);
constexpr std::size_t check_size = sizeof(std::uint32_t);

std::optional<UserRecord> parse(ByteView bytes) {
    const std::size_t around = head.size() + time_size + check_size;
    if (bytes.size() < around || (bytes.size() - around) % mark_size != 0) return std::nullopt;
    const ByteView checked = bytes.first(bytes.size() - check_size);
    if (!as_chars(checked).starts_with(head)) return std::nullopt;
    if (load_be<std::uint32_t>(checked.data() + checked.size()) != crc32c(checked)) {
        return std::nullopt;
    }
    const std::uint8_t* at = checked.data() + head.size();
    const auto read = static_cast<std::int64_t>(load_be<std::uint64_t>(at));
    std::vector<NameMark> marks((bytes.size() - around) / mark_size);
    at += time_size;
    for (NameMark& mark : marks) {
        mark = {load_be<std::uint64_t>(at), load_be<std::uint64_t>(at + sizeof(std::uint64_t))};
        at += mark_size;
    }
    return UserRecord{from_unix_ms(read), std::make_shared<UserNames>(std::move(marks))};
}

}  // namespace

Result<std::optional<UserRecord>> read_user_record(const std::filesystem::path& path) {
    std::error_code problem;
    if (!std::filesystem::exists(path, problem) && !problem) return std::optional<UserRecord>();
    LODE_TRY(const std::string text, read_file(path));
    auto record = parse(as_bytes(text));
    if (!record) return failure(ErrorCode::internal, path.string() + ": not a record of users");
    return record;
}

Result<void> write_user_record(const std::filesystem::path& path, const UserRecord& record) {
    Bytes bytes;
    bytes.reserve(head.size() + time_size + record.names->size() * mark_size + check_size);
    append(bytes, as_bytes(head));
    append_be(bytes, static_cast<std::uint64_t>(to_unix_ms(record.read)));
    for (const NameMark& mark : record.names->marks()) {
        append_be(bytes, mark.high);
        append_be(bytes, mark.low);
    }
    append_be(bytes, crc32c(bytes));
    return replace_file(path, as_chars(bytes));
}

}  // namespace lode::sserver
