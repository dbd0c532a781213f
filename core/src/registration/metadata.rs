//! What a client says of itself ([RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2)).

use core::fmt::{self, Write as _};

use super::ClientInformation;
use crate::{
    call_error::CallError,
    claims::Names,
    form::Writer,
    json::{Object, Value, write_string},
    metadata::check_url,
    scope::{is_scope, scope_contains},
};

/// The metadata of a client that is to be registered: a device, so without redirect URIs.
///
/// What is not said is left to the server. It borrows all it holds, so it can be a `static`.
#[derive(Clone, Copy)]
pub struct ClientMetadata<'a> {
    grant_types: &'a [GrantType],
    authentication: ClientAuthentication,
    keys: Option<ClientKeys<'a>>,
    contacts: &'a [&'a str],
    texts: [Option<&'a str>; TEXTS.len()],
}

/// The members that are plain strings, in the order of [`ClientMetadata::texts`].
const TEXTS: [&str; 12] = [
    "scope",
    "client_name",
    "client_uri",
    "software_id",
    "software_version",
    "software_statement",
    "token_endpoint_auth_signing_alg",
    "tls_client_auth_san_dns",
    "userinfo_signed_response_alg",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "id_token_signed_response_alg",
];

/// How a client gets tokens (RFC 7591 §2), as far as a device can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// `client_credentials` (RFC 6749 §4.4)
    ClientCredentials,
    /// `refresh_token` (RFC 6749 §6)
    RefreshToken,
    /// `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4)
    DeviceCode,
}

impl GrantType {
    /// The name, as in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

/// How a client authenticates (`token_endpoint_auth_method`, RFC 7591 §2, OpenID Connect Core §9, RFC 8705 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientAuthentication {
    /// `none`
    None,
    /// `client_secret_basic`
    SecretBasic,
    /// `client_secret_post`
    SecretPost,
    /// `client_secret_jwt`
    SecretJwt,
    /// `private_key_jwt`
    PrivateKeyJwt,
    /// `tls_client_auth`
    Tls,
    /// `self_signed_tls_client_auth`
    SelfSignedTls,
}

impl ClientAuthentication {
    /// All of them.
    pub(super) const ALL: [Self; 7] = [
        Self::None,
        Self::SecretBasic,
        Self::SecretPost,
        Self::SecretJwt,
        Self::PrivateKeyJwt,
        Self::Tls,
        Self::SelfSignedTls,
    ];

    /// The name in the registry of RFC 7591 §4.2.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::SecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::Tls => "tls_client_auth",
            Self::SelfSignedTls => "self_signed_tls_client_auth",
        }
    }
}

