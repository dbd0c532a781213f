//! Handshakes that must succeed (RFC 8446 §2), and what they leave in the caller's hands.

use std::sync::Arc;

use bearward_core::{Algorithm, Es256, Es256Signer, Signer, SignerError, UnixTime};
use bearward_net::{ClientCertificate, EmbeddedTls, TLS_RECORD_BYTES, Tls, TlsError, Trust};
use embedded_io_async::Write as _;
use p256::pkcs8::DecodePrivateKey as _;
use rand::{SeedableRng as _, rngs::StdRng};
use sha2::{Digest, Sha256};
use tests::pki::{Identity, KeyType, Pki, server_params};

use super::{
    client::{ALGORITHMS, Client, NOW, REQUEST, SERVER, Wire, assert_only_client_hello, block_on, records, request},
    server::{RESPONSE, builder, resolver, serve, serve_chain, serve_clients_of, serve_with},
};

#[test]
fn chains_of_every_key_type_are_verified() {
    for key_type in KeyType::ALL {
        let pki = Pki::new(key_type);
        let outcome = Client::new(&pki).call(serve(&pki.server(&[SERVER])));
        assert_eq!(outcome.response.as_deref(), Ok(RESPONSE), "{key_type:?}");
    }
}

#[test]
fn chains_of_mixed_key_types_are_verified() {
    for (authority, server) in [(KeyType::Rsa, KeyType::P256), (KeyType::P384, KeyType::Ed25519)] {
        let pki = Pki::new(authority);
        let key = server.key();
        let chain = vec![pki.intermediate.issue(&server_params(&[SERVER]), &key), pki.intermediate.certificate.clone()];
        let outcome = Client::new(&pki).call(serve(&Identity { chain, key }));
        assert_eq!(outcome.response.as_deref(), Ok(RESPONSE), "{authority:?}, {server:?}");
    }
}

#[test]
fn names_are_dns_names_wildcards_and_ip_addresses() {
    let pki = Pki::new(KeyType::P256);
    for (certified, asked) in [
        ("authority.example.test", "authority.example.test"),
        ("authority.example.test", "AUTHORITY.example.TEST"),
        ("*.example.test", "authority.example.test"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
    ] {
        let client = Client { server: asked, ..Client::new(&pki) };
        let outcome = client.call(serve(&pki.server(&["other.example.test", certified])));
        assert_eq!(outcome.response.as_deref(), Ok(RESPONSE), "{asked}");
    }
}

#[test]
fn an_ip_address_is_not_sent_as_a_server_name() {
    // RFC 6066 §3
    let pki = Pki::new(KeyType::P256);
    let contains = |sent: &[u8], name: &str| sent.windows(name.len()).any(|window| window == name.as_bytes());
    let client = Client { server: "127.0.0.1", ..Client::new(&pki) };
    assert!(!contains(&client.call(serve(&pki.server(&["127.0.0.1"]))).sent, "127.0.0.1"));
    assert!(contains(&Client::new(&pki).call(serve(&pki.server(&[SERVER]))).sent, SERVER));
}

#[test]
fn what_is_no_name_is_refused_before_anything_is_sent() {
    let pki = Pki::new(KeyType::P256);
    for server in ["", "authority.example.test.", "authority..test", "a b", "https://authority.example.test", "[::1]"] {
        let outcome = Client { server, ..Client::new(&pki) }.call(serve(&pki.server(&[SERVER])));
        assert_eq!(outcome.response, Err(TlsError::ServerName), "{server}");
        assert_eq!(outcome.sent, b"");
    }
}

#[test]
fn without_the_time_nothing_is_sent() {
    let pki = Pki::new(KeyType::P256);
    let outcome = Client { now: None, ..Client::new(&pki) }.call(serve(&pki.server(&[SERVER])));
    assert_eq!(outcome.response, Err(TlsError::TimeUnavailable));
    assert_eq!(outcome.sent, b"");
}

#[test]
fn each_of_several_anchors_is_tried() {
    let (pki, other) = (Pki::new(KeyType::P256), Pki::new(KeyType::P256));
    let root = |pki: &Pki| pki.root.certificate.der().to_vec();
    let client = Client { anchors: Some(vec![root(&other), root(&pki)]), ..Client::new(&pki) };
    assert_eq!(client.call(serve(&pki.server(&[SERVER]))).response.as_deref(), Ok(RESPONSE));
    let client = Client { anchors: Some(vec![]), ..Client::new(&pki) };
    assert_eq!(client.refusal(serve(&pki.server(&[SERVER]))), TlsError::UnknownIssuer);
}

#[test]
fn an_anchor_that_is_no_certificate_is_named() {
    let pki = Pki::new(KeyType::P256);
    let client = Client { anchors: Some(vec![b"-----BEGIN CERTIFICATE-----".to_vec()]), ..Client::new(&pki) };
    assert_eq!(client.refusal(serve(&pki.server(&[SERVER]))), TlsError::TrustAnchor);
}

fn pin(key: &rcgen::KeyPair) -> [u8; 32] {
    use rcgen::PublicKeyData as _;
    Sha256::digest(key.subject_public_key_info()).into()
}

#[test]
fn a_pin_is_of_any_key_in_the_path_in_addition_to_the_rest() {
    for key_type in KeyType::ALL {
        let pki = Pki::new(key_type);
        let server = pki.server(&[SERVER]);
        for key in [&server.key, pki.intermediate.key(), pki.root.key()] {
            let client = Client { pins: vec![[7; 32], pin(key)], ..Client::new(&pki) };
            let outcome = client.call(serve_chain(server.chain_der(), server.key_der()));
            assert_eq!(outcome.response.as_deref(), Ok(RESPONSE), "{key_type:?}");
        }
        let client = Client { pins: vec![[7; 32]], ..Client::new(&pki) };
        assert_eq!(client.refusal(serve(&server)), TlsError::NotPinned);
    }
}

#[test]
fn a_pin_does_not_make_up_for_a_bad_certificate() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&["other.example.test"]);
    let client = Client { pins: vec![pin(&server.key)], ..Client::new(&pki) };
    assert_eq!(client.refusal(serve(&server)), TlsError::WrongName);
}

