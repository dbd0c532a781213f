//! Whatever a server says, in clear or encrypted, it is believed only if it has proved who it is; nothing but the
//! ClientHello is sent before, and it makes no difference how its records are cut.
#![no_main]

use fuzz::server::{Server, call};

/// In which way a server says what is due. All else is honestly.
const CHANGED: u8 = 1;
const SEALED: u8 = 2;
const RAW: u8 = 3;
const LEFT_OUT: u8 = 4;

libfuzzer_sys::fuzz_target!(|input: (u8, [u8; 8], &[u8])| {
    let (segment, ways, data) = input;
    let script = |server: &mut Server| serve(server, &ways, data);
    let whole = call(usize::MAX, &script);
    assert_eq!(call(usize::from(segment).max(1), &script), whole);

    // What is not as an honest server says it is in no transcript that a signature or a MAC is over.
    if whole.opened.is_ok() {
        let is_said = |step: usize| !matches!(ways[step] % 8, SEALED | RAW | LEFT_OUT);
        assert!((0..5).all(is_said));
    } else {
        assert_eq!((whole.records, &whole.content[..], whole.ended), (1, &[][..], None));
    }
});

/// The five messages of a handshake, each in one of these ways, and three records behind it.
fn serve(server: &mut Server, ways: &[u8; 8], mut data: &[u8]) {
    for (step, way) in ways.iter().enumerate() {
        if step == 5 {
            server.open();
        }
        let part = take(&mut data);
        match way % 8 {
            RAW => server.out.extend(part),
            SEALED => server.seal(part),
            LEFT_OUT => {}
            CHANGED if step < 5 => {
                let mut message = server.honest(step);
                change(&mut message, part);
                server.say(step, &message);
            }
            _ if step < 5 => {
                let message = server.honest(step);
                server.say(step, &message);
            }
            _ => server.seal(&[part, &[23]].concat()),
        }
    }
}

/// A part of the data, by the length before it.
fn take<'d>(data: &mut &'d [u8]) -> &'d [u8] {
    let [length, rest @ ..] = *data else { return &[] };
    let (part, rest) = rest.split_at(usize::from(*length).min(rest.len()));
    *data = rest;
    part
}

/// Writes bytes into a message at a place.
fn change(message: &mut [u8], part: &[u8]) {
    if let [place, rest @ ..] = part {
        let place = usize::from(*place) * message.len() / 256;
        message[place..].iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    }
}
