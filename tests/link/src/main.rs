//! All of bearward-core, and the client of bearward-net, in one device image, so that `tests/link/check` can look at what it brings along.
//!
//! The image is linked and never run. What it reads comes through `black_box`, so that the optimiser cannot know it, and
//! what it finds out goes there, so that none of it can be left out.
#![no_std]
#![no_main]

#[cfg(feature = "provoke-alloc")]
extern crate alloc;

#[cfg(feature = "jwe")]
mod jwe;
#[cfg(feature = "tls")]
mod tls;

use core::{
    fmt::{self, Write as _},
    hint::black_box,
    panic::PanicInfo,
};

use bearward_core::{
    Algorithm, Answer, BearerRequest, BearerToken, CallError, Challenge, Client, DeviceAuthorizationRequest, Error,
    Fresh, Hs256, Hs384, Hs512, IdTokenPolicy, IntrospectionCache, IntrospectionRequest, IntrospectionResponse, Jwk,
    JwkSet, JwkSetReader, KeyError, Metadata, MetadataError, MetadataReader, Policy, Ps256, Ps384, Ps512,
    RevocationRequest, Rs256, Rs384, Rs512, Secret, SecretSet, TokenCache, TokenRequest, TokenResponse, TokenTypeHint,
    Transport, UnixTime, UserInfoEndpoint, WellKnown, audience_contains, json, scope_contains, verify_jws,
};
#[cfg(feature = "curves")]
use bearward_core::{
    Ed25519, EdDsa, Es256, Es256Signer, Es384, Es512, PreparedEd25519, PreparedHmac, PreparedP256, PreparedP384,
    PreparedP521,
};

mod network;
mod tokens;

static ALGORITHMS: &[&dyn Algorithm] = &[
    &Hs256,
    &Hs384,
    &Hs512,
    &Rs256,
    &Rs384,
    &Rs512,
    &Ps256,
    &Ps384,
    &Ps512,
    #[cfg(feature = "curves")]
    &Es256,
    #[cfg(feature = "curves")]
    &Es384,
    #[cfg(feature = "curves")]
    &Es512,
    #[cfg(feature = "curves")]
    &EdDsa,
    #[cfg(feature = "curves")]
    &Ed25519,
];

static POLICY: Policy<'_> =
    Policy::new("https://authority.example", "https://valve.example", ALGORITHMS).with_leeway(30);

#[cortex_m_rt::entry]
fn main() -> ! {
    let request: &[u8] = black_box(b"Bearer a.b.c");
    black_box(keys(request).is_ok());
    black_box(secrets(request).is_ok());
    black_box(texts(request).is_ok());
    black_box(guard(request).is_ok());
    black_box(calls(request).is_ok());
    black_box(metadata(request).is_ok());
    answers(request);
    black_box(network::call(request).is_ok());
    tokens::keep(request);
    #[cfg(feature = "tls")]
    black_box(tls::call(request).is_ok());
    #[cfg(feature = "jwe")]
    black_box(jwe::open(request).is_ok());
    provoke(request);
    loop {
        core::hint::spin_loop();
    }
}

/// A request, from its header to the answer.
fn guard(bytes: &[u8]) -> Result<(), Error> {
    let mut keys = JwkSet::<4>::new();
    let mut reader = JwkSetReader::new(&mut keys);
    for piece in bytes.chunks(7) {
        black_box(reader.feed(piece).is_ok());
    }
    black_box(reader.finish().is_ok());

    let mut buffer = [0; 1024];
    let form = BearerRequest::new(Transport::Tls).with_form("POST", Some(bytes), bytes).danger_with_query("GET", bytes);
    black_box(form.token(&mut buffer).is_ok());
    let mut buffer = [0; 1024];
    let request = BearerRequest::new(black_box(Transport::TlsEndsInFront)).with_authorization([bytes]);
    let Some(credentials) = request.token(&mut buffer)? else { return Err(Error::MalformedRequest) };
    authorize(credentials.token, &keys)
}

/// A token, without and with the memory of those seen before.
fn authorize(token: BearerToken<'_>, keys: &JwkSet<4>) -> Result<(), Error> {
    let now = UnixTime::from_seconds(black_box(1_795_318_692));
    let mut buffer = [0; 1024];
    let mut cache = TokenCache::<4>::new();
    black_box(POLICY.verify_cached(token, keys, None, &mut buffer, &mut cache).is_ok());
    black_box(verify_jws(token.as_str().as_bytes(), ALGORITHMS, keys, &mut buffer).is_ok());
    #[cfg(feature = "curves")]
    black_box(prepared(token, keys, now).is_ok());
    let access = POLICY.verify(token, keys, now, &mut buffer)?;
    black_box((access.issuer(), access.subject(), access.audience(), access.expires_at(), access.client_id()));
    black_box((access.claim(&["realm", "roles"]), access.key_id(), access.algorithm()));
    black_box(access.scope().contains(token.as_str()));
    black_box(access.require_any_scope("a b").is_ok());
    access.require_scope("a b")
}