#[test]
fn a_pin_of_a_certificate_that_is_sent_but_not_in_the_path_does_not_count() {
    let (pki, other) = (Pki::new(KeyType::P256), Pki::new(KeyType::P256));
    let server = pki.server(&[SERVER]);
    let mut chain = server.chain_der();
    chain.push(other.intermediate.certificate.der().to_vec());
    let client = Client { pins: vec![pin(other.intermediate.key())], ..Client::new(&pki) };
    assert_eq!(client.refusal(serve_chain(chain, server.key_der())), TlsError::NotPinned);
}

#[test]
fn with_keys_instead_of_anchors_only_the_servers_key_counts_and_no_clock_is_needed() {
    let pki = Pki::new(KeyType::P256);
    let mut params = server_params(&["anything.test"]);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let server = pki.server_with(params);
    let good = Client { anchors: None, now: None, pins: vec![pin(&server.key)], ..Client::new(&pki) };
    assert_eq!(good.call(serve(&server)).response.as_deref(), Ok(RESPONSE));

    // Any other key in what is sent does not count, nor does the certificate without its key.
    let client = Client { pins: vec![pin(pki.intermediate.key())], ..good.clone() };
    assert_eq!(client.refusal(serve(&server)), TlsError::NotPinned);
    let thief = serve_chain(server.chain_der(), pki.server(&[SERVER]).key_der());
    assert_eq!(good.refusal(thief), TlsError::BadCertificateVerify);
    assert_eq!(Client { pins: vec![], ..good }.refusal(serve(&server)), TlsError::NotPinned);
}

#[test]
fn an_algorithm_that_is_not_in_the_list_verifies_nothing() {
    static ONLY_ES256: &[&dyn Algorithm] = &[&Es256];
    for key_type in KeyType::ALL {
        let pki = Pki::new(key_type);
        let client = Client { algorithms: ONLY_ES256, ..Client::new(&pki) };
        let address = serve(&pki.server(&[SERVER]));
        match key_type {
            KeyType::P256 => assert_eq!(client.call(address).response.as_deref(), Ok(RESPONSE)),
            // It is not offered, so the server refuses first: with handshake_failure.
            KeyType::Rsa => assert_eq!(client.refusal(address), TlsError::Alert(40)),
            KeyType::P384 | KeyType::Ed25519 => assert_eq!(client.refusal(address), TlsError::UnsupportedAlgorithm),
        }
    }
}

/// A key that does not do what it should.
struct BrokenKey(&'static str, usize);

impl Signer for BrokenKey {
    fn algorithm(&self) -> &'static str {
        self.0
    }

    fn sign(&self, _: &[u8], signature: &mut [u8]) -> Result<usize, SignerError> {
        signature.get_mut(..self.1).ok_or(SignerError::new())?.fill(7);
        Ok(self.1)
    }
}

fn client_key(identity: &Identity) -> Es256Signer<'static> {
    let key = p256::SecretKey::from_pkcs8_der(identity.key_der()).unwrap();
    Es256Signer::new(&key.to_bytes().into()).unwrap()
}

