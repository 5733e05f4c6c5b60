//! From settings to a rustls configuration: whom to trust, and who to be.

use std::sync::Arc;

use meshery_core::network::{Identity, Pem, Tls, TlsVersion};
use meshery_core::{Error, ErrorKind, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme, version};

pub(super) fn build(settings: &Tls, alpn: &[&[u8]]) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let versions = match settings.version {
        Some(TlsVersion::Tls12) => &[&version::TLS12][..],
        Some(TlsVersion::Tls13) => &[&version::TLS13],
        _ => rustls::ALL_VERSIONS,
    };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(|error| Error::new(ErrorKind::Tls, error.to_string()))?;
    let trusting = if settings.verify {
        builder.with_root_certificates(roots(settings.ca.as_ref())?)
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)))
    };
    let mut config = match &settings.identity {
        None => trusting.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = read_identity(identity)?;
            let refuse = |error: rustls::Error| Error::invalid("identity", error.to_string());
            trusting.with_client_auth_cert(chain, key).map_err(refuse)?
        }
    };
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

fn roots(ca: Option<&Pem>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let certificates = match ca {
        Some(pem) => certificates(pem).map_err(|error| error.at("ca"))?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let (_, ignored) = roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        return Err(Error::invalid("ca", "no certificate authority to trust")
            .expected("certificates in PEM, here or in the system's store")
            .found(format!("{ignored} that cannot be used")));
    }
    Ok(roots)
}

fn read_identity(identity: &Identity) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = certificates(&identity.certificate).map_err(|error| error.at("identity.certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(&read(&identity.key).map_err(|error| error.at("identity.key"))?);
    // What is wrong with a key is said without the key.
    let key = key.map_err(|_| Error::invalid("identity.key", "no private key").expected("a private key in PEM"))?;
    Ok((chain, key))
}

fn certificates(pem: &Pem) -> Result<Vec<CertificateDer<'static>>> {
    let text = read(pem)?;
    let refuse = |found: String| {
        Error::new(ErrorKind::InvalidInput, "no certificate").expected("certificates in PEM").found(found)
    };
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(&text).collect::<Result<_, _>>().map_err(|error| refuse(error.to_string()))?;
    if found.is_empty() { Err(refuse("none".into())) } else { Ok(found) }
}

fn read(pem: &Pem) -> Result<Vec<u8>> {
    match pem {
        Pem::Text(text) => Ok(text.clone().into_bytes()),
        Pem::File(path) => std::fs::read(path).map_err(|error| {
            Error::new(ErrorKind::Io, "the file cannot be read").found(format!("{}: {error}", path.display()))
        }),
    }
}

/// Trusts anybody, because the user said so; the measurement then says so too.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
