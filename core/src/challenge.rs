//! The field `WWW-Authenticate` ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3),
//! [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)).

use core::fmt::{self, Write};

use crate::{
    error::Error,
    scope::{is_scope, tokens},
};

/// The value of `WWW-Authenticate`, written by its `Display`.
///
/// Without an error it is the bare challenge for a request that sent no token (RFC 6750 §3.1: then no error is told).
/// What is written can neither end a quoted string nor the field. An attribute whose value does not follow its grammar is
/// left out as a whole: a scope or a URL of which some characters are gone would be another one.
///
/// ```
/// use bearward_core::{Challenge, Error};
///
/// static CHALLENGE: Challenge<'_> = Challenge::new().with_realm("valve").with_scope("valve:open");
/// assert_eq!(CHALLENGE.to_string(), r#"Bearer realm="valve", scope="valve:open""#);
/// assert_eq!(
///     CHALLENGE.with_error(Error::InsufficientScope).to_string(),
///     r#"Bearer realm="valve", scope="valve:open", error="insufficient_scope", error_description="the token's scope does not allow this""#
/// );
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Challenge<'a> {
    realm: Option<&'a str>,
    scope: Option<&'a str>,
    resource_metadata: Option<&'a str>,
    error: Option<Error>,
}

impl<'a> Challenge<'a> {
    /// A challenge that tells nothing. Its realm is empty, for RFC 6750 §3 asks for one attribute or more.
    #[must_use]
    pub const fn new() -> Self {
        Self { realm: None, scope: None, resource_metadata: None, error: None }
    }

    /// Names what is protected (RFC 9110 §11.5), in any characters but control characters.
    #[must_use]
    pub const fn with_realm(self, realm: &'a str) -> Self {
        Self { realm: Some(realm), ..self }
    }

    /// Tells the scope that the resource asks for (RFC 6750 §3): one scope token or more, separated by spaces. They have
    /// the characters of RFC 6749 §3.3: visible ASCII without the quotation mark and the backslash.
    #[must_use]
    pub const fn with_scope(self, scope: &'a str) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Tells the URL of the protected resource's metadata (RFC 9728 §5.1), in the characters of RFC 3986 §2.
    #[must_use]
    pub const fn with_resource_metadata(self, url: &'a str) -> Self {
        Self { resource_metadata: Some(url), ..self }
    }

    /// Tells why the request was refused: `error`, where the error has a code, and `error_description`.
    #[must_use]
    pub const fn with_error(self, error: Error) -> Self {
        Self { error: Some(error), ..self }
    }
}

impl fmt::Display for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer")?;
        let mut attributes = Attributes { out: f, written: 0_usize };
        if let Some(realm) = self.realm.filter(|realm| !realm.contains(char::is_control)) {
            attributes.begin("realm")?;
            for character in realm.chars() {
                if matches!(character, '"' | '\\') {
                    attributes.out.write_char('\\')?;
                }
                attributes.out.write_char(character)?;
            }
            attributes.end()?;
        }
        if let Some(scope) = self.scope.filter(|scope| is_scope(scope)) {
            attributes.begin("scope")?;
            let mut separator = "";
            for token in tokens(scope) {
                write!(attributes.out, "{separator}{token}")?;
                separator = " ";
            }
            attributes.end()?;
        }
        if let Some(error) = self.error
            && let Some(code) = error.code()
        {
            attributes.write("error", code.as_str())?;
            attributes.write("error_description", error)?;
        }
        if let Some(url) = self.resource_metadata.filter(|url| is_url(url)) {
            attributes.write("resource_metadata", url)?;
        }
        if attributes.written == 0 {
            attributes.write("realm", "")?;
        }
        Ok(())
    }
}

struct Attributes<'f, 'o> {
    out: &'f mut fmt::Formatter<'o>,
    written: usize,
}

impl Attributes<'_, '_> {
    fn begin(&mut self, name: &str) -> fmt::Result {
        let separator = if self.written == 0 { " " } else { ", " };
        self.written = self.written.saturating_add(1);
        write!(self.out, "{separator}{name}=\"")
    }

    fn end(&mut self) -> fmt::Result {
        self.out.write_char('"')
    }

    fn write(&mut self, name: &str, value: impl fmt::Display) -> fmt::Result {
        self.begin(name)?;
        write!(self.out, "{value}")?;
        self.end()
    }
}

