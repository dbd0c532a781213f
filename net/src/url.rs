//! Where a call goes: `https` URIs ([RFC 9110 §4.2](https://www.rfc-editor.org/rfc/rfc9110#section-4.2),
//! [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)), read strictly, so that the host that is connected to is the host
//! that everyone else reads in the same text.

use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use crate::error::UrlError;

/// An `https` URL, borrowed from its text.
///
/// It has no userinfo and no fragment. Its host is a DNS name (at most 253 bytes, of letters, digits, `-`, `_` and `.`),
/// an IPv4 address in its usual form or an IPv6 address in brackets. What other readers take for an IPv4 address
/// (`127.1`, `0x7f.1`) is none here. An empty path followed by a query is refused: the path must be written out then.
///
/// ```
/// use bearward_net::{Url, UrlError};
///
/// let url = Url::parse("https://as.example:8443/jwks?tenant=7")?;
/// assert_eq!((url.host(), url.port()), ("as.example", 8443));
/// assert_eq!((url.authority(), url.target()), ("as.example:8443", "/jwks?tenant=7"));
/// assert_eq!(Url::parse("http://as.example/"), Err(UrlError::Scheme));
/// # Ok::<(), UrlError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Url<'a> {
    secure: bool,
    authority: &'a str,
    host: &'a str,
    port: u16,
    target: &'a str,
}

impl<'a> Url<'a> {
    /// Reads an `https` URL.
    ///
    /// # Errors
    ///
    /// The part that is not as described above.
    pub fn parse(text: &'a str) -> Result<Self, UrlError> {
        let url = Self::danger_http(text)?;
        if url.secure { Ok(url) } else { Err(UrlError::Scheme) }
    }

    /// Reads an `http` or `https` URL. **Danger**: over `http`, anyone on the way reads the tokens and credentials that
    /// are sent, and writes the answer. This is for tests, on loopback.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn danger_http(text: &'a str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        let secure = scheme.eq_ignore_ascii_case("https");
        if !secure && !scheme.eq_ignore_ascii_case("http") {
            return Err(UrlError::Scheme);
        }
        let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end).ok_or(UrlError::Host)?;
        let (host, port) = read_authority(authority)?;
        let default = if secure { 443 } else { 80 };
        Ok(Self { secure, authority, host, port: port.unwrap_or(default), target: read_target(target)? })
    }

    /// The host, without the brackets of an IPv6 address.
    #[must_use]
    pub const fn host(&self) -> &'a str {
        self.host
    }

    /// The host's address, if the host is one and not a name.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The port: 443 if none is written, or 80 for `http`.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as they are written: the value of the field `Host` (RFC 9112 §3.2).
    #[must_use]
    pub const fn authority(&self) -> &'a str {
        self.authority
    }

    /// Path and query, at least `/`: what stands in the request line (RFC 9112 §3.2.1).
    #[must_use]
    pub const fn target(&self) -> &'a str {
        self.target
    }

    /// Whether it is `https`: always, unless it was read by [`danger_http`](Self::danger_http).
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether the same connection serves both: same scheme, host and port (RFC 9110 §4.3.1).
    ///
    /// ```
    /// use bearward_net::Url;
    ///
    /// let jwks = Url::parse("https://AS.example:443/jwks")?;
    /// assert!(jwks.is_same_origin(&Url::parse("https://as.example/introspect")?));
    /// # Ok::<(), bearward_net::UrlError>(())
    /// ```
    #[must_use]
    pub fn is_same_origin(&self, other: &Url<'_>) -> bool {
        self.secure == other.secure && self.port == other.port && self.host.eq_ignore_ascii_case(other.host)
    }
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.target)
    }
}

/// Shows no query: a token may be in it (RFC 6750 §2.3).
impl fmt::Debug for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        let (path, query) = self.target.split_once('?').map_or((self.target, ""), |(path, _)| (path, "?[redacted]"));
        write!(f, "Url({scheme}://{}{path}{query})", self.authority)
    }
}

/// RFC 3986 §3.2: host and port, without userinfo.
fn read_authority(authority: &str) -> Result<(&str, Option<u16>), UrlError> {
    if authority.contains('@') {
        return Err(UrlError::UserInfo);
    }
    if let Some(literal) = authority.strip_prefix('[') {
        let (host, port) = literal.split_once(']').ok_or(UrlError::Host)?;
        host.parse::<Ipv6Addr>().map_err(|_| UrlError::Host)?;
        return match port.strip_prefix(':') {
            Some(port) => Ok((host, Some(read_port(port)?))),
            None if port.is_empty() => Ok((host, None)),
            None => Err(UrlError::Host),
        };
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(read_port(port)?)),
        None => (authority, None),
    };
    if is_name(host) { Ok((host, port)) } else { Err(UrlError::Host) }
}

fn read_port(digits: &str) -> Result<u16, UrlError> {
    if digits.len() > 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(UrlError::Port);
    }
    digits.parse().ok().filter(|port| *port != 0).ok_or(UrlError::Port)
}

/// A DNS name (RFC 1123 §2.1, RFC 1035 §2.3.4) or an IPv4 address.
fn is_name(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    if is_number(last) {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= 253 && host.split('.').all(is_label)
}

/// What makes others read an address: a last label that is a number, in decimal or hexadecimal.
fn is_number(label: &str) -> bool {
    match label.strip_prefix("0x").or(label.strip_prefix("0X")) {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// RFC 3986 §3.3 and §3.4: path and query.
fn read_target(target: &str) -> Result<&str, UrlError> {
    if target.is_empty() {
        return Ok("/");
    }
    if target.contains('#') {
        return Err(UrlError::Fragment);
    }
    if !target.starts_with('/') {
        return Err(UrlError::Path);
    }
    let mut rest = target.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => after,
            (b'%', _) => return Err(UrlError::Path),
            (byte, after) if is_target_byte(*byte) => after,
            _ => return Err(UrlError::Path),
        };
    }
    Ok(target)
}

fn is_target_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte)
}

#[cfg(test)]
mod tests;
