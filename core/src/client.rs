//! How the device, a client of the authorization server, authenticates there
//! ([RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3),
//! [RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2),
//! [RFC 8705 §2](https://www.rfc-editor.org/rfc/rfc8705#section-2)).

use core::fmt::{self, Write as _};

use base64ct::{Base64, Encoder};
use zeroize::Zeroize as _;

use crate::{
    bearer::has_parameter,
    call::Request,
    call_error::CallError,
    form::{Writer, encoded},
    time::UnixTime,
};

mod assertion;
mod signer;

#[cfg(feature = "p256")]
pub use signer::Es256Signer;
pub use signer::Signer;

use assertion::Assertion;

/// A client of the authorization server, and the method by which it authenticates at introspection and revocation.
///
/// It borrows all it holds, so it can be a `static`, and its `Debug` shows no secret. Requests that it authenticates
/// carry the secret or an assertion in the buffer that was lent for them: whoever lends it should overwrite it when the
/// call is done. Where no request comes of it, the buffer is wiped here.
///
/// ```
/// use bearward_core::{BearerToken, Client, IntrospectionRequest};
///
/// static CLIENT: Client<'_> = Client::secret_basic("valve", "gX1fBat3bV");
///
/// let token = BearerToken::new("2YotnFZFEjr1zCsicMWpAA")?;
/// let mut buffer = [0; 256];
/// let request = IntrospectionRequest::new(token).write(&CLIENT, None, &mut buffer)?;
/// assert_eq!(request.authorization(), Some("Basic dmFsdmU6Z1gxZkJhdDNiVg=="));
/// assert_eq!(request.body(), b"token=2YotnFZFEjr1zCsicMWpAA&token_type_hint=access_token");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Client<'a> {
    id: &'a str,
    method: Method<'a>,
}