/// Where the client's public keys are (RFC 7591 §2: by value or by reference, and not both).
#[derive(Clone, Copy)]
pub enum ClientKeys<'a> {
    /// `jwks`: the JWK Set itself, as JSON (RFC 7517 §5).
    Jwks(&'a str),
    /// `jwks_uri`: the `https` URL of a JWK Set.
    JwksUri(&'a str),
}

macro_rules! texts {
    ($($(#[$docs:meta])* $name:ident = $index:literal;)+) => {$(
        $(#[$docs])*
        #[must_use]
        pub const fn $name(mut self, value: &'a str) -> Self {
            self.texts[$index] = Some(value);
            self
        }
    )+};
}

impl<'a> ClientMetadata<'a> {
    /// A client that gets tokens by these grants, none for a resource server that only asks about tokens, and that
    /// authenticates so.
    #[must_use]
    pub const fn new(grant_types: &'a [GrantType], authentication: ClientAuthentication) -> Self {
        Self { grant_types, authentication, keys: None, contacts: &[], texts: [None; TEXTS.len()] }
    }

    /// `jwks` or `jwks_uri`: the keys by which the client signs, or to which is encrypted.
    #[must_use]
    pub const fn with_keys(self, keys: ClientKeys<'a>) -> Self {
        Self { keys: Some(keys), ..self }
    }

    /// `contacts`: whom to ask about the client, mostly mail addresses.
    #[must_use]
    pub const fn with_contacts(self, contacts: &'a [&'a str]) -> Self {
        Self { contacts, ..self }
    }

    texts! {
        /// `scope`: scope tokens that the client may ask for, separated by spaces.
        with_scope = 0;
        /// `client_name`: a name for people.
        with_client_name = 1;
        /// `client_uri`: a page for people, an `https` URL.
        with_client_uri = 2;
        /// `software_id`: the firmware, the same for all devices with it.
        with_software_id = 3;
        /// `software_version`: which version of it.
        with_software_version = 4;
        /// `software_statement`: a JWT by which somebody whom the server trusts vouches for the firmware (§2.3). Its claims go
        /// before what is said beside it.
        with_software_statement = 5;
        /// `token_endpoint_auth_signing_alg`: the algorithm of the client's assertions (OpenID Connect Dynamic Client
        /// Registration §2), such as `ES256`.
        with_token_endpoint_auth_signing_alg = 6;
        /// `tls_client_auth_san_dns`: the name in the client's certificate, for `tls_client_auth` (RFC 8705 §2.1.2).
        with_tls_client_auth_san_dns = 7;
        /// `userinfo_signed_response_alg`: what [`UserInfoEndpoint::signed`](crate::UserInfoEndpoint::signed) needs.
        with_userinfo_signed_response_alg = 8;
        /// `userinfo_encrypted_response_alg`: by which key management userinfo is encrypted to the client.
        with_userinfo_encrypted_response_alg = 9;
        /// `userinfo_encrypted_response_enc`: by which content encryption.
        with_userinfo_encrypted_response_enc = 10;
        /// `id_token_signed_response_alg`: the algorithm of the client's ID tokens.
        with_id_token_signed_response_alg = 11;
    }

    /// The members that the server has registered otherwise than they were asked for, or does not tell of (RFC 7591
    /// §3.2.1: it may replace and leave out what it does not like).
    ///
    /// Whoever needs one of them looks here before the client is used. Lists are compared as sets.
    pub fn changes(&self, registered: &ClientInformation<'_>) -> impl Iterator<Item = &'static str> {
        let registered = registered.object();
        self.members()
            .filter(move |(name, asked)| registered.get(name).is_none_or(|value| !asked.is_kept(name, value)))
            .map(|(name, _)| name)
    }

    /// Writes the document (§3.1). Of the members `more`, those without a value are left out.
    pub(super) fn write(&self, out: &mut Writer<'_>, more: &[(&str, Option<&str>)]) -> Result<(), CallError> {
        self.check()?;
        // A client without redirect URIs gets no response of the authorization endpoint; else `code` would be meant.
        out.write_str(r#"{"response_types":[]"#)?;
        for (name, value) in self.members() {
            write!(out, ",\"{name}\":")?;
            value.write(out)?;
        }
        for (name, value) in more {
            if let Some(value) = value {
                write!(out, ",\"{name}\":")?;
                write_string(out, value)?;
            }
        }
        Ok(out.write_char('}')?)
    }

    fn check(&self) -> Result<(), CallError> {
        let refuse = |name| Err(CallError::ClientMetadata(name));
        match self.keys {
            Some(ClientKeys::Jwks(jwks)) if !is_public_key_set(jwks) => return refuse("jwks"),
            Some(ClientKeys::JwksUri(url)) if check_url(url, false, "jwks_uri").is_err() => return refuse("jwks_uri"),
            _ => {}
        }
        for (name, text) in TEXTS.into_iter().zip(self.texts) {
            let is_good = match (name, text) {
                (_, None) => true,
                ("scope", Some(scope)) => is_scope(scope),
                ("client_uri", Some(url)) => check_url(url, false, name).is_ok(),
                (_, Some(text)) => !text.is_empty(),
            };
            if !is_good {
                return refuse(name);
            }
        }
        Ok(())
    }

    fn members(&self) -> impl Iterator<Item = (&'static str, Member<'a>)> + use<'a> {
        let keys = self.keys.map(|keys| match keys {
            ClientKeys::Jwks(jwks) => ("jwks", Member::Json(jwks)),
            ClientKeys::JwksUri(url) => ("jwks_uri", Member::Text(url)),
        });
        let contacts = Some(("contacts", Member::Names(self.contacts))).filter(|_| !self.contacts.is_empty());
        let texts = TEXTS.into_iter().zip(self.texts);
        [
            ("grant_types", Member::Grants(self.grant_types)),
            ("token_endpoint_auth_method", Member::Text(self.authentication.as_str())),
        ]
        .into_iter()
        .chain(texts.filter_map(|(name, text)| Some((name, Member::Text(text?)))))
        .chain(contacts)
        .chain(keys)
    }
}

/// The statement and keys by value may be long, and a statement is a credential.
impl fmt::Debug for ClientMetadata<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientMetadata")
            .field("grant_types", &self.grant_types)
            .field("authentication", &self.authentication)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jwks(_) => "Jwks",
            Self::JwksUri(_) => "JwksUri",
        })
    }
}

