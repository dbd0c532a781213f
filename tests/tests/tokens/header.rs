//! The JOSE header (RFC 7515 §4, RFC 8725 §3).

use bearward_core::{Error, Parameter, Part, Policy, TokenType, json::JsonError};
use tests::signer::{ALGORITHMS, Signer};

use crate::{AUDIENCE, CLAIMS, ISSUER, policy, verify, verify_with, with_header};

/// A header of the good token with this in place of or beside what it has.
fn with(members: &str) -> Result<(), Error> {
    with_header(&format!(r#"{{"alg":"ES256","typ":"at+jwt",{members}}}"#))
}

#[test]
fn rfc8725_3_1_the_algorithm_is_the_policys_and_not_the_tokens() {
    for signer in Signer::all() {
        for other in ALGORITHMS.iter().filter(|other| other.name() != signer.algorithm()) {
            let alone = [*other];
            let policy = Policy::new(ISSUER, AUDIENCE, &alone);
            let error = verify_with(&policy, &signer.token(CLAIMS), &signer.keys());
            assert_eq!(error, Err(Error::AlgorithmNotAllowed), "{} under {}", signer.algorithm(), other.name());
        }
    }
}

#[test]
fn rfc8725_2_1_a_swapped_algorithm_name_finds_no_key() {
    for signer in Signer::all() {
        for other in ALGORITHMS.iter().filter(|other| other.name() != signer.algorithm()) {
            let header =
                signer.header().replace(&format!(r#":"{}""#, signer.algorithm()), &format!(r#":"{}""#, other.name()));
            let outcome = verify(&signer.jws(&header, CLAIMS.as_bytes()), &signer.keys());
            // RFC 9864 §2.2: EdDSA and Ed25519 are two names of one algorithm.
            let same = signer.algorithm().starts_with("Ed") && other.name().starts_with("Ed");
            let expected = if same { Ok(()) } else { Err(Error::UnknownKey) };
            assert_eq!(outcome, expected, "{} as {}", signer.algorithm(), other.name());
        }
    }
}

#[test]
fn rfc8725_2_1_none_is_refused_in_all_spellings() {
    for name in ["none", "None", "NONE", "nOnE", "n\\u006fne", "", " ", "none ", "none\\u0000", "null"] {
        let signer = Signer::new("ES256");
        let token = signer.jws(&format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#), CLAIMS.as_bytes());
        let (message, _) = token.rsplit_once('.').unwrap();
        for token in [token.clone(), format!("{message}.")] {
            assert_eq!(verify(&token, &signer.keys()), Err(Error::AlgorithmNotAllowed), "{name:?}");
        }
    }
}

#[test]
fn rfc7515_4_1_1_alg_is_a_required_case_sensitive_string() {
    for header in [r#"{"typ":"at+jwt"}"#, r#"{"alg":null}"#, r#"{"alg":1}"#, r#"{"alg":["ES256"]}"#, r#"{"alg":{}}"#] {
        assert_eq!(with_header(header), Err(Error::Header(Parameter::Algorithm)), "{header}");
    }
    for name in ["es256", "Es256", "ES256 ", "ES25", "ES2566", "ES256K", "RSA1_5", "dir", "A128KW"] {
        let header = format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#);
        assert_eq!(with_header(&header), Err(Error::AlgorithmNotAllowed), "{name}");
    }
}

#[test]
fn rfc8259_7_an_escaped_name_is_the_same_name() {
    assert_eq!(with_header(r#"{"\u0061lg":"\u0045S256","typ":"at\u002bjwt","kid":"key\u002des256"}"#), Ok(()));
}

#[test]
fn rfc7515_4_header_parameter_names_are_unique() {
    for header in [
        r#"{"alg":"ES256","typ":"at+jwt","alg":"ES256"}"#,
        r#"{"alg":"none","typ":"at+jwt","alg":"ES256"}"#,
        r#"{"alg":"ES256","typ":"at+jwt","\u0061lg":"none"}"#,
        r#"{"alg":"ES256","typ":"at+jwt","kid":"key-es256","kid":"other"}"#,
        r#"{"alg":"ES256","typ":"at+jwt","x":{"y":1,"y":2}}"#,
    ] {
        assert_eq!(with_header(header), Err(Error::Json(Part::Header, JsonError::DuplicateName)), "{header}");
    }
}

#[test]
fn rfc7515_4_1_11_no_critical_extension_is_understood() {
    for value in [r#"["b64"]"#, r#"["exp"]"#, r#"["alg"]"#, "[]", "null", "1", r#""exp""#, "{}"] {
        assert_eq!(with(&format!(r#""crit":{value}"#)), Err(Error::Critical), "{value}");
    }
}

#[test]
fn rfc7797_3_b64_is_refused_even_when_it_is_not_critical() {
    for value in ["false", "true", "null"] {
        let error = Error::UnsupportedHeader(Parameter::Base64UrlPayload);
        assert_eq!(with(&format!(r#""b64":{value}"#)), Err(error), "{value}");
    }
}

#[test]
fn rfc8725_3_6_compression_is_refused() {
    assert_eq!(with(r#""zip":"DEF""#), Err(Error::UnsupportedHeader(Parameter::Compression)));
}

#[test]
fn header_parameters_that_are_read_are_strings() {
    for (name, parameter) in [("kid", Parameter::KeyId), ("typ", Parameter::Type), ("cty", Parameter::ContentType)] {
        for value in ["null", "1", "true", "[]", "{}"] {
            let header = format!(r#"{{"alg":"ES256","{name}":{value}}}"#);
            assert_eq!(with_header(&header), Err(Error::Header(parameter)), "{header}");
        }
    }
}

#[test]
fn rfc9068_4_typ_says_that_it_is_an_access_token() {
    let typed = |typ: &str| with_header(&format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#));
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/at+JWT"] {
        assert_eq!(typed(typ), Ok(()), "{typ}");
    }
    for typ in [
        "",
        "JWT",
        "jwt",
        "at",
        "at+jwt ",
        " at+jwt",
        "at+jwt+x",
        "xat+jwt",
        "text/at+jwt",
        "application/application/at+jwt",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "token-introspection+jwt",
        "oauth-authz-req+jwt",
    ] {
        assert_eq!(typed(typ), Err(Error::TokenType), "{typ:?}");
    }
    assert_eq!(with_header(r#"{"alg":"ES256"}"#), Err(Error::TokenType));
}

#[test]
fn rfc8725_3_11_a_relaxed_policy_takes_no_other_kind_either() {
    let signer = Signer::new("ES256");
    let typed = |member: &str| {
        let token = signer.jws(&format!(r#"{{"alg":"ES256"{member}}}"#), CLAIMS.as_bytes());
        verify_with(&policy().with_token_type(TokenType::Relaxed), &token, &signer.keys())
    };
    for member in ["", r#","typ":"JWT""#, r#","typ":"jwt""#, r#","typ":"at+jwt""#] {
        assert_eq!(typed(member), Ok(()), "{member}");
    }
    for typ in ["", "dpop+jwt", "logout+jwt", "secevent+jwt", "token-introspection+jwt", "JOSE"] {
        assert_eq!(typed(&format!(r#","typ":"{typ}""#)), Err(Error::TokenType), "{typ:?}");
    }
}

#[test]
fn a_header_of_more_than_a_kilobyte_is_refused() {
    let error = with(&format!(r#""x":"{}""#, "a".repeat(1024)));
    assert_eq!(error, Err(Error::Json(Part::Header, JsonError::TooLong)));
}