#[derive(Clone, Copy)]
enum Method<'a> {
    None,
    Tls,
    SecretBasic(&'a str),
    SecretPost(&'a str),
    #[cfg(feature = "hmac")]
    SecretJwt {
        audience: &'a str,
        secret: crate::key::Secret<'a>,
    },
    PrivateKeyJwt {
        audience: &'a str,
        signer: &'a dyn Signer,
    },
}

/// What makes an assertion good for once only: the time, and bytes that no assertion had before.
#[derive(Clone, Copy, Debug)]
pub struct Fresh {
    /// The time now. An assertion is good from then for [`limits::ASSERTION_SECONDS`](crate::limits::ASSERTION_SECONDS).
    pub now: UnixTime,
    /// 128 random bits, for the `jti` (RFC 7519 §4.1.7).
    pub nonce: [u8; 16],
}

impl<'a> Client<'a> {
    /// `client_secret_basic`: identifier and secret in the `Authorization` field, each encoded as in a form first
    /// (RFC 6749 §2.3.1).
    #[must_use]
    pub const fn secret_basic(id: &'a str, secret: &'a str) -> Self {
        Self { id, method: Method::SecretBasic(secret) }
    }

    /// `client_secret_post`: identifier and secret in the form (RFC 6749 §2.3.1). For servers that do not know better.
    #[must_use]
    pub const fn secret_post(id: &'a str, secret: &'a str) -> Self {
        Self { id, method: Method::SecretPost(secret) }
    }

    /// `client_secret_jwt`: an assertion under HS256 with the secret's bytes (OpenID Connect Core §9), so that the secret
    /// does not travel.
    ///
    /// `audience` is as for [`private_key_jwt`](Self::private_key_jwt).
    #[cfg(feature = "hmac")]
    #[must_use]
    pub const fn secret_jwt(id: &'a str, audience: &'a str, secret: crate::key::Secret<'a>) -> Self {
        Self { id, method: Method::SecretJwt { audience, secret } }
    }

    /// `private_key_jwt`: an assertion that is signed by the device's own key (OpenID Connect Core §9).
    ///
    /// `audience` names the authorization server: its issuer identifier, or where it wants that, the URL of its token
    /// endpoint (RFC 7523 §3).
    #[must_use]
    pub const fn private_key_jwt(id: &'a str, audience: &'a str, signer: &'a dyn Signer) -> Self {
        Self { id, method: Method::PrivateKeyJwt { audience, signer } }
    }

    /// `tls_client_auth` and `self_signed_tls_client_auth` (RFC 8705 §2): the client certificate of the connection
    /// authenticates, and the form names the client.
    #[must_use]
    pub const fn tls(id: &'a str) -> Self {
        Self { id, method: Method::Tls }
    }

    /// `none`: the form names the client, and nothing authenticates it (RFC 7591 §2). Introspection must not be open to
    /// such clients (RFC 7662 §2.1), revocation may be (RFC 7009 §2.1).
    #[must_use]
    pub const fn none(id: &'a str) -> Self {
        Self { id, method: Method::None }
    }

    /// The client identifier (RFC 6749 §2.2).
    #[must_use]
    pub const fn id(&self) -> &'a str {
        self.id
    }

    /// The method by its name in the registry of RFC 7591 §4.2.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self.method {
            Method::None => "none",
            Method::Tls => "tls_client_auth",
            Method::SecretBasic(_) => "client_secret_basic",
            Method::SecretPost(_) => "client_secret_post",
            #[cfg(feature = "hmac")]
            Method::SecretJwt { .. } => "client_secret_jwt",
            Method::PrivateKeyJwt { .. } => "private_key_jwt",
        }
    }

    /// Whether a request of this client needs a [`Fresh`]: whether an assertion is made for it.
    #[must_use]
    pub const fn needs_fresh(&self) -> bool {
        match self.method {
            Method::PrivateKeyJwt { .. } => true,
            #[cfg(feature = "hmac")]
            Method::SecretJwt { .. } => true,
            _ => false,
        }
    }

    /// Adds the client's credentials to a form that is for an endpoint of the authorization server: one that no type here
    /// writes. `buffer` takes the form and what the client adds; the caller's own form stays as it is.
    ///
    /// The credentials go where the request goes: that URL must be `https` and the server's, as its metadata names it.
    ///
    /// ```
    /// use bearward_core::{Client, Request};
    ///
    /// let client = Client::secret_post("valve", "gX1fBat3bV");
    /// let mut buffer = [0; 256];
    /// let request = client.authenticate(&Request::post_form("application/json", b"a=b"), None, &mut buffer)?;
    /// assert_eq!(request.body(), b"a=b&client_id=valve&client_secret=gX1fBat3bV");
    /// # Ok::<(), bearward_core::CallError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError::NotForClient`] if the request is no form of ASCII, or has an `Authorization` field, or a parameter
    /// that authentication uses (RFC 6749 §2.3, §3.2: none comes twice); else as the requests of this crate.
    pub fn authenticate<'b>(
        &self,
        request: &Request<'b>,
        fresh: impl Into<Option<Fresh>>,
        buffer: &'b mut [u8],
    ) -> Result<Request<'b>, CallError> {
        const OWN: [&str; 4] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];
        let body = request.body();
        if !request.is_form()
            || !body.is_ascii()
            || request.authorization().is_some()
            || OWN.iter().any(|name| has_parameter(body, name))
        {
            return Err(CallError::NotForClient);
        }
        let form = str::from_utf8(body).map_err(|_| CallError::NotForClient)?;
        self.form(fresh.into(), request.accept(), form, &[], buffer)
    }

    /// Writes a form that the client authenticates. Parameters without a value are left out.
    pub(crate) fn post<'b>(
        &self,
        fresh: Option<Fresh>,
        accept: &'static str,
        parameters: &[(&str, Option<&str>)],
        buffer: &'b mut [u8],
    ) -> Result<Request<'b>, CallError> {
        self.form(fresh, accept, "", parameters, buffer)
    }

    /// Writes a form that begins as `begun` does.
    fn form<'b>(
        &self,
        fresh: Option<Fresh>,
        accept: &'b str,
        begun: &str,
        parameters: &[(&str, Option<&str>)],
        buffer: &'b mut [u8],
    ) -> Result<Request<'b>, CallError> {
        let written = self.write(fresh, begun, parameters, buffer).inspect_err(|_| buffer.zeroize())?;
        let (authorization, rest) = buffer.split_at_checked(written.authorization).ok_or(CallError::BufferTooSmall)?;
        let form = rest.get(..written.form).ok_or(CallError::BufferTooSmall)?;
        let request = Request::post_form(accept, form);
        Ok(match str::from_utf8(authorization) {
            Ok(value) if !value.is_empty() => request.with_authorization(value),
            _ => request,
        })
    }

    fn write(
        &self,
        fresh: Option<Fresh>,
        begun: &str,
        parameters: &[(&str, Option<&str>)],
        buffer: &mut [u8],
    ) -> Result<Written, CallError> {
        let authorization = match self.method {
            Method::SecretBasic(secret) => write_basic(self.id, secret, buffer)?,
            _ => 0,
        };
        let mut form = Writer::new(buffer.get_mut(authorization..).unwrap_or_default());
        form.write_str(begun)?;
        for (name, value) in parameters {
            if let Some(value) = value {
                form.parameter(name, value)?;
            }
        }
        let assertion = |audience| {
            let fresh = fresh.ok_or(CallError::TimeUnavailable)?;
            Ok::<_, CallError>(Assertion { client_id: self.id, audience, fresh })
        };
        match self.method {
            Method::SecretBasic(_) => {}
            Method::None | Method::Tls => form.parameter("client_id", self.id)?,
            Method::SecretPost(secret) => {
                form.parameter("client_id", self.id)?;
                form.parameter("client_secret", secret)?;
            }
            #[cfg(feature = "hmac")]
            Method::SecretJwt { audience, secret } => {
                if !secret.is_long_enough(32) {
                    return Err(CallError::SecretTooShort);
                }
                assertion(audience)?.write(&Hs256Signer(secret), &mut form)?;
            }
            Method::PrivateKeyJwt { audience, signer } => assertion(audience)?.write(signer, &mut form)?,
        }
        Ok(Written { authorization, form: form.len() })
    }
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).field("method", &self.method()).finish_non_exhaustive()
    }
}

