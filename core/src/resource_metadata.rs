//! The metadata of a protected resource ([RFC 9728 §2](https://www.rfc-editor.org/rfc/rfc9728#section-2)): how a client
//! learns which authorization server to ask for a token.

use core::fmt::{self, Write};

use crate::{bearer::BearerMethod, json::write_string};

/// The document of a protected resource, written as JSON by its `Display`.
///
/// It borrows all that it tells, and so can be a `static`. Serve it as `application/json` (§3.2) under
/// [`WELL_KNOWN_PATH`](Self::WELL_KNOWN_PATH), and tell its URL by
/// [`Challenge::with_resource_metadata`](crate::Challenge::with_resource_metadata).
///
/// ```
/// use bearward_core::ResourceMetadata;
///
/// static METADATA: ResourceMetadata<'_> = ResourceMetadata::new("https://valve.example")
///     .with_authorization_servers(&["https://authority.example"])
///     .with_scopes_supported(&["valve:open"]);
/// assert_eq!(
///     METADATA.to_string(),
///     concat!(
///         r#"{"resource":"https://valve.example","authorization_servers":["https://authority.example"],"#,
///         r#""scopes_supported":["valve:open"],"bearer_methods_supported":["header"]}"#,
///     )
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ResourceMetadata<'a> {
    resource: &'a str,
    authorization_servers: &'a [&'a str],
    jwks_uri: Option<&'a str>,
    scopes_supported: &'a [&'a str],
    bearer_methods_supported: &'a [BearerMethod],
    resource_name: Option<&'a str>,
}

impl<'a> ResourceMetadata<'a> {
    /// Where clients look for the document (§3.1). The path of a resource that has one follows it:
    /// `https://valve.example/2` has its document at `https://valve.example/.well-known/oauth-protected-resource/2`.
    pub const WELL_KNOWN_PATH: &'static str = "/.well-known/oauth-protected-resource";

    /// The document of a resource that takes tokens from the `Authorization` field.
    ///
    /// `resource` is its identifier, an `https` URL without fragment (§1.2). A client refuses a document with another
    /// identifier than the one that it asked for (§3.3).
    #[must_use]
    pub const fn new(resource: &'a str) -> Self {
        Self {
            resource,
            authorization_servers: &[],
            jwks_uri: None,
            scopes_supported: &[],
            bearer_methods_supported: &[BearerMethod::Header],
            resource_name: None,
        }
    }

    /// Tells the issuers of the tokens that are taken.
    #[must_use]
    pub const fn with_authorization_servers(self, issuers: &'a [&'a str]) -> Self {
        Self { authorization_servers: issuers, ..self }
    }

    /// Tells where the resource's own keys are, if it signs or decrypts: not those of the tokens' issuers.
    #[must_use]
    pub const fn with_jwks_uri(self, url: &'a str) -> Self {
        Self { jwks_uri: Some(url), ..self }
    }

    /// Tells the scopes that can be asked for.
    #[must_use]
    pub const fn with_scopes_supported(self, scopes: &'a [&'a str]) -> Self {
        Self { scopes_supported: scopes, ..self }
    }

    /// Tells by which methods a token may come, in place of the `Authorization` field alone.
    #[must_use]
    pub const fn with_bearer_methods_supported(self, methods: &'a [BearerMethod]) -> Self {
        Self { bearer_methods_supported: methods, ..self }
    }

    /// Tells the name of the resource for people to read.
    #[must_use]
    pub const fn with_resource_name(self, name: &'a str) -> Self {
        Self { resource_name: Some(name), ..self }
    }
}

impl fmt::Display for ResourceMetadata<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"{"resource":"#)?;
        write_string(f, self.resource)?;
        write_array(f, "authorization_servers", self.authorization_servers.iter().copied())?;
        write_member(f, "jwks_uri", self.jwks_uri)?;
        write_array(f, "scopes_supported", self.scopes_supported.iter().copied())?;
        let methods = self.bearer_methods_supported.iter().copied();
        write_array(f, "bearer_methods_supported", methods.map(BearerMethod::as_str))?;
        write_member(f, "resource_name", self.resource_name)?;
        f.write_char('}')
    }
}

