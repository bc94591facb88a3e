// Certificate files that are right and wrong. Sessions are tried over real connections in
// loop_io_test.
#include "common/net/tls.hpp"

#include "common/base/file.hpp"
#include "tests/common/net/tls_client.hpp"

using namespace lode;
using lode::test::make_certificate;
using lode::test::TemporaryFolder;
using net::TlsContext;

namespace {

std::string complaint(const net::TlsFiles& files) {
    const auto loaded = TlsContext::load(files);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == ErrorCode::malformed);
    return loaded.error().context;
}

}  // namespace

TEST_CASE("a certificate and its key are taken") {
    const TemporaryFolder folder;
    CHECK(TlsContext::load(make_certificate(folder.path(), "one")));
}

TEST_CASE("a file that is missing, rubbish or another certificate's is named") {
    const TemporaryFolder folder;
    const auto one = make_certificate(folder.path(), "one");
    const auto two = make_certificate(folder.path(), "two");
    const auto missing = folder.path() / "missing.pem";
    const auto rubbish = folder.path() / "rubbish.pem";
    REQUIRE(replace_file(rubbish, "-----BEGIN CERTIFICATE-----\nno\n"));
    CHECK(complaint({missing, one.key}).starts_with(missing.string() + ": "));
    CHECK(complaint({rubbish, one.key}).starts_with(rubbish.string() + ": "));
    CHECK(complaint({one.certificate, missing}).starts_with(missing.string() + ": "));
    CHECK(complaint({one.certificate, rubbish}).starts_with(rubbish.string() + ": "));
    CHECK(complaint({one.certificate, two.key}).starts_with(two.key.string() + ": "));
}

TEST_CASE("a key with a password is refused, and nobody is asked for it") {
    const TemporaryFolder folder;
    auto files = make_certificate(folder.path(), "one");
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    {
        const std::unique_ptr<FILE, decltype(&std::fclose)> to(std::fopen(files.key.c_str(), "w"),
                                                               std::fclose);
        REQUIRE(PEM_write_PrivateKey(to.get(), key.get(), EVP_aes_128_cbc(),
                                     reinterpret_cast<const unsigned char*>("word"), 4, nullptr,
                                     nullptr) == 1);
    }
    CHECK(complaint(files).starts_with(files.key.string() + ": "));
}
