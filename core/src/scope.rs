//! Scopes ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)) and audiences
//! ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)): what contains what.

use core::fmt;

use crate::{
    claims::Names,
    json::{Text, Value},
};

/// What a token allows: scope tokens, from a `scope` string or an `scp` array, borrowed for `'b`.
///
/// Scope tokens are compared byte for byte, their order and repetitions mean nothing, and more than one space between
/// them does no harm.
#[derive(Clone, Copy, Default)]
pub struct Scope<'b>(Source<'b>);

#[derive(Clone, Copy, Default)]
enum Source<'b> {
    #[default]
    Empty,
    List(Text<'b>),
    Names(Names<'b>),
}

impl<'b> Scope<'b> {
    pub(crate) const fn from_text(scope: Text<'b>) -> Self {
        Self(Source::List(scope))
    }

    pub(crate) const fn from_names(scp: Names<'b>) -> Self {
        Self(Source::Names(scp))
    }

    /// Whether this one scope token is allowed. An empty one never is.
    #[must_use]
    pub fn contains(&self, wanted: &str) -> bool {
        self.iter().any(|own| own == wanted)
    }

    /// Whether every scope token of a list separated by spaces is allowed. So it is if there is none.
    #[must_use]
    pub fn contains_all(&self, wanted: &str) -> bool {
        tokens(wanted).all(|wanted| self.contains(wanted))
    }

    /// Whether a scope token of a list separated by spaces is allowed.
    #[must_use]
    pub fn contains_any(&self, wanted: &str) -> bool {
        tokens(wanted).any(|wanted| self.contains(wanted))
    }

    /// The scope tokens, in their order, as often as they come.
    pub fn iter(&self) -> impl Iterator<Item = &'b str> + use<'b> {
        let (list, names) = match self.0 {
            Source::Empty => (None, None),
            Source::List(list) => (Some(list), None),
            // As Entra sends it, `scp` is one string of several.
            Source::Names(names) => (None, Some(names.iter())),
        };
        let lists = list.into_iter().chain(names.into_iter().flatten());
        // A scope with escapes that must stay has characters that no scope token has: it allows nothing.
        lists.filter_map(|list| list.as_str()).flat_map(tokens)
    }
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope([redacted])")
    }
}

/// Whether every scope token of `wanted` is among those of `containing`, both separated by spaces.
///
/// ```
/// use bearward_core::scope_contains;
///
/// assert!(scope_contains("sensor:read led:set", "led:set"));
/// assert!(!scope_contains("sensor:read", "sensor:read led:set"));
/// assert!(!scope_contains("sensor:read", "Sensor:read"));
/// assert!(scope_contains("sensor:read", ""));
/// ```
#[must_use]
pub fn scope_contains(containing: &str, wanted: &str) -> bool {
    tokens(wanted).all(|wanted| tokens(containing).any(|own| own == wanted))
}

/// Whether `audience` is the one, or among those, that a claim `aud` names. Any other JSON type contains nothing.
///
/// ```
/// use bearward_core::{audience_contains, json};
///
/// let aud = json::read(br#"["https://valve.example","https://pump.example"]"#)?;
/// assert!(audience_contains(aud, "https://pump.example"));
/// assert!(!audience_contains(aud, "https://pump.example/"));
/// # Ok::<(), json::JsonError>(())
/// ```
#[must_use]
pub fn audience_contains(containing: Value<'_>, audience: &str) -> bool {
    Names::read(containing).is_some_and(|names| names.contains(audience))
}

fn tokens(list: &str) -> impl Iterator<Item = &str> {
    list.split(' ').filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Scope, audience_contains, scope_contains};
    use crate::{claims::Names, json};

    #[test]
    fn rfc6749_3_3_the_order_does_not_matter_and_case_does() {
        let value = json::read(br#""led:set sensor:read""#).unwrap();
        let scope = Scope::from_text(value.as_text().unwrap());
        assert!(scope.contains_all("sensor:read led:set"));
        assert!(!scope.contains_all("sensor:read LED:set"));
        assert!(scope.contains_any("valve:open led:set"));
        assert!(!scope.contains_any(""));
        assert!(!scope.contains("sensor"));
        assert!(!scope.contains(""));
        assert!(!scope.contains("led:set sensor:read"));
    }

    #[test]
    fn scp_may_be_an_array_or_a_string_of_several() {
        for json in [br#"["sensor:read","led:set"]"#.as_slice(), br#""sensor:read led:set""#] {
            let scope = Scope::from_names(Names::read(json::read(json).unwrap()).unwrap());
            assert!(scope.contains_all("led:set sensor:read"));
            assert!(!scope.contains("valve:open"));
        }
    }

    #[test]
    fn spaces_and_repetitions_mean_nothing() {
        let value = json::read(br#""  led:set sensor:read  led:set ""#).unwrap();
        let scope = Scope::from_text(value.as_text().unwrap());
        assert!(scope.iter().eq(["led:set", "sensor:read", "led:set"]));
        assert!(scope.contains_all(" led:set  led:set sensor:read "));
        assert!(!scope.contains(" "));
    }

    #[test]
    fn only_a_space_separates_scope_tokens() {
        for containing in ["led:set\tsensor:read", "led:set,sensor:read", "led:set\u{a0}sensor:read", "led:set\nx"] {
            assert!(!scope_contains(containing, "led:set"), "{containing:?}");
        }
    }

    #[test]
    fn a_scope_with_characters_that_no_scope_token_has_allows_nothing() {
        let value = json::read(br#""led:set \"sensor:read\" valve:open""#).unwrap();
        let scope = Scope::from_text(value.as_text().unwrap());
        assert_eq!(scope.iter().count(), 0);
        assert!(!scope.contains("led:set"));
    }

    #[test]
    fn rfc7519_4_1_3_an_audience_is_one_of_the_names_byte_for_byte() {
        let aud = |json: &'static str| json::read(json.as_bytes()).unwrap();
        for (containing, wanted, expected) in [
            (r#""https://a.example""#, "https://a.example", true),
            (r#"["https://b.example","https:\/\/a.example"]"#, "https://a.example", true),
            (r#""https://a.example""#, "https://a.example/", false),
            (r#""https://a.example""#, "https://A.example", false),
            (r#""https://a.example:443""#, "https://a.example", false),
            (r#""https://a.example https://b.example""#, "https://a.example", false),
            ("[]", "https://a.example", false),
            (r#"["https://a.example",7]"#, "https://a.example", false),
            (r#"{"https://a.example":"https://a.example"}"#, "https://a.example", false),
            ("null", "null", false),
        ] {
            assert_eq!(audience_contains(aud(containing), wanted), expected, "{containing} {wanted}");
        }
    }

    #[test]
    fn an_absent_scope_allows_nothing() {
        assert!(!Scope::default().contains("sensor:read"));
        assert!(Scope::default().contains_all(""));
    }
}
