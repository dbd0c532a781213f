//! An ECDSA signature in DER is read as it is or not at all, and an RSA key borrows its numbers from what was read.
#![no_main]

use bearward_core::{Curve, PublicKey, der};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        let mut buffer = [0; der::ECDSA_SIGNATURE_BYTES];
        let Some(signature) = der::ecdsa_to_jose(data, curve, &mut buffer) else { continue };
        assert_eq!(signature.len(), 2 * curve.coordinate_bytes());
        if let Ok(signature) = signature.try_into() {
            assert_eq!(der::es256_from_jose(signature, &mut [0; der::P256_SIGNATURE_BYTES]), Some(data));
        }
    }
    if let Some(signature) = data.first_chunk() {
        let mut written = [0; der::P256_SIGNATURE_BYTES];
        if let Some(written) = der::es256_from_jose(signature, &mut written) {
            let mut buffer = [0; der::ECDSA_SIGNATURE_BYTES];
            assert_eq!(der::ecdsa_to_jose(written, Curve::P256, &mut buffer), Some(&signature[..]));
        }
    }
    if let Ok(PublicKey::Rsa { n, e }) = der::rsa_public_key(data) {
        assert!(n[0] != 0 && e[0] != 0);
        assert!(der::rsa_public_key(&data[..data.len() - 1]).is_err());
    }
});
