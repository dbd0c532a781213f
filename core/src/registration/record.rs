//! A registration that outlives a restart: what was issued, in bytes that are checked
//! ([RFC 7591 §3.2.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1)).

use core::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroize as _;

use super::{
    ClientAuthentication, ClientConfiguration, ClientInformation, CredentialsError, RegistrationError,
    RegistrationRecordError, authority_of, is_same_authority, is_visible,
};
use crate::{
    bearer::BearerToken,
    client::{Client, Signer},
    metadata::check_url,
    time::UnixTime,
};

/// The client that the server has made of this device: its credentials, and how it is managed there.
///
/// It takes `BYTES` and a few more, and they are overwritten when it is dropped; where it was moved from, they are not. What it
/// holds is at the same time its form for flash, [`as_bytes`](Self::as_bytes), and comes back by [`import`](Self::import).
/// Those bytes are not encrypted: who reads them is the client.
///
/// The form, with the higher byte first: `bwcr`; 1; the method of authentication; which of the optional parts are there;
/// when the identifier was issued and when the secret expires, 8 bytes each; issuer, identifier, secret, the place of
/// management and its token, each behind its length in 2 bytes; and the first 8 bytes of the SHA-256 of all that, by which
/// a record that was not written to its end is known.
pub struct Registration<const BYTES: usize = 512> {
    bytes: [u8; BYTES],
    length: usize,
}

const MAGIC: [u8; 4] = *b"bwcr";
const VERSION: u8 = 1;
const CHECK_BYTES: usize = 8;

/// The optional parts, a bit each.
const HAS_SECRET: u8 = 1;
const HAS_ISSUED_AT: u8 = 2;
const HAS_MANAGEMENT: u8 = 4;

/// What stands for a method that is not known here.
const OTHER_METHOD: u8 = u8::MAX;

impl<const BYTES: usize> Registration<BYTES> {
    /// Keeps what this issuer has answered to the request for registration.
    ///
    /// # Errors
    ///
    /// [`RegistrationError::TooLong`] if it does not fit `BYTES`. The client is registered all the same then.
    pub fn new(information: &ClientInformation<'_>, issuer: &str) -> Result<Self, RegistrationError> {
        let method = information.authentication();
        let mut record = Self::begin(method, information)?;
        record.field(issuer.bytes().map(Some))?;
        record.field(characters(information.client_id().chars()))?;
        match information.client_secret() {
            Some(secret) => record.field(characters(secret.chars()))?,
            None => record.field([].into_iter())?,
        }
        let token = information.registration_access_token().map(BearerToken::as_str);
        record.field(information.registration_client_uri().unwrap_or_default().bytes().map(Some))?;
        record.field(token.unwrap_or_default().bytes().map(Some))?;
        record.finish()?;
        Ok(record)
    }

    /// Takes over what the server has answered to reading or replacing the registration: a secret, a token and a place in it
    /// take the place of the old ones (RFC 7592 §2.1, §2.2), and what is not in it stays.
    ///
    /// # Errors
    ///
    /// [`RegistrationError::OtherClient`], [`RegistrationError::OtherOrigin`]; [`RegistrationError::TooLong`] if it does
    /// not fit `BYTES`. Nothing is changed then.
    pub fn update(&mut self, information: &ClientInformation<'_>) -> Result<(), RegistrationError> {
        let parts = self.parts().ok_or(RegistrationError::TooLong)?;
        if information.client_id() != *parts.client_id {
            return Err(RegistrationError::OtherClient);
        }
        let place = information.registration_client_uri();
        let is_same = |own: &str, new: &str| is_same_authority(authority_of(own), authority_of(new));
        if let (Some(own), Some(new)) = (parts.uri(), place)
            && !is_same(own, new)
        {
            return Err(RegistrationError::OtherOrigin);
        }
        let mut record = Self::begin(information.authentication(), information)?;
        if information.client_secret().is_none() && parts.has(HAS_SECRET) {
            record.set_flag(HAS_SECRET);
            record.put_time(EXPIRES_AT, parts.expires_at);
        }
        if information.client_id_issued_at().is_none() && parts.has(HAS_ISSUED_AT) {
            record.set_flag(HAS_ISSUED_AT);
            record.put_time(ISSUED_AT, parts.issued_at);
        }
        if place.is_none() && parts.has(HAS_MANAGEMENT) {
            record.set_flag(HAS_MANAGEMENT);
        }
        record.field(parts.issuer.bytes().map(Some))?;
        record.field(parts.client_id.bytes().map(Some))?;
        match information.client_secret() {
            Some(secret) => record.field(characters(secret.chars()))?,
            None => record.field(parts.secret.bytes().map(Some))?,
        }
        let token = information.registration_access_token().map(BearerToken::as_str);
        record.field(place.unwrap_or(parts.uri).bytes().map(Some))?;
        record.field(token.unwrap_or(parts.token).bytes().map(Some))?;
        record.finish()?;
        // A move would leave a copy on the stack.
        (self.bytes, self.length) = (record.bytes, record.length);
        Ok(())
    }

