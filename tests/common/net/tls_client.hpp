// Certificates made for a test, and a blocking TLS client on loopback.
#pragma once

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "common/net/tls.hpp"
#include "tests/common/net/harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace lode::test {

// A key of its own and a certificate of this name, signed by itself, as PEM files.
inline net::TlsFiles make_certificate(const std::filesystem::path& folder,
                                      const std::string& name) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_set_pubkey(certificate.get(), key.get());
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    net::TlsFiles files{folder / (name + ".pem"), folder / (name + ".key")};
    const std::unique_ptr<FILE, decltype(&std::fclose)> to(
        std::fopen(files.certificate.c_str(), "w"), std::fclose);
    REQUIRE(PEM_write_X509(to.get(), certificate.get()) == 1);
    const std::unique_ptr<FILE, decltype(&std::fclose)> key_to(std::fopen(files.key.c_str(), "w"),
                                                               std::fclose);
    REQUIRE(PEM_write_PrivateKey(key_to.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
            1);
    return files;
}

// Takes any certificate.
class TlsClient {
  public:
    // Connects, so that something can be sent before the handshake.
    explicit TlsClient(std::uint16_t port, int newest = TLS1_3_VERSION)
        : tcp_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        SSL_CTX_set_security_level(context_.get(), 0);  // else versions before 1.2 are not offered
        SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_.get(), newest);
        session_.reset(SSL_new(context_.get()));
        SSL_set_fd(session_.get(), tcp_.fd());
        const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
        ::setsockopt(tcp_.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    [[nodiscard]] const Client& tcp() const { return tcp_; }
    [[nodiscard]] bool shake_hands() { return SSL_connect(session_.get()) == 1; }
    // The name in the server's certificate.
    [[nodiscard]] std::string server_name() const {
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(
            SSL_get1_peer_certificate(session_.get()), X509_free);
        char name[64] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                                  sizeof name);
        return name;
    }
    [[nodiscard]] std::string version() const { return SSL_get_version(session_.get()); }
    void send(std::string_view text) {
        REQUIRE(SSL_write(session_.get(), text.data(), static_cast<int>(text.size())) ==
                static_cast<int>(text.size()));
    }
    // Asks for new keys, whose answer the server must write.
    void ask_for_new_keys() {
        REQUIRE(SSL_key_update(session_.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
    }
    [[nodiscard]] std::string read_until(std::string_view text) {
        std::string all;
        char block[16384];
        while (all.find(text) == std::string::npos) {
            const int count = SSL_read(session_.get(), block, sizeof block);
            if (count <= 0) break;
            all.append(block, static_cast<std::size_t>(count));
        }
        return all;
    }
    // Whether the server ended the session in order.
    [[nodiscard]] bool ended() const {
        return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    }

  private:
    Client tcp_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> session_{nullptr, SSL_free};
};

}  // namespace lode::test
