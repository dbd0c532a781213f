use std::{format, string::String, string::ToString as _, vec, vec::Vec};

use super::*;
use crate::{
    base64url::Encoded,
    jose::samples::{ED25519, P256, RFC7520_EC, RFC7520_RSA, RFC7520_SECRET, RSA},
};

fn read(json: &str) -> Result<Jwk, KeyError> {
    let key = Jwk::read(json.as_bytes());
    // It is judged the same in a set.
    let mut in_set = Err(KeyError::Missing("keys"));
    let mut reader = Reader::new(Document::Set);
    let mut keep = |key| in_set = key;
    reader.feed(format!(r#"{{"keys":[{json}]}}"#).as_bytes(), &mut keep).unwrap();
    assert_eq!(in_set, key, "{json}");
    key
}

/// A key of these members, and one more.
fn with(members: &str, more: &str) -> Result<Jwk, KeyError> {
    read(&format!("{{{members},{more}}}"))
}

fn rsa(n: &[u8], e: &[u8]) -> Result<Jwk, KeyError> {
    let jwk = read(&format!(r#"{{"kty":"RSA","n":"{}","e":"{}"}}"#, Encoded(n), Encoded(e)));
    assert_eq!(Jwk::new(PublicKey::Rsa { n, e }), jwk);
    jwk
}

#[test]
fn rfc7520_3_1_an_ec_key() {
    let key = read(RFC7520_EC).unwrap();
    let PublicKey::Ec { curve, x, y } = key.public_key() else { panic!("{key:?}") };
    assert_eq!((curve, x.len(), y.len()), (Curve::P521, 66, 66));
    assert!(x.starts_with(&[0, 0x72, 0x99, 0x2c]) && y.ends_with(&[0x1d, 0x94, 0x75]));
    assert_eq!((key.key_id(), key.algorithm()), (Some("bilbo.baggins@hobbiton.example"), None));
}

#[test]
fn rfc7520_3_3_an_rsa_key() {
    let key = read(RFC7520_RSA).unwrap();
    let PublicKey::Rsa { n, e } = key.public_key() else { panic!("{key:?}") };
    assert_eq!((n.len(), e), (256, [1, 0, 1].as_slice()));
    assert!(n.starts_with(&[0x9f, 0x81, 0x0f]) && n.ends_with(&[0xd3, 0xf9, 0xcf]));
}

#[test]
fn rfc7520_3_5_a_shared_secret_is_no_public_key() {
    assert_eq!(read(RFC7520_SECRET), Err(KeyError::Symmetric));
    assert_eq!(read(r#"{"kty":"oct"}"#), Err(KeyError::Symmetric));
    assert_eq!(with(ED25519, r#""k":"AAAA""#), Err(KeyError::Symmetric));
}

#[test]
fn rfc8037_a_2_an_ed25519_key() {
    let key = read(&format!("{{{ED25519}}}")).unwrap();
    let PublicKey::Ed25519 { x } = key.public_key() else { panic!("{key:?}") };
    assert!(x.starts_with(&[0xd7, 0x5a, 0x98]) && x.ends_with(&[0x51, 0x1a]));
}

#[test]
fn rfc7517_9_2_a_private_key_is_refused_whatever_the_rest_is() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", r"\u0064"] {
        for value in [r#""AQAB""#, "null", "[]", r#"[{"r":"AQAB"}]"#] {
            for members in [P256, RSA, ED25519, r#""kty":"EC""#, r#""use":"enc""#] {
                assert_eq!(with(members, &format!(r#""{name}":{value}"#)), Err(KeyError::Private));
            }
        }
    }
}

#[test]
fn rfc7517_4_1_kty_is_required_and_known() {
    assert_eq!(read("{}"), Err(KeyError::Missing("kty")));
    assert_eq!(read(r#"{"crv":"P-256","x":"AA","y":"AA"}"#), Err(KeyError::Missing("kty")));
    for name in ["ec", "", "EC ", "AKP", "a name that is longer than all", r"EC\u0000"] {
        assert_eq!(read(&format!(r#"{{"kty":"{name}"}}"#)), Err(KeyError::UnsupportedType));
    }
}

#[test]
fn rfc7517_4_1_names_are_compared_after_unescaping() {
    let key = read(&format!("{{{ED25519}}}")).unwrap();
    let escaped =
        r#"{"\u006bty":"\u004fKP","c\u0072v":"Ed2551\u0039","x":"\u00311qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    assert_eq!(read(escaped), Ok(key));
}

#[test]
fn rfc7517_4_unknown_members_are_ignored() {
    let key = read(&format!("{{{P256}}}")).unwrap();
    for more in [
        r#""x5c":["MIIC","MIID"]"#,
        r#""x5u":"https://evil.example""#,
        r#""x5t#S256":17"#,
        r#""x5c":[1,[2],{"a":3}]"#,
        r#""other":{"kty":"oct","k":"AAAA","d":[{"d":1}]}"#,
        r#""KTY":"RSA""#,
        r#""key_opsx":["sign"]"#,
    ] {
        assert_eq!(with(P256, more).as_ref(), Ok(&key), "{more}");
    }
}

#[test]
fn rfc7517_4_member_names_are_unique() {
    for more in [
        r#""kty":"EC""#,
        r#""\u006bty":"EC""#,
        r#""x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4""#,
        r#""kid":"a","kid":"a""#,
        r#""use":"sig","use":"sig""#,
        r#""key_ops":["verify"],"key_ops":["verify"]"#,
        r#""other":1,"other":2"#,
        r#""":1,"":2"#,
        r#""é":1,"\u00e9":2"#,
    ] {
        assert_eq!(with(P256, more), Err(KeyError::Json(JsonError::DuplicateName)), "{more}");
    }
}

#[test]
fn a_key_has_at_most_32_members() {
    let more = |count: usize| (0..count).map(|at| format!(r#""member {at}":{at}"#)).collect::<Vec<_>>().join(",");
    assert!(with(P256, &more(28)).is_ok());
    assert_eq!(with(P256, &more(29)), Err(KeyError::Json(JsonError::TooManyMembers)));
}

#[test]
fn a_member_of_another_type_is_an_error_and_never_absent() {
    for member in ["kty", "crv", "use", "alg", "kid", "x", "y", "n", "e"] {
        for value in ["null", "true", "17", "[]", r#"["sig"]"#, "{}", r#"{"a":"sig"}"#] {
            let json = format!(r#"{{"{member}":{value}}}"#);
            assert_eq!(read(&json), Err(KeyError::Malformed(member)), "{json}");
        }
    }
    for value in [
        "null",
        r#""verify""#,
        r#"{"verify":"verify"}"#,
        "[1]",
        "[null]",
        r#"["verify",["verify"]]"#,
        r#"["verify",{}]"#,
    ] {
        assert_eq!(with(P256, &format!(r#""key_ops":{value}"#)), Err(KeyError::Malformed("key_ops")), "{value}");
    }
}

#[test]
fn rfc7517_4_2_use_is_sig_or_absent() {
    assert!(with(P256, r#""use":"sig""#).is_ok());
    for usage in ["enc", "", "SIG", "signature of something"] {
        assert_eq!(with(P256, &format!(r#""use":"{usage}""#)), Err(KeyError::Use));
    }
}

#[test]
fn rfc7517_4_3_key_ops_include_verify() {
    for operations in
        [r#"["verify"]"#, r#"["sign", "verify"]"#, r#"["something quite new","verify"]"#, r#"["\u0076erify"]"#]
    {
        assert!(with(P256, &format!(r#""key_ops":{operations}"#)).is_ok(), "{operations}");
    }
    for operations in ["[]", r#"["sign"]"#, r#"["VERIFY"]"#, r#"["verify "]"#] {
        assert_eq!(with(P256, &format!(r#""key_ops":{operations}"#)), Err(KeyError::Operations), "{operations}");
        // What stands elsewhere is none.
        let elsewhere = format!(r#""key_ops":{operations},"x5c":["verify"]"#);
        assert_eq!(with(P256, &elsewhere), Err(KeyError::Operations), "{elsewhere}");
    }
}

#[test]
fn rfc7517_4_3_no_operation_comes_twice() {
    for operations in [r#"["verify","verify"]"#, r#"["verify","sign","sign"]"#, r#"["new","verify","\u006eew"]"#] {
        assert_eq!(with(P256, &format!(r#""key_ops":{operations}"#)), Err(KeyError::Operations), "{operations}");
    }
    let many = (0..16).map(|at| format!(r#""operation {at}","#)).collect::<String>();
    assert_eq!(with(P256, &format!(r#""key_ops":[{many}"verify"]"#)), Err(KeyError::Operations));
}

#[test]
fn rfc7517_4_4_alg_is_one_of_the_keys_own() {
    let rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
    let keys: [(&str, &[&str]); 4] = [
        (P256, &["ES256"]),
        (&RFC7520_EC[1..RFC7520_EC.len() - 1], &["ES512"]),
        (RSA, &rsa),
        (ED25519, &["EdDSA", "Ed25519"]),
    ];
    let others = ["HS256", "none", "", "es256", "RSA-OAEP", "RSA1_5", "ECDH-ES", "ECDH-ES+A128KW", "ES256K"];
    for (members, own) in keys {
        for name in ["ES256", "ES384", "ES512", "EdDSA", "Ed25519"].into_iter().chain(rsa).chain(others) {
            let key = with(members, &format!(r#""alg":"{name}""#));
            let expected = if own.contains(&name) { Ok(Some(name)) } else { Err(KeyError::UnsupportedAlgorithm) };
            assert_eq!(key.as_ref().map(Jwk::algorithm).map_err(|error| *error), expected, "{name}");
        }
    }
}

#[test]
fn rfc7517_4_5_kid_is_kept_as_its_characters_say() {
    for (written, kid) in
        [("a", "a"), ("", ""), (r"a\/b", "a/b"), (r"\u00e9😀\ud83d\ude00", "é😀😀"), (r#"\"\\"#, r#""\"#)]
    {
        assert_eq!(with(P256, &format!(r#""kid":"{written}""#)).unwrap().key_id(), Some(kid));
    }
    assert_eq!(read(&format!("{{{P256}}}")).unwrap().key_id(), None);
}

#[test]
fn a_kid_has_at_most_128_bytes() {
    let kid = |count| with(P256, &format!(r#""kid":"{}""#, "k".repeat(count)));
    assert_eq!(kid(128).unwrap().key_id().map(str::len), Some(128));
    assert_eq!(kid(129), Err(KeyError::KeyIdTooLong));
    assert_eq!(with(P256, &format!(r#""kid":"{}""#, "é".repeat(65))), Err(KeyError::KeyIdTooLong));
    let key = read(&format!("{{{P256}}}")).unwrap();
    assert_eq!(key.clone().with_key_id(&"k".repeat(129)), Err(KeyError::KeyIdTooLong));
    assert_eq!(key.with_key_id("k").unwrap().key_id(), Some("k"));
}

#[test]
fn rfc7518_6_2_1_an_ec_key_has_crv_x_and_y() {
    let members = [
        r#""crv":"P-256""#,
        r#""x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4""#,
        r#""y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM""#,
    ];
    for (left_out, name) in ["crv", "x", "y"].into_iter().enumerate() {
        let rest: Vec<_> =
            members.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, member)| *member).collect();
        assert_eq!(with(r#""kty":"EC""#, &rest.join(",")), Err(KeyError::Missing(name)));
    }
    for curve in ["secp256k1", "p-256", "P-224", "Ed25519", "BP-256", ""] {
        let json = format!(r#"{{{}}}"#, P256.replace("P-256", curve));
        assert_eq!(read(&json), Err(KeyError::UnsupportedCurve), "{curve}");
    }
}

#[test]
fn rfc7518_6_2_1_2_a_coordinate_has_the_full_length_of_its_curve() {
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        let bytes = curve.coordinate_bytes();
        for (x, y) in [
            (bytes, bytes),
            (bytes - 1, bytes),
            (bytes + 1, bytes),
            (bytes, bytes - 1),
            (bytes, bytes + 1),
            (0, 0),
            (600, 600),
        ] {
            let (x, y) = (vec![7; x], vec![7; y]);
            let expected = Jwk::new(PublicKey::Ec { curve, x: &x, y: &y });
            assert_eq!(expected.is_ok(), x.len() == bytes && y.len() == bytes);
            assert_eq!(expected.as_ref().err(), expected.is_err().then_some(&KeyError::Length));
            let json =
                format!(r#"{{"kty":"EC","crv":"{}","x":"{}","y":"{}"}}"#, curve.name(), Encoded(&x), Encoded(&y));
            assert_eq!(read(&json), expected);
        }
    }
}

#[test]
fn rfc7518_6_3_1_an_rsa_key_has_n_and_e() {
    assert_eq!(read(r#"{"kty":"RSA","e":"AQAB"}"#), Err(KeyError::Missing("n")));
    assert_eq!(read(&format!("{{{}}}", RSA.replace(r#","e":"AQAB""#, ""))), Err(KeyError::Missing("e")));
}

#[test]
fn rfc7518_3_3_a_modulus_has_2048_to_4096_bits() {
    for bytes in [256, 257, 384, 512] {
        assert!(rsa(&vec![0xc5; bytes], &[3]).is_ok(), "{bytes}");
    }
    let mut short = [0xff; 256];
    short[0] = 0x7f;
    assert_eq!(rsa(&short, &[3]), Err(KeyError::Length));
    short[0] = 0x80;
    assert!(rsa(&short, &[3]).is_ok());
    for bytes in [0, 1, 128, 255, 513, 1024] {
        assert_eq!(rsa(&vec![0xc5; bytes], &[3]), Err(KeyError::Length), "{bytes}");
    }
}

#[test]
fn rfc7518_2_a_base64url_uint_has_no_leading_zero() {
    let mut n = [0xc5; 257];
    n[0] = 0;
    assert_eq!(rsa(&n, &[3]), Err(KeyError::Length));
    assert_eq!(rsa(&n[1..], &[0, 3]), Err(KeyError::Exponent));
}

#[test]
fn an_exponent_is_odd_and_from_3_to_8_bytes() {
    let n = [0xc5; 512];
    for e in [&[3_u8][..], &[5], &[17], &[1, 0, 1], &[0x80, 0, 0, 1], &[0xff; 8]] {
        assert!(rsa(&n, e).is_ok(), "{e:?}");
    }
    for e in [&[][..], &[0], &[1], &[2], &[4], &[1, 0, 0], &[1, 0, 0, 0, 0, 0, 0, 0, 1]] {
        assert_eq!(rsa(&n, e), Err(KeyError::Exponent), "{e:?}");
    }
}

#[test]
fn rfc8037_2_an_okp_key_is_ed25519_of_32_bytes() {
    for name in ["crv", "x"] {
        let json = format!("{{{}}}", ED25519.replace(&format!(r#""{name}":"#), r#""other":"#));
        assert_eq!(read(&json), Err(KeyError::Missing(name)));
    }
    for curve in ["Ed448", "X25519", "ed25519", "P-256"] {
        assert_eq!(read(&format!("{{{}}}", ED25519.replace("Ed25519", curve))), Err(KeyError::UnsupportedCurve));
    }
    for bytes in [0, 31, 33, 1000] {
        let json = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, Encoded(&vec![7; bytes]));
        assert_eq!(read(&json), Err(KeyError::Length), "{bytes}");
    }
}

#[test]
fn rfc7515_2_numbers_are_canonical_base64url() {
    let good = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    for bad in [
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHU",
        r"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\n",
        " 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURé",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURű",
    ] {
        assert_eq!(read(&format!("{{{}}}", ED25519.replace(good, bad))), Err(KeyError::Malformed("x")), "{bad}");
    }
}

#[test]
fn members_may_come_in_any_order() {
    let members: Vec<_> = RSA.split(',').chain([r#""alg":"PS256""#, r#""kid":"a""#, r#""use":"sig""#]).collect();
    let key = read(&format!("{{{}}}", members.join(","))).unwrap();
    for at in 0..members.len() {
        let turned = [&members[at..], &members[..at]].concat();
        assert_eq!(read(&format!("{{{}}}", turned.join(","))).as_ref(), Ok(&key));
    }
}

#[test]
fn a_key_fits_its_room_or_is_too_large() {
    let p256 = format!("{{{P256}}}");
    assert!(Jwk::<64>::read(p256.as_bytes()).is_ok());
    assert_eq!(Jwk::<63>::read(p256.as_bytes()), Err(KeyError::TooLarge));
    let rsa = format!("{{{RSA}}}");
    assert!(Jwk::<259>::read(rsa.as_bytes()).is_ok());
    assert_eq!(Jwk::<258>::read(rsa.as_bytes()), Err(KeyError::TooLarge));
    assert_eq!(Jwk::<0>::read(rsa.as_bytes()), Err(KeyError::TooLarge));
    // What no key may have is not a matter of room.
    let long = rsa.replace("AQAB", "AQAAAAAAAAAAAQ");
    assert_eq!(Jwk::<256>::read(long.as_bytes()), Err(KeyError::Exponent));
}

#[test]
fn a_document_is_one_strict_object() {
    let read = |json: &str| Jwk::<520>::read(json.as_bytes());
    let json = |error| Err(KeyError::Json(error));
    for text in ["", " ", "{", r#"{"kty""#, r#"{"kty":"EC"#] {
        assert_eq!(read(text), json(JsonError::UnexpectedEnd), "{text}");
    }
    for text in ["[]", "null", "17", r#""EC""#, "[{}]"] {
        assert_eq!(read(text), json(JsonError::NotAnObject), "{text}");
    }
    assert_eq!(read(&format!("{{{P256}}}{{{P256}}}")), json(JsonError::TrailingBytes));
    assert_eq!(read(&format!("{{{P256},}}")), json(JsonError::UnexpectedByte));
    assert_eq!(read(&format!("\u{feff}{{{P256}}}")), json(JsonError::UnexpectedByte));
    assert!(read(&format!(" \r\n\t{{{P256}}}\n")).is_ok());
}

#[test]
fn rfc7638_3_1_and_rfc8037_a_3_thumbprints() {
    for (json, expected) in [
        (format!("{{{RSA}}}"), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (format!("{{{ED25519}}}"), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        (format!("{{{P256}}}"), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"),
        (RFC7520_EC.into(), "dHri3SADZkrush5HU_50AoRhcKFryN-PI6jPBtPL55M"),
    ] {
        assert_eq!(Encoded(&read(&json).unwrap().thumbprint()).to_string(), expected);
    }
}

#[test]
fn rfc7638_3_2_1_a_thumbprint_depends_on_nothing_but_the_key() {
    let bare = read(&format!("{{{RSA}}}")).unwrap();
    let named = with(RSA, r#""kid":"a","alg":"RS256","use":"sig","x5c":[]"#).unwrap();
    assert_ne!(bare, named);
    assert_eq!(bare.thumbprint(), named.thumbprint());
}

#[test]
fn a_key_alone_is_a_set_of_one_and_was_chosen_whatever_the_kid_is() {
    let key = with(P256, r#""kid":"a","alg":"ES256""#).unwrap();
    let entry = Keys::entry(&key, 0).unwrap();
    assert_eq!((entry.id, entry.algorithm), (Some("a"), Some("ES256")));
    assert!(Keys::entry(&key, 1).is_none());
    assert!(key.any_key_id());
}