    /// Reads what [`as_bytes`](Self::as_bytes) gave, for the same issuer.
    ///
    /// # Errors
    ///
    /// [`RegistrationRecordError`]. Every byte counts: a record that is cut, that was changed or has anything behind it is refused.
    pub fn import(bytes: &[u8], issuer: &str) -> Result<Self, RegistrationRecordError> {
        let (content, check) = bytes
            .len()
            .checked_sub(CHECK_BYTES)
            .and_then(|at| bytes.split_at_checked(at))
            .ok_or(RegistrationRecordError::Malformed)?;
        if !content.starts_with(&MAGIC) {
            return Err(RegistrationRecordError::Malformed);
        }
        match content.get(MAGIC.len()) {
            Some(&VERSION) => {}
            Some(_) => return Err(RegistrationRecordError::Version),
            None => return Err(RegistrationRecordError::Malformed),
        }
        if check_of(content) != check {
            return Err(RegistrationRecordError::Malformed);
        }
        let parts = Parts::read(content).filter(Parts::is_good).ok_or(RegistrationRecordError::Malformed)?;
        if parts.issuer != issuer {
            return Err(RegistrationRecordError::OtherIssuer);
        }
        let mut record = Self { bytes: [0; BYTES], length: bytes.len() };
        record.bytes.get_mut(..bytes.len()).ok_or(RegistrationRecordError::TooLong)?.copy_from_slice(bytes);
        Ok(record)
    }

