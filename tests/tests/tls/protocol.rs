//! Handshakes that break the protocol (RFC 8446): each a fault of its own, and nothing but the ClientHello is sent.

use bearward_core::{Signer, SignerError};
use bearward_net::{ClientCertificate, TlsError};
use sha2::{Digest as _, Sha256};
use tests::{
    pki::{KeyType, Pki},
    scripted::{
        ALERT, APPLICATION_DATA, CERTIFICATE, CERTIFICATE_REQUEST, ECDSA_SECP256R1_SHA256, FINISHED, HANDSHAKE,
        SERVER_CONTEXT, SERVER_HELLO, Scripted, certificate, message, serve, server_hello,
    },
};

use super::{
    client::{Client, SERVER},
    server::RESPONSE,
};

/// What the client says of a script that goes wrong before the end of the handshake.
pub fn refused(script: impl FnOnce(&mut Scripted) + Send + 'static) -> TlsError {
    let pki = Pki::new(KeyType::P256);
    Client::new(&pki).refusal(serve(pki.server(&[SERVER]), script))
}

/// The same, for a script that goes wrong after a good ServerHello.
pub fn refused_after_hello(script: impl FnOnce(&mut Scripted) + Send + 'static) -> TlsError {
    refused(|server| {
        server.hello();
        script(server);
        // The client must refuse by itself, and not because the connection ends.
        server.read();
    })
}

#[test]
fn the_script_without_a_fault_succeeds() {
    let pki = Pki::new(KeyType::P256);
    let address = serve(pki.server(&[SERVER]), |server| {
        server.handshake();
        server.read();
        server.send(APPLICATION_DATA, RESPONSE);
        server.send(ALERT, &[1, 0]);
    });
    assert_eq!(Client::new(&pki).call(address).response.as_deref(), Ok(RESPONSE));
}

#[test]
fn no_certificate() {
    let error = refused_after_hello(|server| {
        server.say(server.extensions());
        server.say(server.finished());
    });
    assert_eq!(error, TlsError::NoCertificate);
}

#[test]
fn an_empty_list_of_certificates() {
    let error = refused_after_hello(|server| {
        server.say(server.extensions());
        server.say(certificate(&[]));
        server.say(server.certificate_verify());
        server.say(server.finished());
    });
    assert_eq!(error, TlsError::NoCertificate);
}

#[test]
fn a_proof_without_a_certificate() {
    let error = refused_after_hello(|server| {
        server.say(server.extensions());
        server.say(server.certificate_verify());
        server.say(server.finished());
    });
    assert_eq!(error, TlsError::UnexpectedMessage);
}

#[test]
fn no_certificate_verify() {
    let error = refused_after_hello(|server| {
        server.say(server.extensions());
        server.say(server.certificate());
        server.say(server.finished());
    });
    assert_eq!(error, TlsError::NoCertificateVerify);
}

#[test]
fn nothing_before_finished() {
    let error = refused_after_hello(|server| {
        server.say(server.extensions());
        server.say(server.finished());
    });
    assert_eq!(error, TlsError::NoCertificate);
}

#[test]
fn rfc8446_4_3_1_encrypted_extensions_come_first_and_once() {
    for flight in ["cvf", "f", "cev", "ecevf", "eecvf"] {
        let error = refused_after_hello(move |server| {
            for message in flight.bytes() {
                server.say(match message {
                    b'e' => server.extensions(),
                    b'c' => server.certificate(),
                    b'v' => server.certificate_verify(),
                    _ => server.finished(),
                });
            }
        });
        assert_eq!(error, TlsError::UnexpectedMessage, "{flight}");
    }
    // Twice in one record.
    let error = refused_after_hello(|server| server.say([server.extensions(), server.extensions()].concat()));
    assert_eq!(error, TlsError::UnexpectedMessage);
}

#[test]
fn a_proof_of_another_handshake_or_purpose() {
    let proofs: [fn(&Scripted) -> Vec<u8>; 3] = [
        |server| server.certificate_verify_with(ECDSA_SECP256R1_SHA256, SERVER_CONTEXT, &[7; 32]),
        |server| {
            server.certificate_verify_with(ECDSA_SECP256R1_SHA256, "TLS 1.3, client CertificateVerify", &server.hash())
        },
        |server| {
            let mut message = server.certificate_verify();
            *message.last_mut().unwrap() ^= 1;
            message
        },
    ];
    for proof in proofs {
        let error = refused_after_hello(move |server| {
            server.say(server.extensions());
            server.say(server.certificate());
            server.say(proof(server));
            server.say(server.finished());
        });
        assert_eq!(error, TlsError::BadCertificateVerify);
    }
}

