//! TLS as a knocker at the door speaks it.

use std::sync::Arc;

use meshery_core::{Error, ErrorKind, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use crate::pki::Identity;

/// Opens TLS over a connection, with this identity or none, and offers these protocols. The peer's own certificate is
/// taken as it is: a check of who gets in must not depend on who opens.
pub(crate) async fn connect(
    stream: TcpStream,
    identity: Option<&Identity>,
    alpn: &[String],
) -> Result<client::TlsStream<TcpStream>> {
    let provider = provider();
    let verifier = Arc::new(Anyone(Arc::clone(&provider)));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match identity {
        Some(identity) => config.with_client_auth_cert(chain(identity), key(identity)).map_err(broken)?,
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = alpn.iter().map(|name| name.clone().into_bytes()).collect();
    let name =
        ServerName::try_from("mesh.local").map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| Error::new(ErrorKind::Tls, error.to_string()).because(error))
}

/// Accepts TLS on a connection, showing this identity and asking for none.
pub(crate) async fn accept(stream: TcpStream, identity: &Identity) -> Result<server::TlsStream<TcpStream>> {
    acceptor(identity)?
        .accept(stream)
        .await
        .map_err(|error| Error::new(ErrorKind::Tls, error.to_string()).because(error))
}

/// Accepts TLS on connections, showing this identity and asking for none.
pub(crate) fn acceptor(identity: &Identity) -> Result<TlsAcceptor> {
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .with_no_client_auth()
        .with_single_cert(chain(identity), key(identity))
        .map_err(broken)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Named outright: which one is the default would depend on what else is linked into the program.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn chain(identity: &Identity) -> Vec<CertificateDer<'static>> {
    vec![CertificateDer::from(identity.certificate.clone())]
}

fn key(identity: &Identity) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.clone()))
}

fn broken(error: rustls::Error) -> Error {
    Error::new(ErrorKind::Tls, error.to_string()).because(error)
}

/// Takes any certificate whose key the peer holds.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
