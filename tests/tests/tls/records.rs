//! Records of a handshake that are cut, empty, too long, changed or in the clear (RFC 8446 §5).

use bearward_net::TlsError;
use tests::{
    pki::{KeyType, Pki},
    scripted::{ALERT, APPLICATION_DATA, HANDSHAKE, Scripted, serve},
};

use super::{
    client::{Client, SERVER},
    protocol::{refused, refused_after_hello},
    server::RESPONSE,
};

const CHANGE_CIPHER_SPEC: u8 = 20;

#[test]
fn messages_that_span_records() {
    for cut in [1, 3, 4, 50] {
        let error = refused_after_hello(move |server| {
            server.say(server.extensions());
            let certificate = server.add(server.certificate());
            let (first, second) = certificate.split_at(cut);
            server.send(HANDSHAKE, first);
            server.send(HANDSHAKE, second);
        });
        assert_eq!(error, TlsError::Fragmented, "{cut}");
    }
}

#[test]
fn a_record_with_nothing_in_it() {
    // The shortest that can be decrypted: nothing but the tag, then nothing but padding, and a type alone.
    let shortest = refused_after_hello(|server| {
        let record = server.seal_plaintext(&[]);
        server.raw(&record);
    });
    assert_eq!(shortest, TlsError::BadRecord);
    for plaintext in [&[0][..], &[0; 500], &[HANDSHAKE], &[HANDSHAKE, 0, 0], &[ALERT], &[APPLICATION_DATA]] {
        let error = refused_after_hello(move |server| {
            let record = server.seal_plaintext(plaintext);
            server.raw(&record);
        });
        assert_eq!(error, TlsError::UnexpectedMessage, "{plaintext:?}");
    }
    let header_only = refused_after_hello(|server| server.plain(APPLICATION_DATA, &[]));
    assert_eq!(header_only, TlsError::BadRecord);
}

#[test]
fn padding_is_taken_off() {
    let pki = Pki::new(KeyType::P256);
    let address = serve(pki.server(&[SERVER]), |server| {
        server.hello();
        for message in [Scripted::extensions, Scripted::certificate, Scripted::certificate_verify, Scripted::finished] {
            let message = server.add(message(server));
            let record = server.seal_plaintext(&[&message, &[HANDSHAKE][..], &[0; 300]].concat());
            server.raw(&record);
        }
        server.open();
        server.read();
        let record = server.seal_plaintext(&[RESPONSE, &[APPLICATION_DATA], &[0; 1000]].concat());
        server.raw(&record);
        server.send(ALERT, &[1, 0]);
    });
    assert_eq!(Client::new(&pki).call(address).response.as_deref(), Ok(RESPONSE));
}

#[test]
fn a_record_that_is_too_long() {
    // RFC 8446 §5.2: 2^14 + 256 bytes.
    let error = refused_after_hello(|server| server.plain(APPLICATION_DATA, &[7; 16_641]));
    assert_eq!(error, TlsError::RecordOverflow);
    let pki = Pki::new(KeyType::P256);
    let client = Client { receive_bytes: 40_000, ..Client::new(&pki) };
    let address = serve(pki.server(&[SERVER]), |server| {
        server.hello();
        server.plain(APPLICATION_DATA, &[7; 16_641]);
    });
    assert_eq!(client.refusal(address), TlsError::RecordOverflow);
}

#[test]
fn a_record_that_was_changed() {
    for place in [0_usize, 40] {
        let error = refused_after_hello(move |server| {
            let message = server.add(server.extensions());
            let mut record = server.seal(HANDSHAKE, &message);
            let place = (5 + place).min(record.len() - 1);
            record[place] ^= 1;
            server.raw(&record);
        });
        assert_eq!(error, TlsError::BadRecord);
    }
}

#[test]
fn a_record_of_another_version() {
    for version in [[3, 1], [3, 4], [3, 0xfe], [3, 0xff], [0, 0]] {
        let error = refused_after_hello(move |server| {
            let message = server.add(server.extensions());
            let mut record = server.seal(HANDSHAKE, &message);
            record[1..3].copy_from_slice(&version);
            server.raw(&record);
        });
        assert_eq!(error, TlsError::UnexpectedMessage);
    }
}

#[test]
fn handshake_messages_in_the_clear() {
    // RFC 8446 §2: all after the ServerHello is encrypted.
    let error = refused_after_hello(|server| {
        let messages = [server.extensions(), server.certificate()].concat();
        server.plain(HANDSHAKE, &messages);
    });
    assert_eq!(error, TlsError::UnexpectedMessage);
}

#[test]
fn change_cipher_spec_is_ignored_where_it_may_come() {
    let pki = Pki::new(KeyType::P256);
    let address = serve(pki.server(&[SERVER]), |server| {
        server.hello();
        server.plain(CHANGE_CIPHER_SPEC, &[1]);
        server.flight();
        server.open();
        server.read();
        server.send(APPLICATION_DATA, RESPONSE);
        server.send(ALERT, &[1, 0]);
    });
    assert_eq!(Client::new(&pki).call(address).response.as_deref(), Ok(RESPONSE));
    let early = refused(|server| {
        server.plain(CHANGE_CIPHER_SPEC, &[1]);
        server.hello();
    });
    assert_eq!(early, TlsError::UnexpectedMessage);
    assert_eq!(refused_after_hello(|server| server.plain(CHANGE_CIPHER_SPEC, &[1, 1])), TlsError::UnexpectedMessage);
}
