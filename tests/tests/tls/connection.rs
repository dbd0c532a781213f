//! Open connections: what a server may send, what ends it, and that no record makes it panic (RFC 8446 §4.6, §5, §6).

use bearward_net::{EmbeddedTls, Tls as _, TlsError};
use embedded_io_async::{Read as _, Write as _};
use rand::rngs::StdRng;
use tests::{
    pki::{KeyType, Pki},
    scripted::{ALERT, APPLICATION_DATA, HANDSHAKE, Scripted, message, serve},
};

use super::{
    client::{Client, Connection, REQUEST, SERVER, block_on, poll_once, records, request},
    server::RESPONSE,
};

const CLOSE_NOTIFY: [u8; 2] = [1, 0];

/// What a request comes to when the server answers it by a script.
fn answered(script: impl FnOnce(&mut Scripted) + Send + 'static) -> Result<Vec<u8>, TlsError> {
    with_connection(script, request)
}

fn with_connection<T>(
    script: impl FnOnce(&mut Scripted) + Send + 'static,
    act: impl FnOnce(&mut Connection<'_>) -> Result<T, TlsError>,
) -> Result<T, TlsError> {
    let pki = Pki::new(KeyType::P256);
    let address = serve(pki.server(&[SERVER]), |server| {
        server.handshake();
        assert_eq!(server.read(), Some((APPLICATION_DATA, REQUEST.to_vec())));
        script(server);
    });
    Client::new(&pki).with_connection(address, act).0
}

/// What a record comes to that stands between a request and its response.
fn interjected(script: impl FnOnce(&mut Scripted) + Send + 'static) -> Result<Vec<u8>, TlsError> {
    answered(|server| {
        script(server);
        server.send(APPLICATION_DATA, RESPONSE);
        server.send(ALERT, &CLOSE_NOTIFY);
    })
}

fn ticket() -> Vec<u8> {
    message(4, &[0, 0, 14, 16, 1, 2, 3, 4, 1, 0, 0, 4, 5, 6, 7, 8, 0, 0])
}

#[test]
fn tickets_and_empty_records_are_passed_over() {
    let response = interjected(|server| {
        server.send(HANDSHAKE, &ticket());
        server.send(HANDSHAKE, &[ticket(), ticket()].concat());
        server.send(APPLICATION_DATA, &[]);
        let padded = server.seal_plaintext(&[APPLICATION_DATA, 0, 0, 0]);
        server.raw(&padded);
    });
    assert_eq!(response.as_deref(), Ok(RESPONSE));
}

#[test]
fn handshake_messages_of_every_type_end_the_connection_without_a_panic() {
    for kind in 0..=255 {
        for body in [&[][..], &[0; 32]] {
            let expected = match kind {
                4 => continue,
                24 => TlsError::KeyUpdate,
                _ => TlsError::UnexpectedMessage,
            };
            let response = interjected(move |server| server.send(HANDSHAKE, &message(kind, body)));
            assert_eq!(response, Err(expected), "{kind}");
        }
    }
}

#[test]
fn a_ticket_with_another_message_behind_it_or_cut_short() {
    for content in [[ticket(), message(20, &[0; 32])].concat(), ticket()[..10].to_vec(), vec![4], vec![]] {
        let response = interjected(move |server| server.send(HANDSHAKE, &content));
        assert_eq!(response, Err(TlsError::UnexpectedMessage));
    }
}

#[test]
fn a_record_with_nothing_in_it() {
    let response = interjected(|server| {
        let record = server.seal_plaintext(&[]);
        server.raw(&record);
    });
    assert_eq!(response, Err(TlsError::BadRecord));
    for plaintext in [&[0][..], &[0; 300], &[20], &[24], &[1, 20], &[1, 24]] {
        let response = interjected(move |server| {
            let record = server.seal_plaintext(plaintext);
            server.raw(&record);
        });
        assert_eq!(response, Err(TlsError::UnexpectedMessage), "{plaintext:?}");
    }
}

#[test]
fn records_in_the_clear_are_refused() {
    // Anyone on the way can write them: an alert that ends the connection, above all.
    for (kind, content) in [
        (ALERT, CLOSE_NOTIFY.to_vec()),
        (ALERT, vec![2, 40]),
        (HANDSHAKE, ticket()),
        (HANDSHAKE, message(20, &[0; 32])),
        (20, vec![1]),
        (0, vec![1]),
        (99, vec![1]),
    ] {
        let response = interjected(move |server| server.plain(kind, &content));
        assert_eq!(response, Err(TlsError::UnexpectedMessage), "{kind}");
    }
}

#[test]
fn the_end_of_the_stream_is_an_error_unless_the_server_has_said_so() {
    // RFC 8446 §6.1: what was read may be cut.
    let response = answered(|server| server.send(APPLICATION_DATA, RESPONSE));
    assert_eq!(response, Err(TlsError::Truncated));
    let response = answered(|server| {
        let record = server.seal(APPLICATION_DATA, RESPONSE);
        server.raw(&record[..record.len() - 1]);
    });
    assert_eq!(response, Err(TlsError::Truncated));
    for level in [0, 1, 2, 9] {
        let response = interjected(move |server| server.send(ALERT, &[level, 0]));
        // The level of close_notify does not matter (RFC 8446 §6), and what comes after it is not looked at.
        assert_eq!(response.as_deref(), Ok(&b""[..]), "{level}");
    }
}

#[test]
fn alerts_end_the_connection() {
    for (alert, expected) in [
        (10, TlsError::Aborted),
        (80, TlsError::Aborted),
        (90, TlsError::Aborted),
        (250, TlsError::Aborted),
        (42, TlsError::ClientCertificateRefused),
        (48, TlsError::ClientCertificateRefused),
        (116, TlsError::ClientCertificateRefused),
    ] {
        assert_eq!(interjected(move |server| server.send(ALERT, &[2, alert])), Err(expected), "{alert}");
    }
    for content in [&[][..], &[2], &[2, 80, 0]] {
        assert_eq!(interjected(move |server| server.send(ALERT, content)), Err(TlsError::UnexpectedMessage));
    }
}

#[test]
fn a_changed_or_repeated_record_is_refused() {
    for place in [5, 30] {
        let response = answered(move |server| {
            let mut record = server.seal(APPLICATION_DATA, RESPONSE);
            record[place] ^= 1;
            server.raw(&record);
        });
        assert_eq!(response, Err(TlsError::BadRecord));
    }
    let response = answered(|server| {
        let record = server.seal(APPLICATION_DATA, RESPONSE);
        server.raw(&record);
        server.raw(&record);
    });
    assert_eq!(response, Err(TlsError::BadRecord));
    let response = answered(|server| {
        let mut record = server.seal(APPLICATION_DATA, RESPONSE);
        record[2] = 0xff;
        server.raw(&record);
    });
    assert_eq!(response, Err(TlsError::UnexpectedMessage));
}

#[test]
fn the_longest_record_is_read() {
    static LONG: [u8; 16_384] = [b'x'; 16_384];
    let response = answered(|server| {
        server.send(APPLICATION_DATA, &LONG);
        let padded = server.seal_plaintext(&[&LONG[..16_383], &[APPLICATION_DATA], &[0; 240]].concat());
        server.raw(&padded);
        server.send(ALERT, &CLOSE_NOTIFY);
    });
    assert_eq!(response.map(|response| response.len()), Ok(16_384 + 16_383));
}

#[test]
fn a_stream_in_pieces_of_one_byte_is_read() {
    let response = answered(|server| {
        let records = [server.seal(APPLICATION_DATA, RESPONSE), server.seal(ALERT, &CLOSE_NOTIFY)].concat();
        for byte in records {
            server.raw(&[byte]);
            std::thread::sleep(std::time::Duration::from_micros(200));
        }
    });
    assert_eq!(response.as_deref(), Ok(RESPONSE));
}

#[test]
fn after_the_end_reading_gives_nothing_and_writing_is_an_error() {
    let script = |server: &mut Scripted| server.send(ALERT, &CLOSE_NOTIFY);
    let result = with_connection(script, |connection| {
        assert_eq!(request(connection), Ok(vec![]));
        let mut buffer = [0; 10];
        assert_eq!(block_on(connection.tls.read(&mut buffer)), Ok(0));
        assert_eq!(block_on(connection.tls.read(&mut buffer)), Ok(0));
        assert_eq!(block_on(connection.tls.write(b"more")), Err(TlsError::Closed));
        Ok(())
    });
    assert_eq!(result, Ok(()));
}

#[test]
fn an_error_stays_and_nothing_is_sent_after_it() {
    let pki = Pki::new(KeyType::P256);
    let address = serve(pki.server(&[SERVER]), |server| {
        server.handshake();
        server.read();
        server.send(HANDSHAKE, &message(24, &[0]));
        server.send(APPLICATION_DATA, RESPONSE);
        server.read();
    });
    let (result, sent) = Client::new(&pki).with_connection(address, |connection| {
        assert_eq!(request(connection), Err(TlsError::KeyUpdate));
        assert_eq!(block_on(connection.tls.read(&mut [0; 10])), Err(TlsError::KeyUpdate));
        assert_eq!(block_on(connection.tls.write(b"more")), Err(TlsError::KeyUpdate));
        assert_eq!(block_on(connection.tls.flush()), Err(TlsError::KeyUpdate));
        Ok(())
    });
    assert_eq!(result, Ok(()));
    // ClientHello, Finished, the request; no close_notify.
    assert_eq!(records(&sent).len(), 3);
}

#[test]
fn closing_says_so_once() {
    let pki = Pki::new(KeyType::P256);
    for server_closes in [false, true] {
        let (heard, hears) = std::sync::mpsc::channel();
        let address = serve(pki.server(&[SERVER]), move |server| {
            server.handshake();
            server.read();
            server.send(APPLICATION_DATA, RESPONSE);
            if server_closes {
                server.send(ALERT, &CLOSE_NOTIFY);
            }
            while let Some(record) = server.read() {
                heard.send(record).unwrap();
            }
        });
        let (result, sent) = Client::new(&pki).with_connection(address, |connection| {
            block_on(connection.tls.write_all(REQUEST))?;
            block_on(connection.tls.flush())?;
            let mut buffer = [0; 1000];
            let count = block_on(connection.tls.read(&mut buffer))?;
            if server_closes {
                assert_eq!(block_on(connection.tls.read(&mut [0; 10])), Ok(0));
            }
            Ok(buffer[..count].to_vec())
        });
        assert_eq!(result.as_deref(), Ok(RESPONSE));
        let expected = if server_closes { vec![] } else { vec![(ALERT, CLOSE_NOTIFY.to_vec())] };
        assert_eq!(hears.iter().collect::<Vec<_>>(), expected);
        // ClientHello, Finished, the request, and what came behind.
        assert_eq!(records(&sent).len(), 3 + expected.len());
    }
}

#[test]
fn an_operation_that_was_dropped_ends_the_connection() {
    // A record may be half read or half written, and a nonce would be used twice.
    let operations: [fn(&mut Connection<'_>) -> bool; 3] = [
        |connection| poll_once(connection.tls.read(&mut [0; 10])).is_pending(),
        |connection| poll_once(connection.tls.write(&[0; 5000])).is_pending(),
        |connection| poll_once(connection.tls.flush()).is_pending(),
    ];
    for operation in operations {
        let pki = Pki::new(KeyType::P256);
        let address = serve(pki.server(&[SERVER]), |server| {
            server.handshake();
            server.read();
        });
        let (result, sent) = Client::new(&pki).with_connection(address, |connection| {
            block_on(connection.tls.write(b"begun"))?;
            connection.stalls.set(true);
            assert!(operation(connection));
            connection.stalls.set(false);
            assert_eq!(block_on(connection.tls.read(&mut [0; 10])), Err(TlsError::Interrupted));
            assert_eq!(block_on(connection.tls.write(b"more")), Err(TlsError::Interrupted));
            Ok(())
        });
        assert_eq!(result, Ok(()));
        // ClientHello and Finished only.
        assert_eq!(records(&sent).len(), 2);
    }
}

#[test]
fn empty_reads_and_writes_do_nothing() {
    let script = |server: &mut Scripted| {
        server.send(APPLICATION_DATA, RESPONSE);
        server.send(ALERT, &CLOSE_NOTIFY);
    };
    let result = with_connection(script, |connection| {
        assert_eq!(block_on(connection.tls.write(&[])), Ok(0));
        assert_eq!(block_on(connection.tls.flush()), Ok(()));
        assert_eq!(block_on(connection.tls.read(&mut [])), Ok(0));
        request(connection)
    });
    assert_eq!(result.as_deref(), Ok(RESPONSE));
}

#[test]
fn a_connection_that_was_closed_is_of_no_more_use() {
    let closed = |script: fn(&mut Scripted)| {
        with_connection(script, |connection| {
            block_on(connection.tls.write_all(REQUEST))?;
            block_on(connection.tls.flush())?;
            // Once more is no harm.
            for _ in 0..2 {
                block_on(EmbeddedTls::<StdRng>::close(&mut connection.tls));
                assert_eq!(block_on(connection.tls.read(&mut [0; 8])), Err(TlsError::Closed));
                assert_eq!(block_on(connection.tls.write(b"x")), Err(TlsError::Closed));
                assert_eq!(block_on(connection.tls.flush()), Err(TlsError::Closed));
            }
            Ok(())
        })
    };
    assert_eq!(closed(|server| assert_eq!(server.read(), Some((ALERT, CLOSE_NOTIFY.to_vec())))), Ok(()));
}
