//! Base64url ([RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648#section-5)) as JOSE writes it
//! ([RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2)): without padding, without anything between the
//! characters, and in the one canonical form of each byte string.
//!
//! It works by a table, so its timing depends on the data: for what is public, or where no cache is shared with
//! somebody else.

use core::fmt::{self, Write as _};

mod vector;

/// How many bytes this text stands for, or `None` if no text has this length.
///
/// Only the length is looked at. [`decode`] fills exactly this many bytes.
///
/// ```
/// use bearward_core::base64url::decoded_len;
///
/// assert_eq!(decoded_len(b"AQAB"), Some(3));
/// assert_eq!(decoded_len(b"AQABA"), None);
/// ```
#[must_use]
pub fn decoded_len(text: &[u8]) -> Option<usize> {
    let (groups, tail) = text.as_chunks::<4>();
    let tail = match tail {
        [] => 0,
        [_, _] => 1,
        [_, _, _] => 2,
        _ => return None,
    };
    groups.len().checked_mul(3)?.checked_add(tail)
}

/// Decodes `text` into the beginning of `out` and returns what was filled.
///
/// `None` if a character is not of the alphabet, if bits are set that stand for nothing (RFC 4648 §3.5), or if `out`
/// is shorter than [`decoded_len`]. What `out` holds then is of no meaning.
///
/// ```
/// use bearward_core::base64url::decode;
///
/// let mut out = [0; 8];
/// assert_eq!(decode(b"AQAB", &mut out), Some(&mut [1, 0, 1][..]));
/// assert_eq!(decode(b"_-8", &mut out), Some(&mut [0xFF, 0xEF][..]));
/// assert_eq!(decode(b"_-8=", &mut out), None);
/// assert_eq!(decode(b"_-9", &mut out), None);
/// ```
#[must_use]
pub fn decode<'o>(text: &[u8], out: &'o mut [u8]) -> Option<&'o mut [u8]> {
    let out = out.get_mut(..decoded_len(text)?)?;
    let (pairs, text_rest) = text.as_chunks::<8>();
    let (pairs_out, out_rest) = out.as_chunks_mut::<6>();
    let mut seen = 0;
    // Two groups at a time: six bytes are two stores, three are three.
    for (&[a, b, c, d, e, f, g, h], six) in pairs.iter().zip(pairs_out) {
        let (first, second) = (bits([a, b, c, d]), bits([e, f, g, h]));
        seen |= first | second;
        let [_, v, w, x] = second.to_be_bytes();
        let [r, s, t, u] = (first << 8 | i32::from(v)).to_be_bytes();
        *six = [r, s, t, u, w, x];
    }
    let (groups, text_tail) = text_rest.as_chunks::<4>();
    let (triples, out_tail) = out_rest.as_chunks_mut::<3>();
    for (&group, triple) in groups.iter().zip(triples) {
        let bits = bits(group);
        seen |= bits;
        let [_, x, y, z] = bits.to_be_bytes();
        *triple = [x, y, z];
    }
    match (text_tail, out_tail) {
        ([], []) => {}
        (&[a, b], [x]) => {
            let bits = value(a) << 18 | value(b) << 12;
            seen |= bits;
            let [_, first, 0, 0] = bits.to_be_bytes() else { return None };
            *x = first;
        }
        (&[a, b, c], [x, y]) => {
            let bits = value(a) << 18 | value(b) << 12 | value(c) << 6;
            seen |= bits;
            let [_, first, second, 0] = bits.to_be_bytes() else { return None };
            [*x, *y] = [first, second];
        }
        _ => return None,
    }
    (seen >= 0).then_some(out)
}

/// Writes bytes as base64url by its `Display`.
///
/// ```
/// use bearward_core::base64url::Encoded;
///
/// assert_eq!(Encoded(&[0xFF, 0xEF]).to_string(), "_-8");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded<'a>(pub &'a [u8]);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (triples, tail) = self.0.as_chunks::<3>();
        for &triple in triples {
            write_characters(f, triple, 4)?;
        }
        match *tail {
            [x] => write_characters(f, [x, 0, 0], 2),
            [x, y] => write_characters(f, [x, y, 0], 3),
            _ => Ok(()),
        }
    }
}

/// Decodes a text whose characters arrive one at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoder {
    bits: u32,
    /// How many bits wait for their byte to be complete.
    waiting: u8,
}

/// The text is not canonical base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotCanonical;

impl Decoder {
    pub(crate) const fn new() -> Self {
        Self { bits: 0, waiting: 0 }
    }

