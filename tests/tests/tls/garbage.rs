//! Garbage at every state: whatever comes, the client ends with an error, and only the ClientHello was sent.

use rand::{Rng as _, RngExt as _, SeedableRng, rngs::StdRng};
use tests::{
    pki::{Identity, KeyType, Pki},
    scripted::{
        ALERT, APPLICATION_DATA, CERTIFICATE, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY, ENCRYPTED_EXTENSIONS, FINISHED,
        HANDSHAKE, SERVER_HELLO, Scripted, message, serve,
    },
};

use super::{
    client::{Client, SERVER, assert_only_client_hello},
    server::RESPONSE,
};

const STATES: usize = 5;

/// Comes to a state, as an honest server would.
fn advance(server: &mut Scripted, state: usize) {
    let steps: [fn(&mut Scripted); STATES - 1] = [
        |server| server.hello(),
        |server| server.say(server.extensions()),
        |server| server.say(server.certificate()),
        |server| server.say(server.certificate_verify()),
    ];
    steps.iter().take(state).for_each(|step| step(server));
}

/// Sends garbage in each state, made by a function of the state and randomness, and a good flight behind it.
fn for_each_state(rounds: u64, garbage: fn(&mut Scripted, usize, &mut StdRng)) {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    for round in 0..rounds {
        for state in 0..STATES {
            let key = rcgen::KeyPair::try_from(server.key_der()).unwrap();
            let identity = Identity { chain: server.chain.clone(), key };
            let address = serve(identity, move |server| {
                advance(server, state);
                garbage(server, state, &mut StdRng::seed_from_u64(round));
            });
            let outcome = Client::new(&pki).call(address);
            assert!(!outcome.is_open, "state {state}, round {round}");
            assert_only_client_hello(&outcome.sent);
        }
    }
}

fn bytes(rng: &mut StdRng, most: usize) -> Vec<u8> {
    let mut bytes = vec![0; rng.random_range(0..=most)];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[test]
fn bytes_that_are_no_record() {
    for_each_state(40, |server, _, rng| server.raw(&bytes(rng, 100)));
}

#[test]
fn records_of_every_type_with_garbage_in_them() {
    for_each_state(60, |server, _, rng| {
        let kind = [20, ALERT, HANDSHAKE, APPLICATION_DATA, 24][rng.random_range(0..5)];
        server.plain(kind, &bytes(rng, 200));
    });
}

#[test]
fn encrypted_records_with_garbage_in_them() {
    for_each_state(60, |server, _, rng| {
        let record = server.seal_plaintext(&bytes(rng, 60));
        server.raw(&record);
    });
}

#[test]
fn handshake_messages_with_garbage_in_them() {
    for_each_state(100, |server, state, rng| {
        let kinds = [
            SERVER_HELLO,
            ENCRYPTED_EXTENSIONS,
            CERTIFICATE,
            CERTIFICATE_REQUEST,
            CERTIFICATE_VERIFY,
            FINISHED,
            rng.random(),
        ];
        let message = message(kinds[rng.random_range(0..kinds.len())], &bytes(rng, 80));
        if state == 0 { server.plain(HANDSHAKE, &message) } else { server.say(message) }
    });
}

#[test]
fn good_messages_with_a_changed_byte() {
    for_each_state(150, |server, state, rng| {
        let mut message = match state {
            0 => message(SERVER_HELLO, &server.server_hello().0),
            1 => server.extensions(),
            2 => server.certificate(),
            3 => server.certificate_verify(),
            _ => server.finished(),
        };
        let place = rng.random_range(0..message.len());
        message[place] ^= rng.random_range(1..=255_u8);
        if state == 0 { server.plain(HANDSHAKE, &message) } else { server.say(message) }
    });
}

#[test]
fn garbage_in_an_open_connection_is_an_error_or_nothing() {
    let pki = Pki::new(KeyType::P256);
    for round in 0..300 {
        let address = serve(pki.server(&[SERVER]), move |server| {
            let rng = &mut StdRng::seed_from_u64(round);
            server.handshake();
            server.read();
            let mut garbage = bytes(rng, 40);
            let types = [0, 20, ALERT, HANDSHAKE, APPLICATION_DATA, 99];
            garbage.push(types[rng.random_range(0..types.len())]);
            let record = server.seal_plaintext(&garbage);
            server.raw(&record);
            server.send(APPLICATION_DATA, RESPONSE);
            server.send(ALERT, &[1, 0]);
        });
        let outcome = Client::new(&pki).call(address);
        assert!(outcome.is_open, "{round}");
        if let Ok(response) = outcome.response {
            // Application data, or a ticket or close_notify by chance.
            assert!(response.ends_with(RESPONSE) || response.is_empty(), "{round}");
        }
    }
}
