//! What a device is told when it is set up: it lies in a part of the flash of its own, so that one image serves all.

use core::net::Ipv4Addr;

/// The device's settings.
#[derive(Clone, Copy)]
pub struct Settings {
    /// The issuer identifier of the authorization server.
    pub issuer: &'static str,
    /// What tokens must be for.
    pub audience: &'static str,
    /// This device as a client of the authorization server, for introspection.
    pub client_id: &'static str,
    /// And its secret there.
    pub client_secret: &'static str,
    /// The certificate authority of the authorization server, in DER.
    pub anchor: &'static [u8],
    /// The address of the authorization server where no resolver knows its name.
    pub address: Option<Ipv4Addr>,
    /// The address of an SNTP server, if there is one.
    pub time_server: Option<Ipv4Addr>,
    /// A user to ask the authorization server about.
    #[cfg_attr(not(feature = "userinfo"), expect(dead_code, reason = "nothing is asked then"))]
    pub user: Option<User>,
    /// Another resource server to call.
    #[cfg_attr(not(feature = "upstream"), expect(dead_code, reason = "none is called then"))]
    pub upstream: Option<Upstream>,
}

/// Another resource server, behind the same certificate authority and at the same address as the authorization server.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "upstream"), expect(dead_code, reason = "none is called then"))]
pub struct Upstream {
    /// What is called there.
    pub url: &'static str,
    /// What the device's tokens are for (RFC 8707).
    pub resource: &'static str,
    /// The scope to ask for.
    pub scope: &'static str,
}

/// A user, and what lets the device ask about him.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "userinfo"), expect(dead_code, reason = "nothing is asked then"))]
pub struct User {
    /// The `sub`.
    pub subject: &'static str,
    /// The access token.
    pub token: &'static str,
    /// The client that it was issued to: this device, as it is registered for encrypted answers.
    pub client_id: &'static str,
}

const MAGIC: &[u8] = b"bearward";

impl Settings {
    /// Reads `bearward`, and then each field behind its length in two bytes, the higher one first.
    pub fn read(flash: &'static [u8]) -> Option<Self> {
        let mut rest = flash.strip_prefix(MAGIC)?;
        let mut field = || {
            let (length, behind) = rest.split_first_chunk()?;
            let (field, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            rest = behind;
            Some(field)
        };
        Some(Self {
            issuer: str::from_utf8(field()?).ok()?,
            audience: str::from_utf8(field()?).ok()?,
            client_id: str::from_utf8(field()?).ok()?,
            client_secret: str::from_utf8(field()?).ok()?,
            anchor: field()?,
            address: <[u8; 4]>::try_from(field()?).ok().map(Ipv4Addr::from),
            time_server: <[u8; 4]>::try_from(field()?).ok().map(Ipv4Addr::from),
            user: texts(&mut field).map(|[subject, token, client_id]| User { subject, token, client_id }),
            upstream: texts(&mut field).map(|[url, resource, scope]| Upstream { url, resource, scope }),
        })
    }
}

/// Three fields more, or nothing if the first of them is empty.
fn texts(mut field: impl FnMut() -> Option<&'static [u8]>) -> Option<[&'static str; 3]> {
    let mut text = || str::from_utf8(field()?).ok();
    let texts = [text()?, text()?, text()?];
    texts.first().is_some_and(|first| !first.is_empty()).then_some(texts)
}
