//! What an authorization server tells about itself
//! ([RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2),
//! [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).

use core::{fmt, str::Chars};

use heapless::String;

use crate::{
    jose::lexer::{Event, Lexer},
    json::JsonError,
};

mod error;
mod well_known;

pub use error::MetadataError;
pub use well_known::WellKnown;

/// Where an authorization server's endpoints and keys are, each a URL of up to `BYTES` bytes.
///
/// It takes seven times `BYTES`, and a few bytes more. It is made by a [`MetadataReader`], and its URLs are `https` unless
/// that was told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata<const BYTES: usize = 128> {
    urls: [String<BYTES, u16>; MEMBERS.len()],
}

/// The members that are kept, in the order of [`Metadata::urls`].
const MEMBERS: [&str; 7] = [
    "jwks_uri",
    "introspection_endpoint",
    "userinfo_endpoint",
    "revocation_endpoint",
    "token_endpoint",
    "device_authorization_endpoint",
    "registration_endpoint",
];

impl<const BYTES: usize> Metadata<BYTES> {
    /// Nothing known.
    #[must_use]
    pub const fn new() -> Self {
        Self { urls: [const { String::new() }; MEMBERS.len()] }
    }

    /// `jwks_uri`: where the issuer's keys are.
    #[must_use]
    pub fn jwks_uri(&self) -> Option<&str> {
        self.url("jwks_uri")
    }

    /// `introspection_endpoint` (RFC 7662 §2).
    #[must_use]
    pub fn introspection_endpoint(&self) -> Option<&str> {
        self.url("introspection_endpoint")
    }

    /// `userinfo_endpoint` (OpenID Connect Core §5.3).
    #[must_use]
    pub fn userinfo_endpoint(&self) -> Option<&str> {
        self.url("userinfo_endpoint")
    }

    /// `revocation_endpoint` (RFC 7009 §2).
    #[must_use]
    pub fn revocation_endpoint(&self) -> Option<&str> {
        self.url("revocation_endpoint")
    }

    /// `token_endpoint` (RFC 6749 §3.2): also what some servers want as the audience of a client's assertion.
    #[must_use]
    pub fn token_endpoint(&self) -> Option<&str> {
        self.url("token_endpoint")
    }

    /// `device_authorization_endpoint` (RFC 8628 §4).
    #[must_use]
    pub fn device_authorization_endpoint(&self) -> Option<&str> {
        self.url("device_authorization_endpoint")
    }

    /// `registration_endpoint` (RFC 7591 §3).
    #[must_use]
    pub fn registration_endpoint(&self) -> Option<&str> {
        self.url("registration_endpoint")
    }

    fn url(&self, name: &str) -> Option<&str> {
        let (_, url) = MEMBERS.iter().zip(&self.urls).find(|(member, _)| **member == name)?;
        Some(url.as_str()).filter(|url| !url.is_empty())
    }
}

impl<const BYTES: usize> Default for Metadata<BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads [`Metadata`] from a document that arrives in pieces of any size.
///
/// Nothing of the document is kept but the URLs, so its length does not matter; the reader itself takes up to 168 bytes.
/// The issuer in it must be the one that was
/// asked for, byte for byte (RFC 8414 §3.3): else nothing of it may be used.
///
/// The lent metadata is emptied first, and holds the URLs when [`finish`](Self::finish) has returned `Ok`. If it does not,
/// or is never called, it stays empty.
///
/// The document must be strict JSON. A member that is read here and comes twice is refused; the others pass by unseen.
///
/// ```
/// use bearward_core::{Metadata, MetadataReader};
///
/// let mut metadata = Metadata::<64>::new();
/// let mut reader = MetadataReader::new(&mut metadata, "https://authority.example");
/// reader.feed(br#"{"issuer":"https://authority.example","jwks_uri":"https://auth"#)?;
/// reader.feed(br#"ority.example/jwks","scopes_supported":["openid"]}"#)?;
/// reader.finish()?;
/// assert_eq!(metadata.jwks_uri(), Some("https://authority.example/jwks"));
/// assert_eq!(metadata.introspection_endpoint(), None);
/// # Ok::<(), bearward_core::MetadataError>(())
/// ```
pub struct MetadataReader<'m, const BYTES: usize> {
    metadata: &'m mut Metadata<BYTES>,
    lexer: Lexer,
    place: Place<'m>,
    failed: Option<MetadataError>,
    is_finished: bool,
}