#[test]
fn a_proof_by_another_scheme_than_the_keys() {
    for (scheme, expected) in [
        (0x0503, TlsError::BadCertificateVerify), // ecdsa_secp384r1_sha384
        (0x0804, TlsError::BadCertificateVerify), // rsa_pss_rsae_sha256
        (0x0401, TlsError::UnsupportedAlgorithm), // rsa_pkcs1_sha256, for certificates only
        (0x0203, TlsError::UnsupportedAlgorithm), // ecdsa_sha1
        (0x0808, TlsError::UnsupportedAlgorithm), // ed448
        (0xfefe, TlsError::UnsupportedAlgorithm), // none
    ] {
        let error = refused_after_hello(move |server| {
            server.say(server.extensions());
            server.say(server.certificate());
            server.say(server.certificate_verify_with(scheme, SERVER_CONTEXT, &server.hash()));
            server.say(server.finished());
        });
        assert_eq!(error, expected, "{scheme:x}");
    }
}

#[test]
fn a_second_certificate_before_or_after_the_proof() {
    for after in [false, true] {
        let error = refused_after_hello(move |server| {
            server.say(server.extensions());
            server.say(server.certificate());
            if after {
                server.say(server.certificate_verify());
            }
            server.say(server.certificate());
            server.say(server.certificate_verify());
            server.say(server.finished());
        });
        assert_eq!(error, TlsError::UnexpectedMessage);
    }
}

#[test]
fn a_second_proof() {
    let error = refused_after_hello(|server| {
        server.say(server.extensions());
        server.say(server.certificate());
        server.say(server.certificate_verify());
        server.say(server.certificate_verify());
    });
    assert_eq!(error, TlsError::UnexpectedMessage);
}

#[test]
fn a_finished_of_another_handshake() {
    let error = refused_after_hello(|server| {
        server.say(server.extensions());
        server.say(server.certificate());
        server.say(server.certificate_verify());
        server.say(message(FINISHED, &[7; 32]));
    });
    assert_eq!(error, TlsError::BadFinished);
}

#[test]
fn a_message_behind_finished_in_its_record() {
    // RFC 8446 §5.1: the keys change there.
    let error = refused_after_hello(|server| {
        server.say(server.extensions());
        server.say(server.certificate());
        server.say(server.certificate_verify());
        let finished = [server.finished(), server.extensions()].concat();
        server.send(HANDSHAKE, &finished);
    });
    assert_eq!(error, TlsError::UnexpectedMessage);
}

#[test]
fn a_client_certificate_is_not_shown_before_the_proof() {
    struct Key;
    impl Signer for Key {
        fn algorithm(&self) -> &'static str {
            "ES256"
        }

        fn sign(&self, _: &[u8], _: &mut [u8]) -> Result<usize, SignerError> {
            panic!("asked to sign")
        }
    }
    let pki = Pki::new(KeyType::P256);
    let device = pki.client("valve-7.example.test");
    let der = device.chain[0].der().to_vec();
    let client = Client { certificate: Some(ClientCertificate::new(&der, &Key)), ..Client::new(&pki) };
    let request = message(CERTIFICATE_REQUEST, &[0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3]);
    for shows_certificate in [false, true] {
        let request = request.clone();
        let error = client.refusal(serve(pki.server(&[SERVER]), move |server| {
            server.hello();
            server.say(server.extensions());
            server.say(request);
            if shows_certificate {
                server.say(server.certificate());
            }
            server.say(server.finished());
            server.read();
        }));
        assert_eq!(error, if shows_certificate { TlsError::NoCertificateVerify } else { TlsError::NoCertificate });
    }
}

#[test]
fn alerts_tell_their_number() {
    for alert in [0, 40, 70, 80, 255] {
        let refusals = [
            refused(move |server| server.plain(ALERT, &[2, alert])),
            refused_after_hello(move |server| server.plain(ALERT, &[2, alert])),
            refused_after_hello(move |server| server.send(ALERT, &[2, alert])),
        ];
        assert_eq!(refusals, [TlsError::Alert(alert); 3]);
    }
    assert_eq!(refused(|server| server.plain(ALERT, &[2])), TlsError::Malformed);
    assert_eq!(refused(|server| server.plain(ALERT, &[])), TlsError::Malformed);
    assert_eq!(refused_after_hello(|server| server.send(ALERT, &[2])), TlsError::UnexpectedMessage);
    assert_eq!(refused_after_hello(|server| server.send(ALERT, &[2, 40, 0])), TlsError::UnexpectedMessage);
}

