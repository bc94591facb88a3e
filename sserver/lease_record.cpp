// One line a field: a word, a space, the value.
#include "sserver/lease_record.hpp"

#include <charconv>

#include "common/base/file.hpp"

namespace lode::sserver {
namespace {

// Takes "<name> <value>\n" off the text; nothing when something else stands there.
std::optional<std::string_view> take_field(std::string_view& text, std::string_view name) {
    const auto end = text.find('\n');
    if (end == text.npos || !text.starts_with(name) || text.substr(name.size(), 1) != " ") {
        return std::nullopt;
    }
    const auto value = text.substr(name.size() + 1, end - name.size() - 1);
    text.remove_prefix(end + 1);
    return value;
}

template <class T>
std::optional<T> take_number(std::string_view& text, std::string_view name) {
    const auto digits = take_field(text, name);
    if (!digits) return std::nullopt;
    T value = 0;
    const char* const end = digits->data() + digits->size();
    const auto parsed = std::from_chars(digits->data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return value;
}

std::optional<LeaseRow> parse(std::string_view text) {
    const auto id = take_number<std::uint16_t>(text, "id");
    const auto epoch = take_number<std::uint32_t>(text, "epoch");
    const auto holder = take_field(text, "holder");
    const auto renewed = take_number<std::int64_t>(text, "renewed_unix_ms");
    const auto released = take_number<std::int64_t>(text, "released_unix_ms");
    if (!id || *id > leased_id_max || !epoch || !holder || !renewed || !released || !text.empty()) {
        return std::nullopt;
    }
    LeaseRow record{.id = *id,
                    .holder = std::string(*holder),
                    .epoch = *epoch,
                    .renewed = from_unix_ms(*renewed)};
    if (*released != 0) record.released = from_unix_ms(*released);
    return record;
}

}  // namespace

Result<std::optional<LeaseRow>> read_lease_record(const std::filesystem::path& path) {
    std::error_code problem;
    if (!std::filesystem::exists(path, problem) && !problem) return std::optional<LeaseRow>();
    LODE_TRY(const std::string text, read_file(path));
    auto record = parse(text);
    if (!record) {
        return failure(ErrorCode::internal, path.string() + ": not the record of a lease");
    }
    return record;
}

Result<void> write_lease_record(const std::filesystem::path& path, const LeaseRow& record) {
    const std::int64_t released = record.released ? to_unix_ms(*record.released) : 0;
    return replace_file(path, "id " + std::to_string(record.id) + "\nepoch " +
                                  std::to_string(record.epoch) + "\nholder " + record.holder +
                                  "\nrenewed_unix_ms " +
                                  std::to_string(to_unix_ms(record.renewed)) +
                                  "\nreleased_unix_ms " + std::to_string(released) + "\n");
}

}  // namespace lode::sserver