/// Where in the document the reader is, and what it knows so far.
struct Place<'m> {
    /// What of the expected issuer has not come yet.
    issuer: Chars<'m>,
    name: String<NAME_BYTES, u8>,
    is_longer: bool,
    reading: Reading,
    /// The member whose value comes next, if it means something.
    member: Option<Member>,
    wants_aliases: bool,
    in_aliases: bool,
    /// A bit for each member that has come, in the document itself and among the aliases.
    seen: u16,
    seen_aliases: u16,
    allows_http: bool,
}

/// The longest name that means something: `device_authorization_endpoint`.
const NAME_BYTES: usize = 29;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Issuer,
    Aliases,
    Url(usize),
}

impl Member {
    fn bit(self) -> u16 {
        match self {
            Self::Issuer => 1,
            Self::Aliases => 2,
            Self::Url(index) => 4_u16.wrapping_shl(u32::try_from(index).unwrap_or_default()),
        }
    }
}

/// Which string the characters belong to.
#[derive(Clone, Copy)]
enum Reading {
    Nothing,
    Name,
    Issuer,
    Url(usize),
}

impl<'m, const BYTES: usize> MetadataReader<'m, BYTES> {
    /// Begins the document of this issuer.
    pub fn new(metadata: &'m mut Metadata<BYTES>, issuer: &'m str) -> Self {
        *metadata = Metadata::new();
        let place = Place {
            issuer: issuer.chars(),
            name: String::new(),
            is_longer: false,
            reading: Reading::Nothing,
            member: None,
            wants_aliases: false,
            in_aliases: false,
            seen: 0,
            seen_aliases: 0,
            allows_http: false,
        };
        Self { metadata, lexer: Lexer::new(), place, failed: None, is_finished: false }
    }

    /// Takes an endpoint of `mtls_endpoint_aliases` in place of the ordinary one, if it is there: for a client that
    /// authenticates by its certificate (RFC 8705 §5).
    #[must_use]
    pub const fn with_mtls_aliases(mut self) -> Self {
        self.place.wants_aliases = true;
        self
    }

    /// Takes URLs with `http` too, for trying things out: whoever is on the network can read and change all that goes
    /// there.
    #[must_use]
    pub const fn danger_http(mut self) -> Self {
        self.place.allows_http = true;
        self
    }

    /// Reads the next piece.
    ///
    /// # Errors
    ///
    /// [`MetadataError`]; then every further piece has the same error.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), MetadataError> {
        self.failed.map_or(Ok(()), Err)?;
        piece.iter().try_for_each(|byte| self.push(*byte)).inspect_err(|error| self.failed = Some(*error))
    }

    /// Ends the document.
    ///
    /// # Errors
    ///
    /// That of [`feed`](Self::feed), if there was one; [`MetadataError::Json`] if the document is not complete, and
    /// [`MetadataError::Missing`] if it names no issuer.
    pub fn finish(mut self) -> Result<(), MetadataError> {
        self.failed.map_or(Ok(()), Err)?;
        self.lexer.finish()?;
        if self.place.seen & Member::Issuer.bit() == 0 {
            return Err(MetadataError::Missing("issuer"));
        }
        self.is_finished = true;
        Ok(())
    }

    fn push(&mut self, byte: u8) -> Result<(), MetadataError> {
        let Some((event, depth)) = self.lexer.push(byte)? else { return Ok(()) };
        self.place.take(event, depth, &mut self.metadata.urls)
    }
}