/// The value of a member.
#[derive(Clone, Copy)]
enum Member<'a> {
    Text(&'a str),
    Names(&'a [&'a str]),
    Grants(&'a [GrantType]),
    /// JSON that was looked at.
    Json(&'a str),
}

impl Member<'_> {
    fn write(self, out: &mut Writer<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write_string(out, text),
            Self::Names(names) => write_names(out, names.iter().copied()),
            Self::Grants(grants) => write_names(out, grants.iter().map(|grant| grant.as_str())),
            Self::Json(json) => out.write_str(json),
        }
    }

    /// Whether the server registered the same.
    fn is_kept(self, name: &str, registered: Value<'_>) -> bool {
        match self {
            Self::Text(asked) if name == "scope" => {
                let own = registered.as_text().and_then(|text| text.as_str()).unwrap_or_default();
                scope_contains(own, asked) && scope_contains(asked, own)
            }
            Self::Text(asked) => registered.as_text().is_some_and(|text| text == asked),
            Self::Names(asked) => is_same_set(registered, asked.iter().copied()),
            Self::Grants(asked) => is_same_set(registered, asked.iter().map(|grant| grant.as_str())),
            Self::Json(asked) => Object::read(asked.as_bytes()).is_ok_and(|asked| is_same_key_set(asked, registered)),
        }
    }
}

fn write_names<'n>(out: &mut Writer<'_>, names: impl Iterator<Item = &'n str>) -> fmt::Result {
    out.write_char('[')?;
    for (index, name) in names.enumerate() {
        if index > 0 {
            out.write_char(',')?;
        }
        write_string(out, name)?;
    }
    out.write_char(']')
}

fn is_same_set<'n>(registered: Value<'_>, asked: impl Iterator<Item = &'n str> + Clone) -> bool {
    if asked.clone().next().is_none() {
        return registered.as_array().is_some_and(|array| array.elements().next().is_none());
    }
    let Some(names) = Names::read(registered) else { return false };
    asked.clone().all(|name| names.contains(name)) && names.iter().all(|own| asked.clone().any(|name| own == name))
}

/// Keys are flat: each asked member must be there, as it was or in other escapes. The server may add to them.
fn is_same_key_set(asked: Object<'_>, registered: Value<'_>) -> bool {
    let (Some(mut asked), Some(mut registered)) = (keys(asked), registered.as_object().and_then(keys)) else {
        return false;
    };
    let is_same = |one: Value<'_>, other: Value<'_>| match (one, other) {
        (Value::String(one), Value::String(other)) => one == other,
        _ => one.as_json() == other.as_json(),
    };
    let all = asked.all(|key| {
        let (Some(key), Some(own)) = (key.as_object(), registered.next().and_then(Value::as_object)) else {
            return false;
        };
        key.members().all(|(name, value)| {
            own.members().any(|(own_name, own_value)| own_name == name && is_same(own_value, value))
        })
    });
    all && registered.next().is_none()
}

fn keys<'k>(set: Object<'k>) -> Option<impl Iterator<Item = Value<'k>> + use<'k>> {
    set.get("keys").and_then(Value::as_array).map(|keys| keys.elements())
}

/// RFC 7517 §5, and no member that only private and symmetric keys have (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
fn is_public_key_set(jwks: &str) -> bool {
    const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    let Some(mut keys) = Object::read(jwks.as_bytes()).ok().and_then(keys) else { return false };
    keys.all(|key| {
        key.as_object()
            .is_some_and(|key| PRIVATE.iter().all(|name| key.get(name).is_none()) && key.get("kty").is_some())
    })
}
