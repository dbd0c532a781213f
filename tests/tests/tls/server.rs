//! An honest server, by rustls: only its certificate may be wrong.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
    sign::{CertifiedKey, SingleCertAndKey},
};
use tests::pki::{Identity, Pki};

pub const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"active\":false}";

/// Serves one connection with this chain, in DER, and this key, in PKCS #8.
pub fn serve(identity: &Identity) -> SocketAddr {
    serve_chain(identity.chain_der(), identity.key_der())
}

pub fn serve_chain(chain: Vec<Vec<u8>>, key: &[u8]) -> SocketAddr {
    let config = builder().with_no_client_auth().with_cert_resolver(Arc::new(resolver(chain, key)));
    serve_with(config, RESPONSE)
}

/// Serves one connection, and wants a client's certificate that the intermediate of this PKI has issued.
pub fn serve_clients_of(pki: &Pki, identity: &Identity) -> SocketAddr {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(pki.intermediate.certificate.der().clone()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let resolver = resolver(identity.chain_der(), identity.key_der());
    serve_with(builder().with_client_cert_verifier(verifier).with_cert_resolver(Arc::new(resolver)), RESPONSE)
}

/// Serves one connection: reads a request, and answers it.
pub fn serve_with(config: ServerConfig, response: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut tls = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut part = [0; 500];
            match tls.read(&mut part) {
                Ok(count @ 1..) => request.extend_from_slice(&part[..count]),
                _ => {
                    // The alert that says why is still to be sent.
                    while tls.conn.wants_write() && tls.conn.write_tls(&mut tls.sock).is_ok() {}
                    return;
                }
            }
        }
        tls.write_all(response).unwrap();
        tls.conn.send_close_notify();
        let _ = tls.flush();
        // Wait for the client's end, or the socket's end may overtake the response.
        let _ = tls.read(&mut [0; 100]);
    });
    address
}

pub fn builder() -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
}

/// Does not look whether the key is the certificate's.
pub fn resolver(chain: Vec<Vec<u8>>, key: &[u8]) -> SingleCertAndKey {
    let key = PrivateKeyDer::Pkcs8(key.to_vec().into());
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    CertifiedKey::new(chain, ring::sign::any_supported_type(&key).unwrap()).into()
}