/// The same with keys that are prepared.
#[cfg(feature = "curves")]
fn prepared(token: BearerToken<'_>, keys: &JwkSet<4>, now: UnixTime) -> Result<(), Error> {
    let mut edwards = PreparedEd25519::<8>::new();
    black_box(Jwk::<32>::read(token.as_str().as_bytes()).and_then(|key| edwards.prepare(&key)).is_ok());
    let secret = PreparedHmac::<Hs256>::new(Secret::new(token.as_str().as_bytes()));
    black_box(secret.is_ok_and(|secret| POLICY.verify(token, &secret, now, &mut [0; 1024]).is_ok()));
    let mut prepared = PreparedP256::<32>::new();
    black_box(Jwk::<64>::read(token.as_str().as_bytes()).and_then(|key| prepared.prepare(&key)).is_ok());
    let mut p384 = PreparedP384::<8>::new();
    black_box(Jwk::<96>::read(token.as_str().as_bytes()).and_then(|key| p384.prepare(&key)).is_ok());
    let mut p521 = PreparedP521::<8>::new();
    black_box(Jwk::<132>::read(token.as_str().as_bytes()).and_then(|key| p521.prepare(&key)).is_ok());
    POLICY
        .verify(token, &p521.within(&p384.within(&prepared.within(&edwards.within(keys)))), now, &mut [0; 1024])
        .map(|access| _ = black_box(access))
}

/// Requests to the authorization server, by a client of each kind.
fn calls(bytes: &[u8]) -> Result<(), CallError> {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let fresh = Fresh { now: UnixTime::from_seconds(black_box(1_795_318_692)), nonce: black_box([7; 16]) };
    #[cfg(feature = "curves")]
    let signer = Es256Signer::new(black_box(&[7; 32]))?.with_key_id(text);
    let clients = [
        Client::none(text),
        Client::tls(text),
        Client::secret_basic(text, text),
        Client::secret_post(text, text),
        Client::secret_jwt(text, text, Secret::new(bytes)),
        #[cfg(feature = "curves")]
        Client::private_key_jwt(text, text, &signer),
    ];
    let mut buffer = [0; 1024];
    for client in &clients {
        let revocation = RevocationRequest::new(text).with_token_type_hint(black_box(TokenTypeHint::AccessToken));
        let request = revocation.write(client, black_box(Some(fresh)), &mut buffer)?;
        black_box((request.authorization(), request.body(), request.accept()));
        if let Ok(token) = BearerToken::new(text) {
            black_box(IntrospectionRequest::new(token).write(client, fresh, &mut buffer)?.body());
            black_box(UserInfoEndpoint::json().write(token, &mut buffer)?.authorization());
        }
        for request in [
            TokenRequest::client_credentials(),
            TokenRequest::refresh_token(text),
            TokenRequest::device_code(text).with_scope(text).with_resource(text),
        ] {
            black_box(request.write(client, black_box(Some(fresh)), &mut buffer)?.body());
        }
        let request = DeviceAuthorizationRequest::new().with_scope(text).with_resource(text);
        black_box(request.write(client, fresh, &mut buffer)?.body());
        black_box(write!(Sink, "{client:?}").is_ok());
    }
    Ok(())
}

/// Where the authorization server is asked.
fn metadata(bytes: &[u8]) -> Result<(), MetadataError> {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let mut url = [0; 128];
    black_box(WellKnown::OAuth.write(text, &mut url).is_ok());
    black_box(WellKnown::OpenId.write(text, &mut url).is_ok());
    let mut metadata = Metadata::<128>::new();
    let mut reader = MetadataReader::new(&mut metadata, text).with_mtls_aliases();
    for piece in bytes.chunks(7) {
        reader.feed(piece)?;
    }
    reader.finish()?;
    black_box((metadata.introspection_endpoint(), metadata.jwks_uri()));
    Ok(())
}

/// What the authorization server answers.
fn answers(bytes: &[u8]) {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let now = UnixTime::from_seconds(black_box(1_795_318_692));
    let mut body = [0; 64];
    body.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let mut copies = black_box([body; 8]);
    let [first, second, third, fourth, fifth, sixth, seventh, eighth] = &mut copies;
    let answer = |body| Answer { status: black_box(200), content_type: Some(text), body };
    let read = RevocationRequest::read(&answer(first));
    black_box(read.is_err_and(|error| write!(Sink, "{error} {error:?}").is_ok()));

    if let Ok(token) = BearerToken::new(text) {
        let mut cache = IntrospectionCache::<4>::new(black_box(30));
        let outcome = POLICY.introspect(answer(second), now);
        black_box(cache.keep(&POLICY, token, &outcome, now));
        if let Some(Err(error)) = cache.get(&POLICY, token, now, &mut [0; 512]) {
            black_box(write!(Sink, "{error} {}", Error::from(error)).is_ok());
        }
    }

    match TokenRequest::read(answer(fifth)) {
        Ok(token) => own_token(&token, text, now),
        Err(error) => _ = black_box(write!(Sink, "{error} {error:?}")),
    }
    if let Ok(codes) = DeviceAuthorizationRequest::read(answer(sixth)) {
        black_box((codes.user_code(), codes.verification_uri(), codes.interval(), codes.property(text)));
    }

    let mut buffer = [0; 256];
    for (response, body) in [
        (IntrospectionResponse::signed(text, text, ALGORITHMS).with_leeway(black_box(30)), seventh),
        (IntrospectionResponse::keycloak(text, ALGORITHMS), eighth),
    ] {
        match POLICY.introspect_as(&response, answer(body), &JwkSet::<4>::new(), now, &mut buffer) {
            Ok(access) => _ = black_box(access.answer_protection().map(|protection| protection.algorithm())),
            Err(error) => _ = black_box(write!(Sink, "{error} {error:?}")),
        }
    }
    for (endpoint, body) in
        [(UserInfoEndpoint::json(), third), (UserInfoEndpoint::signed(text, text, ALGORITHMS), fourth)]
    {
        match endpoint.read(answer(body), text, &JwkSet::<4>::new(), now, &mut buffer) {
            Ok(user) => _ = black_box((user.json(), user.claim(&["a", "b"]))),
            Err(error) => _ = black_box(write!(Sink, "{error} {}", Error::from(error))),
        }
    }
}

