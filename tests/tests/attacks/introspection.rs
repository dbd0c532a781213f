//! Answers of the authorization server that are taken for more than they say.

use bearward_core::{Answer, AnswerError, Claim, Error, IntrospectionError, Reason, UnixTime};

use crate::{NOW, policy};

const JSON: &str = "application/json";

/// The subject of a token that this answer is about.
fn answered(status: u16, content_type: &str, json: &str) -> Result<String, IntrospectionError> {
    let mut body = json.as_bytes().to_vec();
    let answer = Answer { status, content_type: Some(content_type), body: &mut body };
    let token = policy().introspect(answer, UnixTime::from_seconds(NOW))?;
    Ok(token.subject().unwrap().to_string())
}

/// An answer that makes the token good, with these members in place of the first.
fn active(members: &str) -> Result<String, IntrospectionError> {
    let rest = r#""sub":"device","iss":"https://as.example","aud":"https://valve.example""#;
    answered(200, JSON, &format!("{{{members},{rest}}}"))
}

fn claim(claim: Claim, reason: Reason) -> IntrospectionError {
    IntrospectionError::Token(Error::Claim { claim, reason })
}

/// `"false"` is true to whoever asks only whether there is something.
#[test]
fn active_as_a_string() {
    for value in [r#""false""#, r#""true""#, "1", "0", "null", "[]", "{}", r#"[true]"#] {
        let error = active(&format!(r#""active":{value}"#)).unwrap_err();
        assert_eq!(error, IntrospectionError::Answer(AnswerError::Member("active")), "{value}");
        // It is the server that is at fault, and the client is not told that its token is bad.
        assert_eq!(Error::from(error).status(), 503);
    }
    // Nor is a token active of which that is not said.
    let error = active(r#""Active":true"#).unwrap_err();
    assert_eq!(error, IntrospectionError::Answer(AnswerError::Member("active")));
    assert_eq!(active(r#""active":false"#), Err(IntrospectionError::Inactive));
    assert_eq!(active(r#""active":true"#).as_deref(), Ok("device"));
}

/// As [`cve_2026_22748`](crate::claims::cve_2026_22748_token_of_another_issuer), for tokens that the server is asked about.
#[test]
fn cve_2026_22748_answer_about_a_token_of_another_issuer() {
    let of = |issuer: &str| {
        let aud = r#""aud":"https://valve.example","sub":"device""#;
        answered(200, JSON, &format!(r#"{{"active":true,{aud},"iss":{issuer}}}"#))
    };
    assert_eq!(of(r#""https://as.example""#).as_deref(), Ok("device"));
    assert_eq!(of(r#""https://other.example""#), Err(claim(Claim::Issuer, Reason::Mismatch)));
    assert_eq!(of(r#"["https://as.example"]"#), Err(IntrospectionError::Answer(AnswerError::Claim(Claim::Issuer))));
}

/// A server that answers for every resource server says "active" of tokens for any of them.
#[test]
fn active_token_of_another_resource_server() {
    let for_audience = |member: &str| answered(200, JSON, &format!(r#"{{"active":true,"sub":"device"{member}}}"#));
    assert_eq!(for_audience(r#","aud":"https://valve.example""#).as_deref(), Ok("device"));
    let mismatch = claim(Claim::Audience, Reason::Mismatch);
    assert_eq!(for_audience(r#","aud":"https://lamp.example""#), Err(mismatch));
    assert_eq!(for_audience(""), Err(claim(Claim::Audience, Reason::Missing)));
}

/// A refresh token lives for months, and a server that is asked about one says "active". So it does of a token that is bound
/// to a key, and of an ID token.
#[test]
fn active_token_of_another_kind() {
    let of = |member: &str| active(&format!(r#""active":true,{member}"#));
    for member in [
        r#""typ":"Refresh""#,
        r#""typ":"Offline""#,
        r#""typ":"ID""#,
        r#""token_use":"refresh_token""#,
        r#""token_type":"refresh_token""#,
        r#""token_type":"DPoP""#,
        r#""token_type":"N_A""#,
    ] {
        assert_eq!(of(member), Err(IntrospectionError::Token(Error::TokenType)), "{member}");
    }
    for member in [r#""nonce":"n""#, r#""at_hash":"h""#] {
        assert_eq!(of(member), Err(claim(Claim::IdToken, Reason::Unexpected)), "{member}");
    }
    let bound = r#""token_type":"Bearer","cnf":{"x5t#S256":"x"}"#;
    assert_eq!(of(bound), Err(claim(Claim::Confirmation, Reason::NotUnderstood)));
    for member in [r#""typ":"Bearer""#, r#""token_use":"access_token""#, r#""token_type":"bearer""#] {
        assert_eq!(of(member).as_deref(), Ok("device"), "{member}");
    }
}

#[test]
fn active_token_out_of_its_time() {
    let expired = claim(Claim::ExpirationTime, Reason::Expired);
    assert_eq!(active(&format!(r#""active":true,"exp":{NOW}"#)), Err(expired));
    let early = claim(Claim::NotBefore, Reason::NotYetValid);
    assert_eq!(active(&format!(r#""active":true,"nbf":{}"#, NOW + 1)), Err(early));
    assert_eq!(active(&format!(r#""active":true,"exp":{},"nbf":{NOW}"#, NOW + 1)).as_deref(), Ok("device"));
}

/// An outage is neither good nor bad news of the token, whatever lies in the content.
#[test]
fn failure_as_a_verdict() {
    let (good, bad) = (r#"{"active":true,"sub":"device","aud":"https://valve.example"}"#, r#"{"active":false}"#);
    assert_eq!(answered(200, JSON, good).as_deref(), Ok("device"));
    for content in [good, bad] {
        for status in [100, 201, 204, 206, 302, 304, 400, 401, 403, 404, 429, 500, 503] {
            let error = answered(status, JSON, content).unwrap_err();
            assert!(matches!(error, IntrospectionError::Answer(_)), "{status}: {error:?}");
            assert_eq!(Error::from(error).status(), 503, "{status}");
        }
        let error = IntrospectionError::Answer(AnswerError::ContentType);
        assert_eq!(answered(200, "text/html", content), Err(error));
    }
}
