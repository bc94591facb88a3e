// Names of offences and refusals.
#include "sserver/offence.hpp"

namespace lode::sserver {

std::string_view to_string(Offence offence) {
    switch (offence) {
        case Offence::malformed:
            return "malformed";
        case Offence::long_line:
            return "long_line";
        case Offence::handshake:
            return "handshake";
        case Offence::logins:
            return "logins";
        case Offence::invalid_shares:
            return "invalid_shares";
        case Offence::duplicates:
            return "duplicates";
    }
    return "unknown";
}

std::string_view to_string(Refusal refusal) {
    switch (refusal) {
        case Refusal::banned:
            return "banned";
        case Refusal::too_many:
            return "too_many";
        case Refusal::too_often:
            return "too_often";
    }
    return "unknown";
}

}  // namespace lode::sserver