#[test]
fn application_data_before_finished() {
    let error = refused_after_hello(|server| server.send(APPLICATION_DATA, RESPONSE));
    assert_eq!(error, TlsError::UnexpectedMessage);
    let error = refused(|server| server.plain(APPLICATION_DATA, RESPONSE));
    assert_eq!(error, TlsError::UnexpectedMessage);
}

#[test]
fn messages_that_do_not_belong_in_a_servers_flight() {
    for kind in [0, 1, 2, 3, 4, 5, 6, 12, 14, 16, 24, 25, 254, 255] {
        let error = refused_after_hello(move |server| {
            server.say(server.extensions());
            server.say(message(kind, &[0; 8]));
        });
        assert_eq!(error, TlsError::UnexpectedMessage, "{kind}");
    }
}

#[test]
fn another_message_than_server_hello() {
    for kind in [1, 8, 11, 20] {
        let error = refused(move |server| server.plain(HANDSHAKE, &message(kind, &[0; 60])));
        assert!(matches!(error, TlsError::UnexpectedMessage | TlsError::Malformed), "{kind}: {error:?}");
    }
    assert_eq!(refused(|server| server.plain(HANDSHAKE, &[])), TlsError::UnexpectedMessage);
    assert_eq!(refused(|server| server.raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")), TlsError::UnexpectedMessage);
}

#[test]
fn a_server_hello_without_a_good_key_share() {
    let mut off_the_curve = vec![4];
    off_the_curve.extend([7; 64]);
    for share in [vec![], vec![0], vec![4; 64], off_the_curve] {
        let error =
            refused(move |server| server.plain(HANDSHAKE, &message(SERVER_HELLO, &server_hello(&[7; 32], &share))));
        assert_eq!(error, TlsError::Malformed);
    }
    let no_extensions = [&[3, 3][..], &[7; 32], &[0, 0x13, 0x01, 0, 0, 0]].concat();
    assert_eq!(
        refused(move |server| server.plain(HANDSHAKE, &message(SERVER_HELLO, &no_extensions))),
        TlsError::Malformed
    );
}

#[test]
fn a_server_hello_of_tls_1_2() {
    // RFC 8446 §4.1.3: no supported_versions, no key_share.
    let hello = [&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2b, 0]].concat();
    let error = refused(move |server| server.plain(HANDSHAKE, &message(SERVER_HELLO, &hello)));
    assert_eq!(error, TlsError::Malformed);
}

#[test]
fn a_hello_retry_request() {
    // RFC 8446 §4.1.3: a random that says so, and a share that names only a group. There is no other group to try.
    let random: [u8; 32] = Sha256::digest(b"HelloRetryRequest").into();
    let hello = [&[3, 3][..], &random, &[0, 0x13, 0x01, 0, 0, 12, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 24]].concat();
    let error = refused(move |server| server.plain(HANDSHAKE, &message(SERVER_HELLO, &hello)));
    assert_eq!(error, TlsError::Malformed);
}

#[test]
fn the_end_of_the_stream_at_every_state() {
    let steps: [fn(&mut Scripted); 6] = [
        |_| {},
        |server| server.hello(),
        |server| server.say(server.extensions()),
        |server| server.say(server.certificate()),
        |server| server.say(server.certificate_verify()),
        |server| server.raw(&[APPLICATION_DATA, 3, 3, 0, 50, 1, 2]),
    ];
    for count in 0..=steps.len() {
        let error = refused(move |server| steps.iter().take(count).for_each(|step| step(server)));
        assert_eq!(error, TlsError::Truncated, "{count}");
    }
}

#[test]
fn a_certificate_message_that_is_malformed() {
    let bodies: [&[u8]; 6] =
        [&[], &[9], &[0, 0, 0], &[0, 0, 0, 9], &[0, 0, 0, 4, 0, 0, 9, 1], &[0, 0, 0, 5, 0, 0, 1, 1, 9]];
    for body in bodies {
        let error = refused_after_hello(move |server| {
            server.say(server.extensions());
            server.say(message(CERTIFICATE, body));
        });
        assert_eq!(error, TlsError::Malformed, "{body:?}");
    }
}
