//! The door: a handler that needs a permission takes a [`Guard`], and only a verified token makes one
//! ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).

use core::{fmt::Write as _, marker::PhantomData, ops::Deref};

use bearward_core::{AccessToken, BearerRequest, BearerToken, Challenge, Error};
use bearward_net::Refusal;
use picoserve::{
    io::Read,
    request::{Request, RequestParts},
};

use crate::{
    App, Verifier,
    answer::{Answer, Field},
    memory::{RequestMemory, Text},
};

/// Something that a token may allow.
pub trait Permission {
    /// The scope that a token must have for it (RFC 6749 §3.3).
    const SCOPE: &'static str;
}

/// The access token of the request, verified, and with the scope of `P`.
///
/// Its fields are private and [`guarded`] alone makes one, so a handler with a `Guard` among its arguments cannot be
/// reached without a good token. picoserve's own extractors may not borrow from the request; this one does.
pub(crate) struct Guard<'t, P> {
    token: &'t AccessToken<'t>,
    permission: PhantomData<P>,
}

/// The access token of the request, verified, whatever it allows.
pub(crate) async fn verified<'t, V: Verifier, B, M>(
    app: &App<'_, V, B, M>,
    request: &RequestParts<'_>,
    buffer: &'t mut [u8],
) -> Result<AccessToken<'t>, Option<Refusal>> {
    Ok(app.verifier.verify(presented(app, request)?, buffer).await?)
}

/// The access token of the request, of which nothing is known.
pub(crate) fn presented<'r, V, B, M>(
    app: &App<'_, V, B, M>,
    request: &RequestParts<'r>,
) -> Result<BearerToken<'r>, Option<Refusal>> {
    let fields = request.headers().iter().filter(|(name, _)| name == "authorization");
    let credentials = BearerRequest::new(app.resource.transport)
        .with_authorization(fields.map(|(_, value)| value.as_raw()))
        .token(&mut [])
        .map_err(Refusal::from)?
        .ok_or(None)?;
    Ok(credentials.token)
}

impl<'t, P> Deref for Guard<'t, P> {
    type Target = AccessToken<'t>;

    fn deref(&self) -> &Self::Target {
        self.token
    }
}

/// What answers a request whose token allows `P`: it gets the guard, the application, the request's body, and where to write
/// its answer.
type Handler<'m, P, V, B, M> = fn(Guard<'_, P>, &App<'_, V, B, M>, &[u8], &'m mut Text) -> Answer<'m>;

/// Lets a handler answer a request whose token allows what its first argument names.
///
/// Who is refused gets the status and the challenge of the error, and the body is never looked at.
pub(crate) async fn guarded<'m, P: Permission, V: Verifier, B, M, R: Read>(
    app: &'m App<'_, V, B, M>,
    request: &mut Request<'_, R>,
    memory: &'m mut RequestMemory,
    handler: Handler<'m, P, V, B, M>,
) -> Answer<'m> {
    app.verifier.ready().await;
    let mut handle = |token: &AccessToken<'_>, body: &[u8], text: &'m mut Text| {
        handler(Guard { token, permission: PhantomData }, app, body, text)
    };
    with_scope(app, request, memory, P::SCOPE, &mut handle).await
}

/// The part of [`guarded`] that an image has once for all handlers.
async fn with_scope<'m, V: Verifier, B, M, R: Read>(
    app: &'m App<'_, V, B, M>,
    request: &mut Request<'_, R>,
    memory: &'m mut RequestMemory,
    scope: &'static str,
    handle: &mut dyn FnMut(&AccessToken<'_>, &[u8], &'m mut Text) -> Answer<'m>,
) -> Answer<'m> {
    let RequestMemory { text, token: buffer, .. } = memory;
    let token = match verified(app, &request.parts, buffer).await {
        Ok(token) => token,
        Err(refusal) => return refused(refusal, Some(scope), app, text),
    };
    if let Err(error) = token.require_scope(scope) {
        return refused(Some(error.into()), Some(scope), app, text);
    }
    match request.body_connection.body().read_all().await {
        Ok(body) => handle(&token, body, text),
        // It has ended early: nobody is there who would hear more.
        Err(_) => Answer::empty(400),
    }
}

/// The answer to a request that is not let in: the status of the error, and a challenge that is bare if no token came; or
/// when to come again.
pub(crate) fn refused<'m, V, B, M>(
    refusal: Option<Refusal>,
    scope: Option<&'m str>,
    app: &'m App<'_, V, B, M>,
    text: &'m mut Text,
) -> Answer<'m> {
    let error = refusal.map(|refusal| refusal.error);
    let mut challenge = Challenge::new().with_realm(app.resource.realm);
    if let Some(scope) = scope {
        challenge = challenge.with_scope(scope);
    }
    if let Some(url) = app.resource.metadata_url {
        challenge = challenge.with_resource_metadata(url);
    }
    if let Some(error) = error {
        challenge = challenge.with_error(error);
    }
    // A sentence cut short is still one; the challenge is what counts.
    _ = match error {
        Some(error) => writeln!(text, "{error}"),
        None => writeln!(text, "a token is needed"),
    };
    let mut answer = Answer::new(error.map_or(401, Error::status), text);
    // An error without a code is the server's own fault, and no other token would help.
    if error.is_none_or(|error| error.code().is_some()) {
        answer = answer.with_field("WWW-Authenticate", Field::Challenge(challenge));
    }
    if let Some(seconds) = refusal.and_then(|refusal| refusal.retry_after) {
        answer = answer.with_field("Retry-After", Field::Seconds(seconds));
    }
    answer.with_field("Cache-Control", Field::Words("no-store"))
}
