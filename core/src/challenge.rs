//! The field `WWW-Authenticate` ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3),
//! [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)).

use core::fmt::{self, Write};

use crate::error::Error;

/// The value of `WWW-Authenticate`, written by its `Display`.
///
/// Without an error it is the bare challenge for a request that sent no token (RFC 6750 §3.1: then no error is told).
/// What is written can neither end a quoted string nor the field: quotes and backslashes are escaped in the realm,
/// and no other byte than those that RFC 6750 §3 allows gets into the other attributes.
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

    /// Names what is protected (RFC 9110 §11.5). Characters that no quoted string can hold are left out.
    #[must_use]
    pub const fn with_realm(self, realm: &'a str) -> Self {
        Self { realm: Some(realm), ..self }
    }

    /// Tells the scope that the resource asks for (RFC 6750 §3): scope tokens, separated by spaces.
    #[must_use]
    pub const fn with_scope(self, scope: &'a str) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Tells the URL of the protected resource's metadata (RFC 9728 §5.1).
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
        if let Some(realm) = self.realm {
            attributes.begin("realm")?;
            for character in realm.chars().filter(|character| !character.is_control()) {
                if matches!(character, '"' | '\\') {
                    attributes.out.write_char('\\')?;
                }
                attributes.out.write_char(character)?;
            }
            attributes.end()?;
        }
        if let Some(scope) = self.scope {
            attributes.write("scope", scope)?;
        }
        if let Some(error) = self.error
            && let Some(code) = error.code()
        {
            attributes.write("error", code.as_str())?;
            attributes.write("error_description", error)?;
        }
        if let Some(url) = self.resource_metadata {
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
        write!(Guard(self.out), "{value}")?;
        self.end()
    }
}

/// Lets through what RFC 6750 §3 allows in `error_description`: %x20-21, %x23-5B and %x5D-7E.
struct Guard<'f, 'o>(&'f mut fmt::Formatter<'o>);

impl Write for Guard<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let allowed = |character: &char| matches!(character, ' '..='~') && !matches!(character, '"' | '\\');
        text.chars().filter(allowed).try_for_each(|character| self.0.write_char(character))
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::Challenge;
    use crate::error::{Claim, Error, Part, Reason};

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
    fn a_fault_of_the_server_has_no_error_code() {
        let challenge = Challenge::new().with_realm("example").with_error(Error::TimeUnavailable);
        assert_eq!(challenge.to_string(), r#"Bearer realm="example""#);
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
    fn nothing_ends_the_field_or_the_quoted_string() {
        let hostile = "a\"b\\c\r\nSet-Cookie: d\u{7f}é";
        let challenge = Challenge::new().with_realm(hostile).with_scope(hostile).with_resource_metadata(hostile);
        let written = challenge.to_string();
        assert!(!written.contains(|character: char| character.is_control()));
        assert!(written.contains(r#"scope="abcSet-Cookie: d""#), "{written}");
        assert!(written.starts_with(r#"Bearer realm="a\"b\\cSet-Cookie: dé""#), "{written}");
    }

    #[test]
    fn rfc6750_3_the_description_has_only_the_characters_that_are_allowed() {
        let errors = [Error::InsecureTransport, Error::Json(Part::Payload, crate::json::JsonError::TooDeep)];
        for error in errors {
            let description = error.to_string();
            assert!(description.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)));
        }
    }
}
