#include "cli/server_stream.h"

#include <stdexcept>

namespace penchant {

void ServerStream::start_tls(const std::string& host, const std::string& authorities) {
  namespace ssl = boost::asio::ssl;
  boost::system::error_code error;
  const auto refuse = [&host](const std::string& why) {
    throw std::runtime_error("there is no TLS with " + host + ": " + why);
  };
  tls_.emplace(socket_);
  if (authorities.empty()) {
    SSL_CTX_set_default_verify_paths(tls_->context.native_handle());
  } else if (SSL_CTX_load_verify_locations(tls_->context.native_handle(), authorities.c_str(), nullptr) != 1) {
    refuse("--cacert " + authorities + " cannot be read as certificates in PEM");
  }
  tls_->stream.set_verify_mode(ssl::verify_peer);
  SSL* const session = tls_->stream.native_handle();
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  if (!is_address) {
    SSL_set1_host(session, host.c_str());
    SSL_set_tlsext_host_name(session, host.c_str());
  }
  tls_->stream.handshake(ssl::stream_base::client, error);
  if (!error) return;
  const long verified = SSL_get_verify_result(session);
  if (verified != X509_V_OK) {
    refuse(std::string("its certificate is not accepted (") + X509_verify_cert_error_string(verified) +
           "); --cacert FILE names who vouches for it");
  }
  refuse(error.message());
}

}  // namespace penchant
