//! What a certificate says in its extensions ([RFC 5280 §4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)) and
//! `rustls-webpki` does not tell.

const SEQUENCE: u8 = 0x30;
const EXTENSIONS: u8 = 0xa3;

/// `06 03 55 1d 25`: id-ce-extKeyUsage (RFC 5280 §4.2.1.12), with tag and length.
const EXTENDED_KEY_USAGE: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x25];

/// Whether a certificate in DER names what its key is for. What cannot be read names nothing.
pub(super) fn has_extended_key_usage(certificate: &[u8]) -> bool {
    let has = || {
        let (_, certificate, _) = element(certificate)?;
        let (_, mut to_be_signed, _) = element(certificate)?;
        let mut extensions = loop {
            let (tag, contents, rest) = element(to_be_signed)?;
            if tag == EXTENSIONS {
                break element(contents)?.1;
            }
            to_be_signed = rest;
        };
        loop {
            let (tag, extension, rest) = element(extensions)?;
            if tag == SEQUENCE && extension.starts_with(EXTENDED_KEY_USAGE) {
                return Some(());
            }
            extensions = rest;
        }
    };
    has().is_some()
}

/// The first element's tag and contents, and what follows it.
fn element(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, length, rest) = match input {
        [tag, length @ 0..=0x7f, rest @ ..] => (*tag, usize::from(*length), rest),
        [tag, 0x81, length, rest @ ..] => (*tag, usize::from(*length), rest),
        [tag, 0x82, high, low, rest @ ..] => (*tag, usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}