/// A token of the device's own, and who allowed it, first and refreshed.
fn own_token(token: &TokenResponse<'_>, text: &str, now: UnixTime) {
    black_box((token.expires_in(), token.refresh_token(), token.property(text)));
    black_box(token.scope().is_some_and(|scope| scope.contains(text)));
    let policy = IdTokenPolicy::new(text, text, ALGORITHMS).with_nonce(text).with_leeway(30).with_max_age(60);
    let (keys, mut first, mut second) = (JwkSet::<4>::new(), [0; 512], [0; 512]);
    let access_token = Some(token.access_token());
    let id_token = token.id_token().unwrap_or(text);
    let Ok(original) = policy.verify(id_token, access_token, &keys, now, &mut first) else { return };
    black_box((original.subject(), original.claim(&["a", "b"])));
    let new = policy.verify_refreshed(id_token, access_token, &original, &keys, now, &mut second);
    black_box(write!(Sink, "{new:?}").is_ok());
}

/// A key in each of its forms.
fn keys(bytes: &[u8]) -> Result<(), KeyError> {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let read = [Jwk::<516>::read(bytes), Jwk::from_spki_der(bytes), Jwk::from_pem(text)];
    for key in &read {
        black_box(key.as_ref().map(Jwk::thumbprint).is_ok());
    }
    for key in read {
        black_box(key?.with_key_id(text)?.public_key());
    }
    Ok(())
}

/// Secrets of a local file.
fn secrets(bytes: &[u8]) -> Result<(), KeyError> {
    let mut buffer = [0; 256];
    let secrets = SecretSet::<2>::read_local(bytes, &mut buffer)?;
    let mut rest = [0; 256];
    black_box(verify_jws(bytes, ALGORITHMS, &secrets, &mut rest).is_ok());
    Ok(())
}

/// The JSON reader, and everything that writes text.
fn texts(bytes: &[u8]) -> fmt::Result {
    let mut copy = [0; 64];
    copy.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    black_box(json::resolve_escapes(&mut copy).is_ok());
    if let Ok(object) = json::Object::read(bytes) {
        for (name, value) in object.members() {
            write!(Sink, "{name} {name:?} {value:?}")?;
            if let Some(number) = value.as_number() {
                black_box((number.as_u64(), number.as_i64()));
                write!(Sink, "{number}")?;
            }
        }
    }
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    black_box(scope_contains(text, "a b"));
    black_box(json::read(bytes).is_ok_and(|value| audience_contains(value, text)));
    let error = guard(bytes).err().unwrap_or(Error::NotCompact);
    let challenge = Challenge::new().with_realm(text).with_scope(text).with_resource_metadata(text).with_error(error);
    write!(Sink, "{challenge} {} {error} {error:?} {POLICY:?}", error.status())
}

/// Takes text and keeps none of it.
struct Sink;

impl fmt::Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        black_box(text);
        Ok(())
    }
}

/// What the check must find, one at a time; nothing by default.
fn provoke(bytes: &[u8]) {
    #[cfg(feature = "provoke-panic")]
    if bytes.is_empty() {
        panic!("provoked");
    }
    #[cfg(feature = "provoke-index")]
    black_box(bytes[bytes.len() / 2]);
    #[cfg(feature = "provoke-alloc")]
    black_box(alloc::boxed::Box::new(bytes.len()));
    black_box(bytes);
}

/// Looks at where the panic came from: otherwise the optimiser leaves the places out, and the check sees none.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    black_box(info.location());
    loop {
        core::hint::spin_loop();
    }
}

/// An allocator, since without one nothing that allocates can be linked.
#[cfg(feature = "provoke-alloc")]
mod allocator {
    use core::{
        alloc::{GlobalAlloc, Layout},
        ptr,
    };

    struct Nothing;

    #[global_allocator]
    static NOTHING: Nothing = Nothing;

    // SAFETY: it never hands out memory, and so is never given any back.
    unsafe impl GlobalAlloc for Nothing {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 {
            ptr::null_mut()
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }
}
