//! Where a byte stands in a text, looked for a machine word at a time.

/// The place of the first `wanted`.
pub(crate) fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    const WORD: usize = size_of::<usize>();
    const ONES: usize = usize::from_le_bytes([0x01; WORD]);
    const HIGH: usize = usize::from_le_bytes([0x80; WORD]);
    let all_wanted = ONES.wrapping_mul(usize::from(wanted));
    let mut passed = passed_chunks(bytes, wanted);
    let mut rest = bytes.get(passed..).unwrap_or_default();
    while let Some((word, after)) = rest.split_first_chunk() {
        // 0 where the byte is found. A byte below 1 borrows from its own high bit; only one after a true find can be
        // found wrongly, so the first one is exact.
        let word = usize::from_le_bytes(*word) ^ all_wanted;
        let found = word.wrapping_sub(ONES) & !word & HIGH;
        if found != 0 {
            return Some(passed.wrapping_add(usize::try_from(found.trailing_zeros() >> 3).ok()?));
        }
        passed = passed.wrapping_add(WORD);
        rest = after;
    }
    rest.iter().position(|byte| *byte == wanted).map(|place| passed.wrapping_add(place))
}

/// How many bytes lie in the chunks before the first that has `wanted`: a compiler for a processor with vectors compares a
/// chunk at once.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn passed_chunks(bytes: &[u8], wanted: u8) -> usize {
    const CHUNK: usize = 32;
    let (chunks, _) = bytes.as_chunks::<CHUNK>();
    let has_none = |chunk: &&[u8; CHUNK]| !chunk.iter().fold(false, |found, byte| found | (*byte == wanted));
    chunks.iter().take_while(has_none).count().wrapping_mul(CHUNK)
}

/// A microcontroller has no vectors.
#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
fn passed_chunks(_: &[u8], _: u8) -> usize {
    0
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::position;

    #[test]
    fn the_first_of_its_kind_is_found_wherever_it_stands() {
        for wanted in [b'.', b'\\', 0, 1, 0x7f, 0x80, 0xff] {
            for other in 0..=255 {
                for len in (0..20).chain([31, 32, 33, 70]) {
                    let mut bytes = vec![other; len];
                    assert_eq!(position(&bytes, wanted), (other == wanted && len > 0).then_some(0));
                    for place in (0..len).rev() {
                        bytes[place] = wanted;
                        let expected = if other == wanted { 0 } else { place };
                        assert_eq!(position(&bytes, wanted), Some(expected), "{wanted} among {other}");
                    }
                }
            }
        }
    }
}
