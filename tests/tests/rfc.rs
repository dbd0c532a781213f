//! The examples of the RFCs, letter by letter: RFC 7515 appendix A, RFC 7520 §4, RFC 8037 appendix A.

use bearward_core::{
    Algorithm, Curve, Ed25519, EdDsa, Error, Es256, Es384, Es512, Hs256, Hs384, Hs512, Key, PublicKey, Secret,
    base64url,
};

/// A JWS in compact form, as an RFC prints it.
struct Example {
    source: &'static str,
    algorithm: &'static dyn Algorithm,
    /// The public half, or the secret, as a JWK.
    jwk: &'static str,
    payload: &'static str,
    compact: &'static str,
}

const EXAMPLES: [Example; 6] = [
    Example {
        source: "RFC 7515 A.1",
        algorithm: &Hs256,
        jwk: r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
        payload: JOE,
        compact: "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
            dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    },
    Example {
        source: "RFC 7515 A.3",
        algorithm: &Es256,
        jwk: r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        payload: JOE,
        compact: "eyJhbGciOiJFUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
            DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    },
    Example {
        source: "RFC 7515 A.4",
        algorithm: &Es512,
        jwk: r#"{"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}"#,
        payload: "Payload",
        compact: "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.\
            AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2Y\
            BJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
    },
    Example {
        source: "RFC 7520 §4.3",
        algorithm: &Es512,
        jwk: r#"{"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"}"#,
        payload: FRODO,
        compact: "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.\
            SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwg\
            YW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9m\
            ZiB0by4.\
            AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnA\
            MDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2",
    },
    Example {
        source: "RFC 7520 §4.4",
        algorithm: &Hs256,
        jwk: r#"{"kty":"oct","kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037","use":"sig","alg":"HS256","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}"#,
        payload: FRODO,
        compact: "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.\
            SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwg\
            YW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9m\
            ZiB0by4.\
            s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
    },
    Example {
        source: "RFC 8037 A.4",
        algorithm: &EdDsa,
        jwk: r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        payload: "Example of Ed25519 signing",
        compact: "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
            hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    },
];

/// The payload of RFC 7515 A.1 to A.3.
const JOE: &str = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

/// The payload of RFC 7520 §4.
const FRODO: &str = "It\u{2019}s a dangerous business, Frodo, going out your door. You step onto the road, and if you \
    don't keep your feet, there\u{2019}s no knowing where you might be swept off to.";

/// RFC 7515 A.5, which has no signature.
const UNSECURED: &str = "eyJhbGciOiJub25lIn0.\
    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";

const ALGORITHMS: &[&dyn Algorithm] = &[&Hs256, &Hs384, &Hs512, &Es256, &Es384, &Es512, &EdDsa, &Ed25519];

/// The payload of a compact JWS, if one of the algorithms is its header's and verifies it.
fn verify(compact: &str, algorithms: &[&dyn Algorithm], jwk: &str) -> Result<Vec<u8>, Error> {
    let (signed, signature) = compact.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let name = member(std::str::from_utf8(&decoded(header)).unwrap(), "alg").unwrap().to_owned();
    let algorithm = algorithms.iter().find(|algorithm| algorithm.name() == name).ok_or(Error::AlgorithmNotAllowed)?;
    let part = |name| decoded(member(jwk, name).unwrap());
    let (x, y, secret);
    let key = match (member(jwk, "kty"), member(jwk, "crv")) {
        (Some("oct"), None) => {
            secret = part("k");
            Key::Secret(Secret::new(&secret))
        }
        (Some("OKP"), Some("Ed25519")) => {
            x = part("x");
            Key::Public(PublicKey::Ed25519 { x: x.as_slice().try_into().unwrap() })
        }
        (Some("EC"), Some(curve)) => {
            (x, y) = (part("x"), part("y"));
            let curve = [Curve::P256, Curve::P384, Curve::P521].into_iter().find(|known| known.name() == curve);
            Key::Public(PublicKey::Ec { curve: curve.unwrap(), x: &x, y: &y })
        }
        other => panic!("{other:?}"),
    };
    algorithm.verify(&key, signed.as_bytes(), &decoded(signature))?;
    Ok(decoded(payload))
}

fn decoded(text: &str) -> Vec<u8> {
    let mut out = vec![0; text.len()];
    base64url::decode(text.as_bytes(), &mut out).unwrap().to_vec()
}

/// A string member of one of the objects above.
fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = json.split_once(&format!("\"{name}\":\""))?;
    value.split('"').next()
}

#[test]
fn each_example_verifies_and_yields_its_payload() {
    for Example { source, jwk, payload, compact, .. } in EXAMPLES {
        assert_eq!(verify(compact, ALGORITHMS, jwk), Ok(payload.as_bytes().to_vec()), "{source}");
    }
}

#[test]
fn an_example_verifies_under_no_algorithm_but_its_own() {
    for Example { source, algorithm, jwk, compact, .. } in EXAMPLES {
        for other in ALGORITHMS {
            let good = other.name() == algorithm.name();
            assert_eq!(verify(compact, &[*other], jwk).is_ok(), good, "{source} as {}", other.name());
        }
    }
}

#[test]
fn an_example_verifies_under_no_key_but_its_own() {
    for Example { source, compact, jwk, .. } in EXAMPLES {
        for other in EXAMPLES {
            assert_eq!(
                verify(compact, ALGORITHMS, other.jwk).is_ok(),
                other.jwk == jwk,
                "{source} by {}",
                other.source
            );
        }
    }
}

#[test]
fn an_unsecured_jws_is_never_accepted() {
    for Example { jwk, .. } in EXAMPLES {
        assert_eq!(verify(UNSECURED, ALGORITHMS, jwk), Err(Error::AlgorithmNotAllowed));
    }
}

#[test]
fn an_example_without_its_signature_is_never_accepted() {
    for Example { source, jwk, compact, .. } in EXAMPLES {
        let (signed, _) = compact.rsplit_once('.').unwrap();
        assert_eq!(verify(&format!("{signed}."), ALGORITHMS, jwk), Err(Error::BadSignature), "{source}");
    }
}
