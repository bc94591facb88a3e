// What is left of an address.
#include "sserver/log_address.hpp"

namespace lode::sserver {

std::string shown(const IpAddress& address, LogAddresses how) {
    switch (how) {
        case LogAddresses::full:
            return address.text();
        case LogAddresses::truncated: {
            const unsigned kept = address.is_v4() ? IpAddress::v4_prefix + 24 : 48;
            return address.truncated(kept).text() + (address.is_v4() ? "/24" : "/48");
        }
        case LogAddresses::none:
            break;
    }
    return "-";
}

}  // namespace lode::sserver