#[test]
fn a_client_certificate_is_shown_to_a_server_that_asks() {
    let pki = Pki::new(KeyType::P256);
    let device = pki.client("valve-7.example.test");
    let (certificate, key) = (device.chain[0].der().to_vec(), client_key(&device));
    let client = Client { certificate: Some(ClientCertificate::new(&certificate, &key)), ..Client::new(&pki) };
    let server = pki.server(&[SERVER]);
    assert_eq!(client.call(serve_clients_of(&pki, &server)).response.as_deref(), Ok(RESPONSE));
    // And one that does not ask is not shown it.
    assert_eq!(client.call(serve(&server)).response.as_deref(), Ok(RESPONSE));
}

#[test]
fn a_server_that_refuses_the_clients_certificate_is_named() {
    let (pki, other) = (Pki::new(KeyType::P256), Pki::new(KeyType::P256));
    let device = other.client("valve-7.example.test");
    let (certificate, key) = (device.chain[0].der().to_vec(), client_key(&device));
    let refused = Client { certificate: Some(ClientCertificate::new(&certificate, &key)), ..Client::new(&pki) };
    let none = Client::new(&pki);
    for client in [refused, none] {
        let outcome = client.call(serve_clients_of(&pki, &pki.server(&[SERVER])));
        assert_eq!(outcome.response, Err(TlsError::ClientCertificateRefused));
    }
}

#[test]
fn a_client_key_that_does_not_sign_sends_no_signature() {
    let pki = Pki::new(KeyType::P256);
    let device = pki.client("valve-7.example.test");
    let certificate = device.chain[0].der().to_vec();
    for key in [BrokenKey("ES256", 63), BrokenKey("ES256", 9999), BrokenKey("ES384", 64)] {
        let client = Client { certificate: Some(ClientCertificate::new(&certificate, &key)), ..Client::new(&pki) };
        let outcome = client.call(serve_clients_of(&pki, &pki.server(&[SERVER])));
        assert_eq!(outcome.response, Err(TlsError::ClientKey));
        assert!(!outcome.is_open);
        // The ClientHello and the certificate.
        assert_eq!(records(&outcome.sent).len(), 2);
    }
}

#[test]
fn a_client_certificate_takes_64_bytes_more_to_send() {
    let pki = Pki::new(KeyType::P256);
    let names: Vec<String> = (0..40).map(|number| format!("valve-{number}.example.test")).collect();
    let mut params = server_params(&names.iter().map(String::as_str).collect::<Vec<_>>());
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    let device = pki.server_with(params);
    let (certificate, key) = (device.chain[0].der().to_vec(), client_key(&device));
    let with_room = |room: usize| {
        let certificate = ClientCertificate::new(&certificate, &key);
        let client = Client { certificate: Some(certificate), send_bytes: room, ..Client::new(&pki) };
        client.call(serve_clients_of(&pki, &pki.server(&[SERVER]))).response
    };
    assert!(certificate.len() > 640);
    assert_eq!(with_room(certificate.len() + 64).as_deref(), Ok(RESPONSE));
    assert_eq!(with_room(certificate.len()), Err(TlsError::Buffer));
}

#[test]
fn every_connection_takes_fresh_randomness() {
    let pki = Pki::new(KeyType::P256);
    let root = pki.root.certificate.der().to_vec();
    let (mut receive, mut send) = ([0; TLS_RECORD_BYTES], [0; 1024]);
    let anchors: [&[u8]; 1] = [&root];
    let rng = StdRng::seed_from_u64(9);
    let trust = Trust::anchors(&anchors);
    let mut tls = EmbeddedTls::new(rng, trust, ALGORITHMS, &mut receive, &mut send);
    let mut hellos = Vec::new();
    for _ in 0..2 {
        let wire = Wire::connect(serve(&pki.server(&[SERVER])));
        let sent = wire.sent();
        let connection = block_on(tls.connect(wire, SERVER, Some(UnixTime::from_seconds(NOW)))).unwrap();
        block_on(EmbeddedTls::<StdRng>::close(connection));
        hellos.push(sent.borrow()[..250].to_vec());
    }
    // client_random and key_share.
    assert_ne!(hellos[0][11..43], hellos[1][11..43]);
    assert_ne!(hellos[0][43..], hellos[1][43..]);
}

#[test]
fn a_buffer_that_is_too_short_is_named() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    let outcome = Client { send_bytes: 639, ..Client::new(&pki) }.call(serve(&server));
    assert_eq!((outcome.response, outcome.sent), (Err(TlsError::Buffer), vec![]));
    for receive_bytes in [0, 5, 100, 500] {
        let client = Client { receive_bytes, ..Client::new(&pki) };
        assert_eq!(client.refusal(serve(&server)), TlsError::RecordOverflow, "{receive_bytes}");
    }
}

