//! A check of whole chunks of characters by arithmetic instead of the table: a compiler for a processor with vectors makes
//! them of it, and then it takes a fraction of the time. A microcontroller has none, and is better off with the table.

/// Passes as many chunks of characters of a `b64token` as it likes.
#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
pub(super) fn skip_b64token(text: &[u8]) -> &[u8] {
    text
}

/// Passes as many chunks of characters of a `b64token` as it likes.
#[cfg(target_pointer_width = "64")]
pub(super) fn skip_b64token(text: &[u8]) -> &[u8] {
    const CHUNK: usize = 32;
    let (chunks, rest) = text.as_chunks::<CHUNK>();
    let is_within = |byte: u8, first: u8, last: u8| byte.wrapping_sub(first) <= last.wrapping_sub(first);
    let mut bad = [false; CHUNK];
    for chunk in chunks {
        for (bad, &byte) in bad.iter_mut().zip(chunk) {
            let is_good = is_within(byte | 0x20, b'a', b'z')
                | is_within(byte, b'-', b'9')
                | (byte == b'_')
                | (byte == b'~')
                | (byte == b'+');
            *bad |= !is_good;
        }
    }
    // What is bad is found again, by the table.
    if bad.contains(&true) { text } else { rest }
}
