//! EMSA-PKCS1-v1_5 ([RFC 8017 §9.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)).

use core::iter;

use super::{Encoded, Hash};

/// Whether `encoded` is the encoding of `message`.
///
/// The whole encoding is made and compared (RFC 8017 §8.2.2, step 3). Nothing is parsed, so that nothing can be hidden
/// in padding or parameters.
// Not inlined: what it needs of the stack is needed after the power only.
#[inline(never)]
pub(super) fn verify<H: Hash>(message: &[u8], encoded: &Encoded<'_>) -> bool {
    let hash = H::digest(message);
    let Some(padding) =
        [3, H::DIGEST_INFO.len(), hash.len()].iter().try_fold(encoded.len(), |left, part| left.checked_sub(*part))
    else {
        return false;
    };
    let expected = [0, 1]
        .into_iter()
        .chain(iter::repeat_n(0xff, padding))
        .chain([0])
        .chain(H::DIGEST_INFO)
        .chain(hash.iter().copied());
    encoded.bytes().eq(expected)
}