    /// The form for flash. It holds secrets, as they are.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The issuer at which the client is registered.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.parts().map_or("", |parts| parts.issuer)
    }

    /// `client_id`
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.parts().map_or("", |parts| parts.client_id)
    }

    /// `client_id_issued_at`, if the server has said it.
    #[must_use]
    pub fn client_id_issued_at(&self) -> Option<UnixTime> {
        self.parts().filter(|parts| parts.has(HAS_ISSUED_AT)).map(|parts| UnixTime::from_seconds(parts.issued_at))
    }

    /// `client_secret_expires_at`; `None` if there is no secret, or it never expires.
    #[must_use]
    pub fn client_secret_expires_at(&self) -> Option<UnixTime> {
        let expires_at = self.parts().map_or(0, |parts| parts.expires_at);
        Some(UnixTime::from_seconds(expires_at)).filter(|time| time.seconds() > 0)
    }

    /// How the client authenticates, as the server has registered it; `None` if that is not known here.
    #[must_use]
    pub fn authentication(&self) -> Option<ClientAuthentication> {
        self.parts().and_then(|parts| parts.method())
    }

    /// Whether the secret expires within so many seconds, and a new one should be had: servers issue it when the
    /// registration is read or replaced (RFC 7592 §2). Without the time that cannot be ruled out.
    ///
    /// ```
    /// # use bearward_core::{Answer, Registration, RegistrationRequest, UnixTime};
    /// # let mut body = *br#"{"client_id":"v","client_secret":"s","client_secret_expires_at":1800000000}"#;
    /// # let answer = Answer { status: 201, content_type: Some("application/json"), body: &mut body };
    /// # let information = RegistrationRequest::read(answer, "authority.example")?;
    /// # let registration = Registration::<128>::new(&information, "https://authority.example")?;
    /// let a_day_before = UnixTime::from_seconds(1_800_000_000 - 86_400);
    /// assert!(registration.must_renew(a_day_before, 86_400));
    /// assert!(!registration.must_renew(a_day_before, 3600));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn must_renew(&self, now: impl Into<Option<UnixTime>>, ahead: u32) -> bool {
        let Some(expires_at) = self.client_secret_expires_at() else { return false };
        now.into().is_none_or(|now| expires_at.seconds() <= now.seconds().saturating_add(ahead.into()))
    }

    /// The client, for the methods that need nothing but what was issued: `none`, those with a secret, and those with a
    /// certificate. The audience of an assertion under the secret is the issuer.
    ///
    /// Have it made anew for each call: it does not look at the time again.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`]; the secret is not used from the second on in which it expires.
    pub fn client(&self, now: impl Into<Option<UnixTime>>) -> Result<Client<'_>, CredentialsError> {
        let parts = self.parts().ok_or(CredentialsError::Method)?;
        let id = parts.client_id;
        let secret = || {
            if !parts.has(HAS_SECRET) {
                return Err(CredentialsError::NoSecret);
            }
            if parts.expires_at > 0
                && now.into().ok_or(CredentialsError::TimeUnavailable)?.seconds() >= parts.expires_at
            {
                return Err(CredentialsError::SecretExpired);
            }
            Ok(parts.secret)
        };
        match parts.method().ok_or(CredentialsError::Method)? {
            ClientAuthentication::None => Ok(Client::none(id)),
            ClientAuthentication::Tls | ClientAuthentication::SelfSignedTls => Ok(Client::tls(id)),
            ClientAuthentication::SecretBasic => Ok(Client::secret_basic(id, secret()?)),
            ClientAuthentication::SecretPost => Ok(Client::secret_post(id, secret()?)),
            #[cfg(feature = "hmac")]
            ClientAuthentication::SecretJwt => {
                Ok(Client::secret_jwt(id, parts.issuer, crate::key::Secret::new(secret()?.as_bytes())))
            }
            _ => Err(CredentialsError::Method),
        }
    }

    /// The client, for `private_key_jwt`, with its own key. The audience of its assertions is the issuer.
    ///
    /// # Errors
    ///
    /// [`CredentialsError::Method`] if the server has registered another method.
    pub fn signing_client<'s>(&'s self, signer: &'s dyn Signer) -> Result<Client<'s>, CredentialsError> {
        let parts = self.parts().ok_or(CredentialsError::Method)?;
        match parts.method() {
            Some(ClientAuthentication::PrivateKeyJwt) => {
                Ok(Client::private_key_jwt(parts.client_id, parts.issuer, signer))
            }
            _ => Err(CredentialsError::Method),
        }
    }

    /// Where and how the client is managed, if it can be.
    #[must_use]
    pub fn configuration(&self) -> Option<ClientConfiguration<'_>> {
        let parts = self.parts()?;
        Some(ClientConfiguration {
            uri: parts.uri()?,
            token: BearerToken::new(parts.token).ok()?,
            client_id: parts.client_id,
            client_secret: Some(parts.secret).filter(|_| parts.has(HAS_SECRET)),
        })
    }

    fn parts(&self) -> Option<Parts<'_>> {
        Parts::read(self.bytes.get(..self.length.checked_sub(CHECK_BYTES)?)?)
    }

    /// Everything before the first field.
    fn begin(
        method: Option<ClientAuthentication>,
        information: &ClientInformation<'_>,
    ) -> Result<Self, RegistrationError> {
        let code = method.and_then(|method| ClientAuthentication::ALL.iter().position(|own| *own == method));
        let code = code.and_then(|code| u8::try_from(code).ok()).unwrap_or(OTHER_METHOD);
        let has = |flag: u8, is_there: bool| if is_there { flag } else { 0 };
        let flags = has(HAS_SECRET, information.client_secret().is_some())
            | has(HAS_ISSUED_AT, information.client_id_issued_at().is_some())
            | has(HAS_MANAGEMENT, information.registration_client_uri().is_some());
        let time = |time: Option<UnixTime>| time.map_or(0, UnixTime::seconds);
        let mut record = Self { bytes: [0; BYTES], length: 0 };
        record.push(&MAGIC)?;
        record.push(&[VERSION, code, flags])?;
        record.push(&time(information.client_id_issued_at()).to_be_bytes())?;
        record.push(&time(information.client_secret_expires_at()).to_be_bytes())?;
        Ok(record)
    }

    fn set_flag(&mut self, flag: u8) {
        if let Some(flags) = self.bytes.get_mut(FLAGS) {
            *flags |= flag;
        }
    }

    fn put_time(&mut self, at: usize, seconds: u64) {
        if let Some(place) = self.bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *place = seconds.to_be_bytes();
        }
    }

    /// A field behind its length; a `None` in it would be a character that is not ASCII.
    fn field(&mut self, bytes: impl Iterator<Item = Option<u8>>) -> Result<(), RegistrationError> {
        let at = self.length;
        self.push(&[0; 2])?;
        for byte in bytes {
            self.push(&[byte.ok_or(RegistrationError::TooLong)?])?;
        }
        let length = self.length.saturating_sub(at).saturating_sub(2);
        let length = u16::try_from(length).map_err(|_| RegistrationError::TooLong)?;
        if let Some(place) = self.bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *place = length.to_be_bytes();
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), RegistrationError> {
        let check = check_of(self.as_bytes());
        self.push(&check)
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), RegistrationError> {
        let room = self.bytes.get_mut(self.length..).and_then(|rest| rest.get_mut(..bytes.len()));
        room.ok_or(RegistrationError::TooLong)?.copy_from_slice(bytes);
        self.length = self.length.saturating_add(bytes.len());
        Ok(())
    }
}

