//! The fields of an answer ([RFC 9110 §5](https://www.rfc-editor.org/rfc/rfc9110#section-5)).

use core::time::Duration;

use crate::error::HttpError;

/// The fields of a head, after its status line. The head was looked through by [`Lines`](super::lines::Lines).
#[derive(Clone, Copy)]
pub(crate) struct Fields<'h>(&'h [u8]);

/// RFC 9111 §1.2.2: what a number of seconds is taken for that is too large.
const MAX_SECONDS: u64 = 1 << 31;

impl<'h> Fields<'h> {
    pub(crate) fn of(head: &'h [u8]) -> Self {
        Self(next_line(head).map_or(&[], |(_, fields)| fields))
    }

    /// Each name must be a token, right before the colon (RFC 9112 §5.1).
    pub(crate) fn check(self) -> Result<(), HttpError> {
        let mut rest = self.0;
        while let Some((line, after)) = next_line(rest) {
            if !line.is_empty() && !split_field(line).is_some_and(|(name, _)| is_token(name)) {
                return Err(HttpError::FieldName);
            }
            rest = after;
        }
        Ok(())
    }

    /// The values of all fields of this name, in order.
    pub(crate) fn all(self, name: &'static str) -> impl Iterator<Item = &'h [u8]> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (line, after) = next_line(rest)?;
            rest = after;
            Some(split_field(line))
        })
        .flatten()
        .filter(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, value)| value)
    }

    /// The value of a field that may come once.
    pub(crate) fn one(self, name: &'static str) -> Result<Option<&'h [u8]>, HttpError> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() { Err(HttpError::RepeatedField) } else { Ok(first) }
    }

    /// The value of the first field of this name, as text.
    pub(crate) fn text(self, name: &'static str) -> Option<&'h str> {
        core::str::from_utf8(self.all(name).next()?).ok()
    }

    /// Whether a list has this member, which has no parameters (RFC 9110 §5.6.1).
    pub(crate) fn lists(self, name: &'static str, member: &str) -> bool {
        self.all(name)
            .flat_map(|list| list.split(|byte| *byte == b','))
            .any(|found| found.trim_ascii().eq_ignore_ascii_case(member.as_bytes()))
    }

    /// RFC 9111 §4.2: how long a private cache may keep the answer, from now on. `None` if it does not say.
    pub(crate) fn max_age(self) -> Option<Duration> {
        let mut max_age = None;
        for list in self.all("cache-control") {
            for directive in Directives(list) {
                let (name, argument) = split_directive(directive);
                if name.eq_ignore_ascii_case(b"no-store") || name.eq_ignore_ascii_case(b"no-cache") {
                    return Some(Duration::ZERO);
                }
                if name.eq_ignore_ascii_case(b"max-age") {
                    // What cannot be read is stale; of two, the shorter one counts (RFC 9111 §4.2.1).
                    let seconds = seconds(argument).unwrap_or(0);
                    max_age = Some(max_age.map_or(seconds, |other: u64| other.min(seconds)));
                }
            }
        }
        let age = self.all("age").next().map_or(0, |age| seconds(age).unwrap_or(MAX_SECONDS));
        max_age.map(|max_age| Duration::from_secs(max_age.saturating_sub(age)))
    }

    /// RFC 9110 §10.2.3: how long to wait, if it is said in seconds.
    pub(crate) fn retry_after(self) -> Option<Duration> {
        self.all("retry-after").next().and_then(seconds).map(Duration::from_secs)
    }
}

/// RFC 9110 §5.6.2.
pub(crate) fn is_token(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// The line up to CR LF, and what follows it.
pub(crate) fn next_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((line.strip_suffix(b"\r")?, rest.get(1..)?))
}

/// Name and value of a field line, the value without the whitespace around it.
fn split_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    Some((name, value.get(1..)?.trim_ascii()))
}

/// RFC 9111 §1.2.2: digits only.
fn seconds(digits: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for digit in digits {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value = value.saturating_mul(10).saturating_add(digit.into());
    }
    (!digits.is_empty()).then_some(value.min(MAX_SECONDS))
}

/// The members of a list whose arguments may be quoted strings with commas in them (RFC 9110 §5.6.4).
struct Directives<'h>(&'h [u8]);

impl<'h> Iterator for Directives<'h> {
    type Item = &'h [u8];

    fn next(&mut self) -> Option<&'h [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let (mut quoted, mut escaped) = (false, false);
        let end = self.0.iter().position(|byte| {
            let ends = *byte == b',' && !quoted;
            quoted ^= *byte == b'"' && !escaped;
            escaped = quoted && *byte == b'\\' && !escaped;
            ends
        });
        let (directive, rest) = self.0.split_at_checked(end.unwrap_or(self.0.len()))?;
        self.0 = rest.get(1..).unwrap_or_default();
        Some(directive.trim_ascii())
    }
}

/// RFC 9111 §5.2: name and argument, which may stand in quotes.
fn split_directive(directive: &[u8]) -> (&[u8], &[u8]) {
    let equals = directive.iter().position(|byte| *byte == b'=').unwrap_or(directive.len());
    let (name, argument) = directive.split_at_checked(equals).unwrap_or((directive, &[]));
    let argument = argument.get(1..).unwrap_or_default();
    (name, argument.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(argument))
}

#[cfg(test)]
mod tests;