impl Place<'_> {
    fn take<const BYTES: usize>(
        &mut self,
        event: Event,
        depth: usize,
        urls: &mut [String<BYTES, u16>],
    ) -> Result<(), MetadataError> {
        let is_member = depth == 1 || depth == 2 && self.in_aliases;
        match event {
            Event::Name => {
                self.reading = if is_member { Reading::Name } else { Reading::Nothing };
                self.name.clear();
                self.is_longer = false;
            }
            Event::Character(character) => return self.character(character, urls),
            Event::End => return self.end(urls),
            Event::Close if depth == 1 => self.in_aliases = false,
            Event::Close => {}
            Event::Text | Event::Object | Event::Array | Event::Other => return self.begin(event, urls),
        }
        Ok(())
    }

    fn character<const BYTES: usize>(
        &mut self,
        character: char,
        urls: &mut [String<BYTES, u16>],
    ) -> Result<(), MetadataError> {
        match self.reading {
            Reading::Nothing => {}
            Reading::Name => self.is_longer |= self.name.push(character).is_err(),
            Reading::Issuer if self.issuer.next() == Some(character) => {}
            Reading::Issuer => return Err(MetadataError::IssuerMismatch),
            Reading::Url(index) => {
                if urls.get_mut(index).is_none_or(|url| url.push(character).is_err()) {
                    return Err(MetadataError::TooLong(name_of(index)));
                }
            }
        }
        Ok(())
    }

    /// A name or a string is complete.
    fn end<const BYTES: usize>(&mut self, urls: &[String<BYTES, u16>]) -> Result<(), MetadataError> {
        match core::mem::replace(&mut self.reading, Reading::Nothing) {
            Reading::Nothing => Ok(()),
            Reading::Name => {
                self.member = if self.is_longer { None } else { self.member_named() };
                self.member.map_or(Ok(()), |member| self.see(member))
            }
            Reading::Issuer if self.issuer.as_str().is_empty() => Ok(()),
            Reading::Issuer => Err(MetadataError::IssuerMismatch),
            Reading::Url(index) => {
                check_url(urls.get(index).map_or("", String::as_str), self.allows_http, name_of(index))
            }
        }
    }

    fn member_named(&self) -> Option<Member> {
        match self.name.as_str() {
            "issuer" if !self.in_aliases => Some(Member::Issuer),
            "mtls_endpoint_aliases" if !self.in_aliases && self.wants_aliases => Some(Member::Aliases),
            name => MEMBERS.iter().position(|member| *member == name).map(Member::Url),
        }
    }

    /// Refuses a member that has come before.
    fn see(&mut self, member: Member) -> Result<(), MetadataError> {
        let seen = if self.in_aliases { &mut self.seen_aliases } else { &mut self.seen };
        if *seen & member.bit() != 0 {
            return Err(JsonError::DuplicateName.into());
        }
        *seen |= member.bit();
        Ok(())
    }

    /// A value begins.
    fn begin<const BYTES: usize>(
        &mut self,
        event: Event,
        urls: &mut [String<BYTES, u16>],
    ) -> Result<(), MetadataError> {
        self.reading = Reading::Nothing;
        let Some(member) = self.member.take() else { return Ok(()) };
        match (member, event) {
            (Member::Issuer, Event::Text) => self.reading = Reading::Issuer,
            (Member::Aliases, Event::Object) => self.in_aliases = true,
            (Member::Url(index), Event::Text) => {
                // What stands among the aliases goes before, wherever it comes.
                if self.in_aliases || self.seen_aliases & member.bit() == 0 {
                    urls.get_mut(index).map(String::clear);
                    self.reading = Reading::Url(index);
                }
            }
            (Member::Issuer, _) => return Err(MetadataError::Malformed("issuer")),
            (Member::Aliases, _) => return Err(MetadataError::Malformed("mtls_endpoint_aliases")),
            (Member::Url(index), _) => return Err(MetadataError::Malformed(name_of(index))),
        }
        Ok(())
    }
}

impl<const BYTES: usize> Drop for MetadataReader<'_, BYTES> {
    fn drop(&mut self) {
        if !self.is_finished {
            *self.metadata = Metadata::new();
        }
    }
}

impl<const BYTES: usize> fmt::Debug for MetadataReader<'_, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataReader").finish_non_exhaustive()
    }
}

/// What is promised above.
const _: () = assert!(size_of::<MetadataReader<'_, 1>>() <= 168);

fn name_of(index: usize) -> &'static str {
    MEMBERS.get(index).copied().unwrap_or_default()
}

/// RFC 8414 §2, §6.1: a URL with `https`. What is not of its characters would end in a request's head.
pub(crate) fn check_url(url: &str, allows_http: bool, name: &'static str) -> Result<(), MetadataError> {
    let rest = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => rest,
        (None, Some(rest)) if allows_http => rest,
        (None, Some(_)) => return Err(MetadataError::NotHttps(name)),
        (None, None) => return Err(MetadataError::Malformed(name)),
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let is_good = !host.is_empty()
        && !host.contains('@')
        && rest.bytes().all(|byte| byte.is_ascii_graphic() && !br#"#"<>\^`{|}"#.contains(&byte));
    if is_good { Ok(()) } else { Err(MetadataError::Malformed(name)) }
}

#[cfg(test)]
mod tests;
