//! Scopes ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)) and audiences
//! ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)): what contains what.

use core::fmt;

use crate::{
    claims::Names,
    json::{Text, Value},
};

/// What a token allows: scope tokens, from a list separated by spaces or an array of such, borrowed for `'b`.
///
/// Scope tokens are compared byte for byte, their order and repetitions mean nothing, and more than one space between
/// them does no harm.
#[derive(Clone, Copy)]
pub struct Scope<'b>(Source<'b>);

#[derive(Clone, Copy)]
enum Source<'b> {
    List(&'b str),
    Names(Names<'b>),
}

impl<'b> Scope<'b> {
    /// The scope tokens of a list separated by spaces: what a firmware knows from elsewhere than a token.
    ///
    /// ```
    /// use bearward_core::Scope;
    ///
    /// let scope = Scope::new("sensor:read led:set");
    /// assert!(scope.contains("led:set"));
    /// assert!(scope.iter().eq(["sensor:read", "led:set"]));
    /// ```
    #[must_use]
    pub const fn new(list: &'b str) -> Self {
        Self(Source::List(list))
    }

    pub(crate) const fn from_names(names: Names<'b>) -> Self {
        Self(Source::Names(names))
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
            Source::List(list) => (Some(list), None),
            Source::Names(names) => (None, Some(names.iter())),
        };
        // A name may be several scope tokens: one string is how most servers send them.
        list.into_iter().chain(names.into_iter().flatten().map(plain)).flat_map(tokens)
    }
}

/// No scope token.
impl Default for Scope<'_> {
    fn default() -> Self {
        Self::new("")
    }
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope([redacted])")
    }
}

/// Whether every scope token of `wanted` is among those of `containing`, both separated by spaces.
///
/// As in a [`Scope`], case matters, and order, repetitions and additional spaces do not. If `wanted` has no scope token,
/// nothing is missing, and it is contained in anything.
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
    Scope::new(containing).contains_all(wanted)
}

/// Whether `audience` is the one, or among those, that a claim `aud` names: a string, or an array of strings.
///
/// Audiences are compared byte for byte, after unescaping; they are never split at spaces, normalised, or shortened to an
/// origin. An empty audience is contained where an empty one is named. A value of any other JSON type, or an array with an
/// element of another, contains nothing.
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

/// Whether a list follows the grammar of RFC 6749 §3.3, apart from the number of spaces between its scope tokens.
pub(crate) fn is_scope(list: &str) -> bool {
    let allowed = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    tokens(list).next().is_some() && list.bytes().all(allowed)
}

/// The scope tokens of a list.
pub(crate) fn tokens(list: &str) -> impl Iterator<Item = &str> {
    list.split(' ').filter(|token| !token.is_empty())
}

/// A list as it stands in a token. One with escapes that must stay has characters that no scope token has: it allows
/// nothing.
fn plain(list: Text<'_>) -> &str {
    list.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Scope, audience_contains, scope_contains};
    use crate::{claims::Names, json};

    #[test]
    fn rfc6749_3_3_the_order_does_not_matter_and_case_does() {
        let scope = Scope::new("led:set sensor:read");
        assert!(scope.contains_all("sensor:read led:set"));
        assert!(!scope.contains_all("sensor:read LED:set"));
        assert!(scope.contains_any("valve:open led:set"));
        assert!(!scope.contains_any(""));
        assert!(!scope.contains("sensor"));
        assert!(!scope.contains(""));
        assert!(!scope.contains("led:set sensor:read"));
    }

    #[test]
    fn a_claim_may_be_an_array_or_a_string_of_several() {
        for json in
            [br#"["sensor:read","led:set"]"#.as_slice(), br#""sensor:read led:set""#, br#"["","sensor:read led:set"]"#]
        {
            let scope = Scope::from_names(Names::read(json::read(json).unwrap()).unwrap());
            assert!(scope.contains_all("led:set sensor:read"));
            assert!(!scope.contains("valve:open"));
        }
    }

    #[test]
    fn spaces_and_repetitions_mean_nothing() {
        let scope = Scope::new("  led:set sensor:read  led:set ");
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
        let scope = Scope::from_names(Names::read(value).unwrap());
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
    fn a_scope_contains_another_if_it_has_all_its_scope_tokens() {
        for (containing, wanted, expected) in [
            ("", "", true),
            ("", " ", true),
            ("led:set", "", true),
            ("led:set", "  ", true),
            ("", "led:set", false),
            (" ", "led:set", false),
            ("led:set", "led:set", true),
            ("led:set sensor:read", "sensor:read led:set", true),
            ("led:set  sensor:read", " sensor:read", true),
            ("led:set", "led:set  led:set led:set", true),
            ("led:set led:set", "led:set", true),
            ("led:set", "led:set sensor:read", false),
            ("led:set", "led:se", false),
            ("led:set", "led", false),
            ("led", "led:set", false),
            ("led:set", "LED:SET", false),
            ("led:*", "led:set", false),
        ] {
            assert_eq!(scope_contains(containing, wanted), expected, "{containing:?} {wanted:?}");
            assert_eq!(Scope::new(containing).contains_all(wanted), expected, "{containing:?} {wanted:?}");
        }
    }

    #[test]
    fn one_of_several_is_enough_for_any_and_none_is_not() {
        for (containing, wanted, expected) in [
            ("led:set sensor:read", "valve:open led:set", true),
            ("led:set", "led:set led:set", true),
            ("led:set", "valve:open", false),
            ("led:set", "", false),
            ("", "", false),
            ("", "led:set", false),
        ] {
            assert_eq!(Scope::new(containing).contains_any(wanted), expected, "{containing:?} {wanted:?}");
        }
    }

    #[test]
    fn an_empty_audience_is_one_that_is_named_so() {
        let aud = |json: &'static str| json::read(json.as_bytes()).unwrap();
        assert!(audience_contains(aud(r#""""#), ""));
        assert!(audience_contains(aud(r#"["a",""]"#), ""));
        assert!(!audience_contains(aud("[]"), ""));
        assert!(!audience_contains(aud(r#""a""#), ""));
        assert!(!audience_contains(aud(r#""""#), "a"));
    }

    #[test]
    fn the_order_and_repetitions_of_audiences_mean_nothing() {
        for json in [r#"["a","b","b"]"#, r#"["b","a"]"#, r#"["b","b","a"]"#] {
            let aud = json::read(json.as_bytes()).unwrap();
            assert!(audience_contains(aud, "a") && audience_contains(aud, "b") && !audience_contains(aud, "a b"));
        }
    }

    #[test]
    fn debug_shows_no_scope() {
        assert_eq!(std::format!("{:?}", Scope::new("led:set")), "Scope([redacted])");
    }

    #[test]
    fn an_absent_scope_allows_nothing() {
        assert!(!Scope::default().contains("sensor:read"));
        assert!(Scope::default().contains_all(""));
    }
}