    /// Takes a character and gives the byte that it completes.
    pub(crate) fn push(&mut self, character: u8) -> Result<Option<u8>, NotCanonical> {
        let value = u32::try_from(value(character)).map_err(|_| NotCanonical)?;
        let bits = (self.bits << 6) | value;
        let Some(waiting) = self.waiting.checked_sub(2) else {
            (self.bits, self.waiting) = (bits, 6);
            return Ok(None);
        };
        let [_, _, _, byte] = bits.wrapping_shr(waiting.into()).to_be_bytes();
        (self.bits, self.waiting) = (bits & !u32::MAX.wrapping_shl(waiting.into()), waiting);
        Ok(Some(byte))
    }

    /// Ends the text: no character may be left over, nor a bit that stands for nothing.
    pub(crate) fn finish(&self) -> Result<(), NotCanonical> {
        if self.waiting < 6 && self.bits == 0 { Ok(()) } else { Err(NotCanonical) }
    }
}

fn write_characters(f: &mut fmt::Formatter<'_>, [x, y, z]: [u8; 3], count: usize) -> fmt::Result {
    let values = [x >> 2, x << 4 | y >> 4, y << 2 | z >> 6, z];
    let characters =
        values.map(|value| ALPHABET.get(usize::from(value & 63)).map_or('=', |&letter| char::from(letter)));
    characters.iter().take(count).try_for_each(|&character| f.write_char(character))
}

/// Whether all are characters that a bearer token may have before its `=` (RFC 6750 §2.1, `b64token`): those of base64url
/// and four more.
pub(crate) fn is_b64token(text: &[u8]) -> bool {
    let class = |byte: &u8| VALUES.get(usize::from(*byte)).copied().unwrap_or(NEITHER);
    let (chunks, rest) = vector::skip_b64token(text).as_chunks::<16>();
    // In chunks, so that the loop costs little of what it does.
    let seen = chunks.iter().fold(0, |seen, chunk| chunk.iter().fold(seen, |seen, byte| seen | class(byte)));
    rest.iter().fold(seen, |seen, byte| seen | class(byte)) & BIT_OF_NEITHER == 0
}

/// The 24 bits of four characters, or something negative.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn bits(characters: [u8; 4]) -> i32 {
    let values = SHIFTED.iter().zip(characters).map(|(values, character)| values.get(usize::from(character)));
    values.fold(0, |bits, value| bits | value.copied().unwrap_or(-1))
}

/// [`VALUES`], where each of four characters has them. 4 KB, which only a larger machine spends on it.
#[cfg(target_pointer_width = "64")]
static SHIFTED: [[i32; 256]; 4] = {
    let mut shifted = [[0; 256]; 4];
    let (mut tables, mut shift) = (shifted.as_mut_slice(), 24_u32);
    while let [table, behind @ ..] = tables {
        shift = shift.wrapping_sub(6);
        let (mut rest, mut values) = (table.as_mut_slice(), VALUES.as_slice());
        while let ([place, places @ ..], [value, behind @ ..]) = (rest, values) {
            // `i32::from` is no const function.
            *place = i32::from_be_bytes([value.cast_unsigned(); 4]) >> 24 << shift;
            (rest, values) = (places, behind);
        }
        tables = behind;
    }
    shifted
};

/// The 24 bits of four characters, or something negative.
#[cfg(not(target_pointer_width = "64"))]
fn bits([a, b, c, d]: [u8; 4]) -> i32 {
    value(a) << 18 | value(b) << 12 | value(c) << 6 | value(d)
}

/// The value of a character, or something negative.
fn value(character: u8) -> i32 {
    VALUES.get(usize::from(character)).map_or(-1, |&value| i32::from(value))
}

/// RFC 4648 §5, table 2.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Stands in [`VALUES`] for what is in neither alphabet.
const NEITHER: i8 = -1;

/// Stands there for what is in that of `b64token` alone.
const OF_B64TOKEN: i8 = i8::MIN;

/// Is set in [`NEITHER`], and in nothing else there.
const BIT_OF_NEITHER: i8 = 64;

/// The same the other way round. What is no character is negative, and stays so when shifted and joined: one sign
/// tells of a whole text whether all its characters were good, and one bit whether they were those of a `b64token`.
static VALUES: [i8; 256] = {
    let mut values = [NEITHER; 256];
    let (mut rest, mut character) = (values.as_mut_slice(), 0_u8);
    while let [value, behind @ ..] = rest {
        *value = match character {
            b'A'..=b'Z' => (character - b'A').cast_signed(),
            b'a'..=b'z' => (character - b'a' + 26).cast_signed(),
            b'0'..=b'9' => (character - b'0' + 52).cast_signed(),
            b'-' => 62,
            b'_' => 63,
            b'.' | b'~' | b'+' | b'/' => OF_B64TOKEN,
            _ => NEITHER,
        };
        character = character.wrapping_add(1);
        rest = behind;
    }
    values
};

