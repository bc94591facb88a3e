// LODE_VERSION is defined for this file alone, so that a new version compiles one file again.
#include "common/runtime/version.hpp"

namespace lode::runtime {

std::string_view version() {
    return LODE_VERSION;
}

}  // namespace lode::runtime
