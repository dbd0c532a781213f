//! What a verified token says.

use std::{format, string::ToString};

use crate::{
    error::Error,
    fake::{access, claims, set},
};

/// The good claims with these members before them.
fn with(members: &str) -> crate::AccessToken<'static> {
    access(&claims().replacen('{', &format!("{{{members},"), 1))
}

#[test]
fn rfc8693_4_2_scope_is_what_it_allows_and_scp_where_there_is_none() {
    for members in
        [r#""scope":"led:set sensor:read""#, r#""scp":"led:set sensor:read""#, r#""scp":["led:set","sensor:read"]"#]
    {
        assert!(with(members).scope().iter().eq(["led:set", "sensor:read"]), "{members}");
    }
    let both = with(r#""scp":["led:set"],"scope":"sensor:read""#);
    assert!(both.scope().iter().eq(["sensor:read"]));
    let empty = with(r#""scp":["led:set"],"scope":"""#);
    assert_eq!(empty.scope().iter().count(), 0, "an empty scope is not an absent one");
    assert_eq!(access(&claims()).scope().iter().count(), 0);
}

#[test]
fn rfc6750_3_1_require_scope_demands_all_and_require_any_scope_one() {
    let token = with(r#""scope":"led:set sensor:read""#);
    for (wanted, all, any) in [
        ("led:set", true, true),
        ("sensor:read led:set", true, true),
        ("led:set valve:open", false, true),
        ("valve:open", false, false),
        ("LED:SET", false, false),
        ("led:set sensor:read valve:open", false, true),
        ("", true, false),
    ] {
        let expected = |good: bool| if good { Ok(()) } else { Err(Error::InsufficientScope) };
        assert_eq!(token.require_scope(wanted), expected(all), "{wanted}");
        assert_eq!(token.require_any_scope(wanted), expected(any), "{wanted}");
    }
    assert_eq!(access(&claims()).require_scope("led:set"), Err(Error::InsufficientScope));
}

#[test]
fn each_registered_claim_is_told() {
    let token = with(
        r#""nbf":1001,"auth_time":999,"acr":"gold","amr":["pwd","otp"],"roles":["r"],"groups":"g","entitlements":["e"]"#,
    );
    assert!(token.issuer().is_some_and(|iss| iss == "https://as.example"));
    assert!(token.subject().is_some_and(|sub| sub == "device"));
    assert!(token.audience().is_some_and(|aud| aud.contains("https://valve.example")));
    assert!(token.client_id().is_some_and(|client| client == "app"));
    assert!(token.jwt_id().is_some_and(|jti| jti == "1"));
    assert!(token.acr().is_some_and(|acr| acr == "gold"));
    let seconds = |date: Option<crate::NumericDate>| date.map(crate::NumericDate::whole_seconds);
    assert_eq!(seconds(token.expires_at()), Some(2000));
    assert_eq!(seconds(token.not_before()), Some(1001));
    assert_eq!(seconds(token.issued_at()), Some(1000));
    assert_eq!(seconds(token.authentication_time()), Some(999));
    assert!(token.amr().is_some_and(|amr| amr.iter().count() == 2 && amr.contains("otp")));
    assert!(token.roles().is_some_and(|roles| roles.contains("r")));
    assert!(token.groups().is_some_and(|groups| groups.contains("g")));
    assert!(token.entitlements().is_some_and(|entitlements| entitlements.contains("e")));
    assert_eq!(token.algorithm(), "TEST");
    assert!(token.key_id().is_none());
}

#[test]
fn a_claim_is_found_by_its_path() {
    let token = with(r#""realm_access":{"roles":["admin"],"a\/b":{"":1}}"#);
    let json = |path: &[&str]| token.claim(path).map(crate::json::Value::as_json);
    assert_eq!(json(&["realm_access", "roles"]), Some(r#"["admin"]"#));
    assert_eq!(json(&["realm_access", "a/b", ""]), Some("1"));
    for path in [&["roles"][..], &["realm_access", "x"], &["realm_access", "roles", "0"], &["sub", "x"], &[""]] {
        assert_eq!(json(path), None, "{path:?}");
    }
    assert_eq!(json(&[]), Some(token.json()));
}

#[test]
fn debug_shows_nothing_of_the_token() {
    let shown = format!("{:?}", access(&set("sub", r#""secret""#)));
    assert_eq!(shown, r#"AccessToken { algorithm: "TEST", .. }"#);
}

#[test]
fn strings_are_told_without_the_escapes_that_need_not_be() {
    let token = access(&set("sub", r#""\u0061\/\"b\"""#));
    let subject = token.subject().unwrap();
    assert_eq!(subject.to_string(), r#"a/"b""#);
    assert!(token.json().contains(r#""sub":"a/\"b\"""#));
}

#[cfg(feature = "serde")]
mod typed {
    use core::fmt;
    use std::{format, string::String};

    use serde::{Deserialize, Deserializer, de::Visitor};

    use super::with;
    use crate::error::Error;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Borrowed<'a> {
        tenant: &'a str,
        floor: Option<u8>,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Owned {
        tenant: Name,
    }

    /// A string that its type owns, as `heapless::String` does.
    #[derive(Debug, PartialEq)]
    struct Name(String);

    impl<'de> Deserialize<'de> for Name {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Taker;

            impl Visitor<'_> for Taker {
                type Value = Name;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a string")
                }

                fn visit_str<E>(self, text: &str) -> Result<Name, E> {
                    Ok(Name(text.into()))
                }
            }

            deserializer.deserialize_str(Taker)
        }
    }

    fn owned(text: &str) -> Result<Owned, Error> {
        Ok(Owned { tenant: Name(text.into()) })
    }

    #[test]
    fn a_type_takes_its_claims_and_passes_over_the_others() {
        let token = with(r#""tenant":"a","floor":3,"other":{"deep":[1,2.5e3,null,{"x":true}]}"#);
        assert_eq!(token.claims(), Ok(Borrowed { tenant: "a", floor: Some(3) }));
        assert_eq!(with(r#""tenant":"a""#).claims(), Ok(Borrowed { tenant: "a", floor: None }));
    }

    #[test]
    fn a_claim_that_is_absent_or_of_another_type_is_refused() {
        for members in [
            r#""x":1"#,
            r#""tenant":1"#,
            r#""tenant":null"#,
            r#""tenant":["a"]"#,
            r#""tenant":"a","floor":"3""#,
            r#""tenant":"a","floor":256"#,
            r#""tenant":"a","floor":-1"#,
        ] {
            assert_eq!(with(members).claims::<Borrowed<'_>>(), Err(Error::ClaimsType), "{members}");
        }
    }

    #[test]
    fn escapes_that_need_not_be_are_no_hindrance_to_borrowing() {
        let token = with(r#""t\u0065nant":"\u0061\/b\ud83d\ude00""#);
        assert_eq!(token.claims(), Ok(Borrowed { tenant: "a/b😀", floor: None }));
    }

    #[test]
    fn a_string_whose_escapes_must_stay_is_resolved_or_refused_and_never_handed_out_with_them() {
        for (json, text) in [(r#""a\"b\\c""#, "a\"b\\c"), (r#""a\nb""#, "a\nb"), (r#""a\u0000b""#, "a\0b")] {
            let token = with(&format!(r#""tenant":{json}"#));
            assert_eq!(token.claims::<Owned>(), owned(text), "{json}");
            assert_eq!(token.claims_with::<Owned>(&mut [0; 8]), owned(text), "{json}");
            assert_eq!(token.claims::<Borrowed<'_>>(), Err(Error::ClaimsType), "{json}");
            assert_eq!(token.claims_with::<Borrowed<'_>>(&mut [0; 8]), Err(Error::ClaimsType), "{json}");
        }
    }

    #[test]
    fn escapes_in_claims_that_are_passed_over_are_no_hindrance() {
        let token = with(r#""name":"O\"Neil","n\"":["\\"],"tenant":"a""#);
        assert_eq!(token.claims(), Ok(Borrowed { tenant: "a", floor: None }));
    }

    #[test]
    fn memory_that_is_too_small_for_an_escaped_string_is_not_the_tokens_fault() {
        let token = with(r#""tenant":"a\"b""#);
        for bytes in 0..3 {
            assert_eq!(token.claims_with::<Owned>(&mut [0; 3][..bytes]), Err(Error::TokenTooLong));
        }
        assert_eq!(token.claims_with::<Owned>(&mut [0; 3]), owned("a\"b"));
        let long = |bytes: usize| with(&format!(r#""tenant":"{}\"""#, "a".repeat(bytes - 1))).claims::<Owned>();
        assert!(long(256).is_ok());
        assert_eq!(long(257), Err(Error::TokenTooLong));
    }

    #[test]
    fn claims_are_as_deep_as_a_token_may_be() {
        let deep = format!(r#""tenant":"a","x":{}1{}"#, "[".repeat(15), "]".repeat(15));
        assert_eq!(with(&deep).claims(), Ok(Borrowed { tenant: "a", floor: None }));
    }
}
