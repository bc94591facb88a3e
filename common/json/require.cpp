// Required fields, with the kind found in the error.
#include "common/json/require.hpp"

#include <limits>

namespace lode::json {

namespace {

constexpr std::string_view found(Kind kind) {
    switch (kind) {
        case Kind::missing:
            return "is missing";
        case Kind::null:
            return "is null";
        case Kind::boolean:
            return "is a boolean";
        case Kind::number:
            return "is another number";
        case Kind::string:
            return "is a string";
        case Kind::array:
            return "is an array";
        case Kind::object:
            return "is an object";
    }
    return "is unknown";
}

auto wrong(Value object, std::string_view field, std::string_view wanted) {
    return failure(ErrorCode::malformed, "field \"" + std::string(field) + "\" " +
                                             std::string(found(object.member(field).kind())) +
                                             ", wanted " + std::string(wanted));
}

template <class Integer>
Result<Integer> require_signed(Value object, std::string_view field, std::string_view wanted) {
    const auto number = object.member(field).int64();
    if (!number || *number < std::numeric_limits<Integer>::min() ||
        *number > std::numeric_limits<Integer>::max()) {
        return wrong(object, field, wanted);
    }
    return static_cast<Integer>(*number);
}

template <class Integer>
Result<Integer> require_unsigned(Value object, std::string_view field, std::string_view wanted) {
    const auto number = object.member(field).uint64();
    if (!number || *number > std::numeric_limits<Integer>::max()) {
        return wrong(object, field, wanted);
    }
    return static_cast<Integer>(*number);
}

}  // namespace

Result<std::string_view> require_string(Value object, std::string_view field) {
    const auto text = object.member(field).string();
    if (!text) return wrong(object, field, "a string");
    return *text;
}

Result<bool> require_bool(Value object, std::string_view field) {
    const auto flag = object.member(field).boolean();
    if (!flag) return wrong(object, field, "true or false");
    return *flag;
}

Result<std::int32_t> require_int32(Value object, std::string_view field) {
    return require_signed<std::int32_t>(object, field, "a 32-bit integer");
}

Result<std::uint32_t> require_uint32(Value object, std::string_view field) {
    return require_unsigned<std::uint32_t>(object, field, "an unsigned 32-bit integer");
}

Result<std::int64_t> require_int64(Value object, std::string_view field) {
    return require_signed<std::int64_t>(object, field, "a 64-bit integer");
}

Result<std::uint64_t> require_uint64(Value object, std::string_view field) {
    return require_unsigned<std::uint64_t>(object, field, "an unsigned 64-bit integer");
}

Result<Value> require_array(Value object, std::string_view field) {
    const Value array = object.member(field);
    if (!array.is_array()) return wrong(object, field, "an array");
    return array;
}

Result<Value> require_object(Value object, std::string_view field) {
    const Value inner = object.member(field);
    if (!inner.is_object()) return wrong(object, field, "an object");
    return inner;
}

}  // namespace lode::json
