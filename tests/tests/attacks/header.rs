//! Header parameters that would change how the token is read.

use bearward_core::{Error, Parameter};
use tests::signer::{Signer, base64url};

use crate::{CLAIMS, verify, with_header};

/// Authlib passed over names in `crit` that it did not understand.
#[test]
fn cve_2025_59420_unknown_critical_extension() {
    let with = |members: &str| with_header(&format!(r#"{{"alg":"ES256","typ":"at+jwt"{members}}}"#));
    for members in [
        r#","crit":["bork"],"bork":true"#,
        r#","crit":["cnf"],"cnf":{"jkt":"x"}"#,
        r#","crit":["exp"],"exp":1"#,
        r#","crit":["bork"]"#,
        r#","crit":[]"#,
        r#","\u0063rit":["bork"],"bork":true"#,
    ] {
        assert_eq!(with(members), Err(Error::Critical), "{members}");
    }
    // What is not called critical may be passed over (RFC 7515 §4).
    assert_eq!(with(r#","bork":true"#), Ok(()));
}

/// With `b64` the payload is signed as it is, so that two readers may see two payloads (RFC 7797 §6).
#[test]
fn b64_payload_that_is_not_encoded() {
    let signer = Signer::new("ES256");
    let header = r#"{"alg":"ES256","typ":"at+jwt","b64":false}"#;
    let signature = signer.sign(format!("{}.{CLAIMS}", base64url(header.as_bytes())).as_bytes());
    let token = [header.as_bytes(), CLAIMS.as_bytes(), &signature].map(base64url).join(".");
    assert_eq!(verify(&token, &signer.keys()), Err(Error::UnsupportedHeader(Parameter::Base64UrlPayload)));
    // Also where the payload is signed encoded, and an older reader would see nothing unusual.
    assert_eq!(with_header(header), Err(Error::UnsupportedHeader(Parameter::Base64UrlPayload)));
    assert_eq!(with_header(&header.replace(r#","b64":false"#, "")), Ok(()));
}
