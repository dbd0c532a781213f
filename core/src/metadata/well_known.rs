//! Where the metadata of an issuer lies ([RFC 8414 §3.1](https://www.rfc-editor.org/rfc/rfc8414#section-3.1),
//! [OpenID Connect Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)).

use core::fmt::Write as _;

use crate::{call_error::CallError, form::Writer};

/// A place under which authorization servers put their metadata.
///
/// Servers have one or the other or both.
///
/// ```
/// use bearward_core::WellKnown;
///
/// let mut buffer = [0; 80];
/// let url = WellKnown::OAuth.write("https://example.com/issuer1", &mut buffer)?;
/// assert_eq!(url, "https://example.com/.well-known/oauth-authorization-server/issuer1");
/// let url = WellKnown::OpenId.write("https://example.com/issuer1", &mut buffer)?;
/// assert_eq!(url, "https://example.com/issuer1/.well-known/openid-configuration");
/// # Ok::<(), bearward_core::CallError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WellKnown {
    /// `/.well-known/oauth-authorization-server`, between the host and the path of the issuer (RFC 8414 §3.1).
    OAuth,
    /// `/.well-known/openid-configuration`, behind the issuer (OpenID Connect Discovery §4).
    OpenId,
}

impl WellKnown {
    /// Writes the URL of an issuer's metadata into `buffer`, which takes the issuer and 39 bytes. A `/` at the issuer's
    /// end is left out.
    ///
    /// # Errors
    ///
    /// [`CallError::BufferTooSmall`], and [`CallError::Issuer`] if the issuer is not a URL without query and fragment
    /// (RFC 8414 §2).
    pub fn write<'b>(self, issuer: &str, buffer: &'b mut [u8]) -> Result<&'b str, CallError> {
        let is_plain = issuer.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
        let (scheme, rest) = issuer.split_once("://").filter(|_| is_plain).ok_or(CallError::Issuer)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let host_bytes = rest.find('/').unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(host_bytes).unwrap_or((rest, ""));
        if scheme.is_empty() || host.is_empty() {
            return Err(CallError::Issuer);
        }
        let mut url = Writer::new(buffer);
        match self {
            Self::OAuth => write!(url, "{scheme}://{host}/.well-known/oauth-authorization-server{path}")?,
            Self::OpenId => write!(url, "{scheme}://{host}{path}/.well-known/openid-configuration")?,
        }
        Ok(url.into_str())
    }
}
