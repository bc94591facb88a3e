// RIPEMD-160 is OpenSSL's: it is needed a few times a second at most.
#include "common/bitcoin/hash160.hpp"

#include <openssl/evp.h>

#include "common/base/assert.hpp"
#include "common/bitcoin/sha256.hpp"

namespace lode::bitcoin {

Hash160 hash160(ByteView bytes) {
    const Hash256 inner = sha256(bytes);
    Hash160 hash{};
    unsigned size = hash.size();
    const int done = EVP_Digest(inner.bytes.data(), inner.bytes.size(), hash.data(), &size,
                                EVP_ripemd160(), nullptr);
    LODE_ASSERT(done == 1 && size == hash.size());
    return hash;
}

}  // namespace lode::bitcoin