#[cfg(test)]
mod tests {
    use std::{string::ToString as _, vec, vec::Vec};

    use base64ct::{Base64UrlUnpadded, Encoding as _};

    use super::*;

    /// What another decoder makes of the text.
    fn reference(text: &[u8]) -> Option<Vec<u8>> {
        let mut out = vec![0; text.len()];
        Base64UrlUnpadded::decode(text, &mut out).ok().map(<[u8]>::to_vec)
    }

    fn decoded(text: &[u8]) -> Option<Vec<u8>> {
        let mut out = vec![0; text.len()];
        decode(text, &mut out).map(|filled| filled.to_vec())
    }

    /// Bytes without a pattern (xorshift).
    fn bytes(count: usize) -> Vec<u8> {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_be_bytes()[0]
            })
            .collect()
    }

    #[test]
    fn every_length_comes_back() {
        for len in 0..200 {
            let data = bytes(len);
            let text = Encoded(&data).to_string();
            assert_eq!(Ok(text.as_str()), Base64UrlUnpadded::encode(&data, &mut [0; 300]));
            assert_eq!(decoded_len(text.as_bytes()), Some(len));
            assert_eq!(decoded(text.as_bytes()), Some(data));
        }
    }

    #[test]
    fn every_single_byte_mutation_is_judged_as_by_base64ct() {
        // From 24 bytes on the vectors' way is taken too.
        for len in (0..10).chain([24, 25, 53]) {
            let text = Encoded(&bytes(len)).to_string().into_bytes();
            for at in 0..text.len() {
                for byte in 0..=255 {
                    let mut mutated = text.clone();
                    mutated[at] = byte;
                    assert_eq!(decoded(&mutated), reference(&mutated), "{mutated:?}");
                }
            }
        }
    }

    #[test]
    fn of_all_short_texts_only_the_canonical_are_read() {
        let letters = b"AQgwZ_-/+= \n\0\x80\xFFBCEI9";
        let mut texts = vec![Vec::new()];
        for _ in 0..4 {
            let longer: Vec<_> = texts
                .iter()
                .flat_map(|text| letters.iter().map(|&letter| [text.as_slice(), &[letter]].concat()))
                .collect();
            for text in &longer {
                assert_eq!(decoded(text), reference(text), "{text:?}");
            }
            texts = longer;
        }
    }

    #[test]
    fn a_b64token_has_the_characters_of_rfc_6750_wherever_they_stand() {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        for len in [1, 15, 16, 31, 32, 33, 70] {
            for at in 0..len {
                for byte in 0..=255 {
                    let mut text = vec![b'a'; len];
                    text[at] = byte;
                    assert_eq!(is_b64token(&text), is_good(byte), "{byte} at {at} of {len}");
                }
            }
        }
    }

    #[test]
    fn bits_that_stand_for_nothing_are_zero() {
        let mut good = [0; 2];
        for (value, &letter) in ALPHABET.iter().enumerate() {
            assert_eq!(decoded(&[b'A', letter]).is_some(), value % 16 == 0);
            assert_eq!(decoded(&[b'A', b'A', letter]).is_some(), value % 4 == 0);
            good[0] += usize::from(value % 16 == 0);
            good[1] += usize::from(value % 4 == 0);
        }
        assert_eq!(good, [4, 16]);
    }

    #[test]
    fn a_text_of_impossible_length_has_no_value() {
        for len in (1..40).step_by(4) {
            assert_eq!(decoded_len(&vec![b'A'; len]), None);
            assert_eq!(decoded(&vec![b'A'; len]), None);
        }
    }

    #[test]
    fn the_other_alphabet_and_padding_are_refused() {
        for text in ["+/8", "_-8=", "AA==", "AAA=", "AA A", "AAAA\n", "AA\r\nAA"] {
            assert_eq!(decoded(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn an_output_too_short_is_refused_and_a_longer_one_left_alone() {
        let mut out = [7; 4];
        assert_eq!(decode(b"AQAB", &mut out[..2]), None);
        assert_eq!(decode(b"AQAB", &mut out).map(|filled| filled.len()), Some(3));
        assert_eq!(out, [1, 0, 1, 7]);
    }
}