fn write_member(out: &mut impl Write, name: &str, value: Option<&str>) -> fmt::Result {
    let Some(value) = value else { return Ok(()) };
    write!(out, r#","{name}":"#)?;
    write_string(out, value)
}

/// A parameter without values is left out (RFC 9728 §3.2).
fn write_array<'a>(out: &mut impl Write, name: &str, values: impl Iterator<Item = &'a str>) -> fmt::Result {
    let mut values = values.peekable();
    if values.peek().is_none() {
        return Ok(());
    }
    write!(out, r#","{name}":"#)?;
    let mut before = '[';
    for value in values {
        out.write_char(before)?;
        write_string(out, value)?;
        before = ',';
    }
    out.write_char(']')
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::ResourceMetadata;
    use crate::{bearer::BearerMethod, json::Object};

    const RESOURCE: &str = "https://resource.example.com";

    #[test]
    fn rfc9728_3_2_example() {
        let metadata = ResourceMetadata::new(RESOURCE)
            .with_authorization_servers(&["https://as1.example.com", "https://as2.example.net"])
            .with_bearer_methods_supported(&[BearerMethod::Header, BearerMethod::Form])
            .with_scopes_supported(&["profile", "email", "phone"]);
        let text = metadata.to_string();
        let document = Object::read(text.as_bytes()).unwrap();
        for (name, expected) in [
            ("resource", r#""https://resource.example.com""#),
            ("authorization_servers", r#"["https://as1.example.com","https://as2.example.net"]"#),
            ("bearer_methods_supported", r#"["header","body"]"#),
            ("scopes_supported", r#"["profile","email","phone"]"#),
        ] {
            assert_eq!(document.get(name).unwrap().as_json(), expected, "{name}");
        }
        assert_eq!(document.members().count(), 4);
    }

    #[test]
    fn every_parameter_is_written_by_its_name() {
        let text = ResourceMetadata::new(RESOURCE)
            .with_jwks_uri("https://resource.example.com/jwks.json")
            .with_resource_name("The valve")
            .with_bearer_methods_supported(&[BearerMethod::Query])
            .to_string();
        let document = Object::read(text.as_bytes()).unwrap();
        assert_eq!(document.get("jwks_uri").unwrap().as_json(), r#""https://resource.example.com/jwks.json""#);
        assert_eq!(document.get("resource_name").unwrap().as_json(), r#""The valve""#);
        assert_eq!(document.get("bearer_methods_supported").unwrap().as_json(), r#"["query"]"#);
    }

    #[test]
    fn rfc9728_3_2_parameters_without_values_are_left_out() {
        let text = ResourceMetadata::new(RESOURCE).with_bearer_methods_supported(&[]).to_string();
        assert_eq!(text, r#"{"resource":"https://resource.example.com"}"#);
    }

    #[test]
    fn a_resource_takes_tokens_from_the_header_unless_told_otherwise() {
        let text = ResourceMetadata::new(RESOURCE).to_string();
        assert_eq!(text, r#"{"resource":"https://resource.example.com","bearer_methods_supported":["header"]}"#);
    }

    #[test]
    fn rfc8259_7_strings_are_escaped() {
        let hostile: String = ('\0'..='\u{80}').chain(['ü', '\u{2028}', '🐻']).collect();
        let list = [hostile.as_str(), "\",\"evil\":\""];
        let text = ResourceMetadata::new(&hostile)
            .with_authorization_servers(&list)
            .with_scopes_supported(&list)
            .with_jwks_uri(&hostile)
            .with_resource_name(&hostile)
            .to_string();
        let document = Object::read(text.as_bytes()).unwrap();
        assert_eq!(document.members().count(), 6);
        for name in ["resource", "jwks_uri", "resource_name"] {
            assert!(document.get(name).unwrap().as_text().unwrap() == *hostile, "{name}");
        }
        for name in ["authorization_servers", "scopes_supported"] {
            let array = document.get(name).unwrap().as_array().unwrap();
            let texts = array.elements().map(|element| element.as_text().unwrap().to_string());
            assert!(texts.eq(list.map(String::from)), "{name}");
        }
    }
}