impl<const BYTES: usize> Drop for Registration<BYTES> {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl<const BYTES: usize> fmt::Debug for Registration<BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("issuer", &self.issuer())
            .field("client_id", &self.client_id())
            .field("client_secret_expires_at", &self.client_secret_expires_at())
            .finish_non_exhaustive()
    }
}

const METHOD: usize = 5;
const FLAGS: usize = 6;
const ISSUED_AT: usize = 7;
const EXPIRES_AT: usize = 15;
const FIELDS: usize = 23;

/// What a record holds.
#[derive(Clone, Copy)]
struct Parts<'r> {
    method: u8,
    flags: u8,
    issued_at: u64,
    expires_at: u64,
    issuer: &'r str,
    client_id: &'r str,
    secret: &'r str,
    uri: &'r str,
    token: &'r str,
}

impl<'r> Parts<'r> {
    /// Reads a record without its check.
    fn read(content: &'r [u8]) -> Option<Self> {
        let time = |at: usize| content.get(at..)?.first_chunk().copied().map(u64::from_be_bytes);
        let mut rest = content.get(FIELDS..)?;
        let mut field = || {
            let (length, behind) = rest.split_first_chunk()?;
            let (field, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            rest = behind;
            str::from_utf8(field).ok()
        };
        let parts = Self {
            method: *content.get(METHOD)?,
            flags: *content.get(FLAGS)?,
            issued_at: time(ISSUED_AT)?,
            expires_at: time(EXPIRES_AT)?,
            issuer: field()?,
            client_id: field()?,
            secret: field()?,
            uri: field()?,
            token: field()?,
        };
        rest.is_empty().then_some(parts)
    }

    /// Whether it is what this library would have written: flash can be written by others.
    fn is_good(&self) -> bool {
        let known = HAS_SECRET | HAS_ISSUED_AT | HAS_MANAGEMENT;
        self.flags & !known == 0
            && (self.method == OTHER_METHOD || self.method().is_some())
            && is_visible(self.client_id.chars())
            && if self.has(HAS_SECRET) {
                is_visible(self.secret.chars())
            } else {
                self.secret.is_empty() && self.expires_at == 0
            }
            && (self.has(HAS_ISSUED_AT) || self.issued_at == 0)
            && if self.has(HAS_MANAGEMENT) {
                check_url(self.uri, false, "").is_ok() && BearerToken::new(self.token).is_ok()
            } else {
                self.uri.is_empty() && self.token.is_empty()
            }
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn method(&self) -> Option<ClientAuthentication> {
        ClientAuthentication::ALL.get(usize::from(self.method)).copied()
    }

    fn uri(&self) -> Option<&'r str> {
        self.has(HAS_MANAGEMENT).then_some(self.uri)
    }
}

/// The bytes of visible ASCII characters.
fn characters(characters: impl Iterator<Item = char>) -> impl Iterator<Item = Option<u8>> {
    characters.map(|character| u8::try_from(character).ok().filter(u8::is_ascii))
}

pub(super) fn check_of(content: &[u8]) -> [u8; CHECK_BYTES] {
    let hash = Sha256::digest(content);
    hash.first_chunk().copied().unwrap_or_default()
}