/// Whether a text has the characters of a URL alone (RFC 3986 §2). None of them ends a quoted string.
fn is_url(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::Challenge;
    use crate::error::{Claim, Error, Reason};

    #[test]
    fn rfc6750_3_one_attribute_or_more_follows_the_scheme() {
        assert_eq!(Challenge::new().to_string(), r#"Bearer realm="""#);
    }

    #[test]
    fn rfc6750_3_1_a_request_without_a_token_is_told_no_error() {
        assert_eq!(Challenge::new().with_realm("example").to_string(), r#"Bearer realm="example""#);
    }

    #[test]
    fn rfc6750_3_a_refused_token_is_told_why() {
        let error = Error::claim(Claim::ExpirationTime, Reason::Expired);
        let challenge = Challenge::new().with_realm("example").with_error(error);
        let expected = r#"Bearer realm="example", error="invalid_token", error_description="the claim exp has passed""#;
        assert_eq!(challenge.to_string(), expected);
    }

    #[test]
    fn rfc9728_5_1_the_metadata_url_is_told() {
        let challenge = Challenge::new().with_resource_metadata("https://a.example/.well-known/x");
        assert_eq!(challenge.to_string(), r#"Bearer resource_metadata="https://a.example/.well-known/x""#);
    }

    #[test]
    fn rfc6750_3_1_every_other_error_has_its_code() {
        for (error, code) in [
            (Error::InsecureTransport, "invalid_request"),
            (Error::SeveralTokens, "invalid_request"),
            (Error::MalformedRequest, "invalid_request"),
            (Error::TokenTooLong, "invalid_request"),
            (Error::BadSignature, "invalid_token"),
            (Error::InsufficientScope, "insufficient_scope"),
        ] {
            let written = Challenge::new().with_error(error).to_string();
            let expected = std::format!(r#"Bearer error="{code}", error_description="{error}""#);
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn rfc6750_3_1_an_answer_503_tells_no_error_and_no_description() {
        let error = Error::TimeUnavailable;
        assert_eq!(error.status(), 503);
        let written = Challenge::new().with_realm("example").with_scope("led:set").with_error(error).to_string();
        assert_eq!(written, r#"Bearer realm="example", scope="led:set""#);
    }

    #[test]
    fn rfc9110_5_6_4_quotes_and_backslashes_of_the_realm_are_escaped() {
        let written = Challenge::new().with_realm(r#"a"b\c, é"#).to_string();
        assert_eq!(written, r#"Bearer realm="a\"b\\c, é""#);
    }

    #[test]
    fn rfc9110_5_5_a_realm_with_control_characters_is_left_out() {
        for realm in ["a\r\nSet-Cookie: b", "a\nb", "\0", "a\tb", "a\u{7f}", "a\u{85}b"] {
            let challenge = Challenge::new().with_realm(realm);
            assert_eq!(challenge.to_string(), r#"Bearer realm="""#, "{realm:?}");
            let written = challenge.with_scope("led:set").to_string();
            assert_eq!(written, r#"Bearer scope="led:set""#, "{realm:?}");
        }
    }

    #[test]
    fn rfc6749_3_3_a_scope_outside_its_grammar_is_left_out_as_a_whole() {
        let challenge = Challenge::new().with_realm("example");
        for scope in ["", " ", "led:set\"", "led\\set", "led:set\r\nx: y", "led:set\tx", "léd:set", "led:set \u{7f}"] {
            assert_eq!(challenge.with_scope(scope).to_string(), r#"Bearer realm="example""#, "{scope:?}");
        }
        let all: std::string::String = ('!'..='~').filter(|character| !matches!(character, '"' | '\\')).collect();
        let written = challenge.with_scope(&all).to_string();
        assert_eq!(written, std::format!(r#"Bearer realm="example", scope="{all}""#));
    }

    #[test]
    fn rfc6749_3_3_one_space_stands_between_scope_tokens() {
        let written = Challenge::new().with_scope("  led:set   sensor:read ").to_string();
        assert_eq!(written, r#"Bearer scope="led:set sensor:read""#);
    }

    #[test]
    fn rfc3986_2_a_url_with_other_characters_is_left_out_as_a_whole() {
        let challenge = Challenge::new().with_realm("example");
        for url in ["", "https://a.example/\"", "https://a.example/a b", "https://a.example/\r\n", "https://é.example"]
        {
            assert_eq!(challenge.with_resource_metadata(url).to_string(), r#"Bearer realm="example""#, "{url:?}");
        }
        for character in (0..=0x7f).map(char::from).filter(|character| !character.is_ascii_alphanumeric()) {
            let url = std::format!("https://a.example/{character}");
            let written = challenge.with_resource_metadata(&url).to_string();
            let allowed = "-._~:/?#[]@!$&'()*+,;=%".contains(character);
            assert_eq!(written.ends_with(&std::format!(r#", resource_metadata="{url}""#)), allowed, "{character:?}");
            assert_eq!(written == r#"Bearer realm="example""#, !allowed, "{character:?}");
        }
    }
}