#[test]
fn the_shortest_send_buffer_holds_a_client_hello_with_the_longest_name() {
    let label = "a".repeat(63);
    let name = format!("{label}.{label}.{label}.{}", &label[..61]);
    assert_eq!(name.len(), 253);
    let pki = Pki::new(KeyType::Rsa);
    let client = Client {
        server: &name,
        send_bytes: 640,
        receive_bytes: 4096 + 256,
        asks_for_short_records: true,
        ..Client::new(&pki)
    };
    assert_eq!(client.call(serve(&pki.server(&[&name]))).response.as_deref(), Ok(RESPONSE));
}

#[test]
fn a_short_receive_buffer_does_for_a_server_with_short_records() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    static LONG: [u8; 20_000] = [b'x'; 20_000];
    let serve_records_of = |length| {
        let resolver = Arc::new(resolver(server.chain_der(), server.key_der()));
        let mut config = builder().with_no_client_auth().with_cert_resolver(resolver);
        config.max_fragment_size = length;
        serve_with(config, &LONG)
    };
    let client = Client { receive_bytes: 2048 + 256, ..Client::new(&pki) };
    assert_eq!(client.call(serve_records_of(Some(2048))).response.as_deref(), Ok(&LONG[..]));
    let outcome = client.call(serve_records_of(None));
    assert_eq!(outcome.response, Err(TlsError::RecordOverflow));
    assert!(outcome.is_open);
}

#[test]
fn a_server_that_cuts_its_certificates_into_records_is_named() {
    let pki = Pki::new(KeyType::Rsa);
    let server = pki.server(&[SERVER]);
    let resolver = Arc::new(resolver(server.chain_der(), server.key_der()));
    let mut config = builder().with_no_client_auth().with_cert_resolver(resolver);
    config.max_fragment_size = Some(1024);
    assert_eq!(Client::new(&pki).refusal(serve_with(config, RESPONSE)), TlsError::Fragmented);
}

#[test]
fn long_requests_are_cut_into_records_of_the_send_buffer() {
    let pki = Pki::new(KeyType::P256);
    let client = Client { send_bytes: 640, ..Client::new(&pki) };
    let (result, sent) = client.with_connection(serve(&pki.server(&[SERVER])), |connection| {
        block_on(connection.tls.write_all(&[b'x'; 5000]))?;
        request(connection)
    });
    assert_eq!(result.as_deref(), Ok(RESPONSE));
    let application: usize = records(&sent).iter().filter(|(kind, _)| *kind == 23).map(|(_, length)| length).sum();
    assert!(application > 5000 + REQUEST.len());
    assert!(records(&sent).iter().all(|(_, length)| *length <= 640));
}

#[test]
fn a_server_without_p_256_refuses_with_an_alert() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    let mut provider = rustls::crypto::ring::default_provider();
    provider.kx_groups.retain(|group| group.name() == rustls::NamedGroup::X25519);
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver(server.chain_der(), server.key_der())));
    let client = Client::new(&pki);
    let outcome = client.call(serve_with(config, RESPONSE));
    assert_eq!(outcome.response, Err(TlsError::Alert(40)));
    assert_only_client_hello(&outcome.sent);
}

#[test]
fn what_a_connection_takes_of_the_callers_memory_is_bounded() {
    // On a 64-bit host; less where pointers are shorter. The buffers come on top.
    let rng = StdRng::seed_from_u64(1);
    let (mut receive, mut send) = ([], []);
    let mut tls = EmbeddedTls::new(rng, Trust::anchors(&[]), ALGORITHMS, &mut receive, &mut send);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let wire = Wire::connect(listener.local_addr().unwrap());
    let connect = tls.connect(wire, SERVER, Some(UnixTime::from_seconds(NOW)));
    let connection = size_of::<<EmbeddedTls<'_, StdRng> as Tls>::Connection<'_, Wire>>();
    assert!(size_of_val(&connect) <= 3840, "{}", size_of_val(&connect));
    assert!(connection <= 1408, "{connection}");
}

#[test]
fn debug_shows_neither_randomness_nor_what_the_buffers_hold() {
    let (mut receive, mut send) = ([0x5a; 32], [0xa5; 32]);
    let tls = EmbeddedTls::new("the seed", Trust::anchors(&[b"anchor"]), ALGORITHMS, &mut receive, &mut send);
    let shown = format!("{tls:?}");
    assert!(shown.starts_with("EmbeddedTls { trust: Trust { anchors: Some(1), pins: 0 }"), "{shown}");
    assert!(!shown.contains("seed") && !shown.contains("90, 90") && !shown.contains("165, 165"), "{shown}");
}