/// How long the parts of a request are, which lie one behind the other.
struct Written {
    authorization: usize,
    form: usize,
}

/// RFC 6749 §2.3.1: both are encoded as in a form, and then as RFC 7617 §2 says. In constant time, for the secret's sake.
fn write_basic(id: &str, secret: &str, buffer: &mut [u8]) -> Result<usize, CallError> {
    let scheme = b"Basic ";
    let (own, rest) = buffer.split_at_mut_checked(scheme.len()).ok_or(CallError::BufferTooSmall)?;
    own.copy_from_slice(scheme);
    let mut encoder = Encoder::<Base64>::new(rest).map_err(|_| CallError::BufferTooSmall)?;
    for byte in encoded(id).chain([b':']).chain(encoded(secret)) {
        encoder.encode(&[byte]).map_err(|_| CallError::BufferTooSmall)?;
    }
    let value = encoder.finish().map_err(|_| CallError::BufferTooSmall)?;
    Ok(scheme.len().saturating_add(value.len()))
}

#[cfg(feature = "hmac")]
struct Hs256Signer<'a>(crate::key::Secret<'a>);

#[cfg(feature = "hmac")]
impl Signer for Hs256Signer<'_> {
    fn algorithm(&self) -> &'static str {
        "HS256"
    }

    fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<usize, crate::call_error::SignerError> {
        use hmac::{Hmac, KeyInit as _, Mac as _};

        use crate::call_error::SignerError;

        let mac = Hmac::<sha2::Sha256>::new_from_slice(self.0.expose()).map_err(|_| SignerError)?;
        let mac = mac.chain_update(message).finalize().into_bytes();
        signature.get_mut(..mac.len()).ok_or(SignerError)?.copy_from_slice(&mac);
        Ok(mac.len())
    }
}

#[cfg(test)]
mod tests;
