//! The door: a handler that needs a permission takes a [`Guard`], and only a verified token makes one
//! ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).

use core::{fmt::Write as _, marker::PhantomData, ops::Deref};

use bearward_core::{AccessToken, BearerRequest, BearerToken, Challenge, Error};
use bearward_net::Refusal;
use picoserve::{
    ResponseSent,
    io::Read,
    request::{Request, RequestParts},
    response::{IntoResponse, Response, ResponseWriter, StatusCode},
    routing::RequestHandlerService,
};

use super::{Answer, App, Text, Verifier};

/// Something that a token may allow.
pub trait Permission {
    /// The scope that a token must have for it (RFC 6749 §3.3).
    const SCOPE: &'static str;
}

/// The access token of the request, verified, and with the scope of `P`.
///
/// Its field is private and [`guarded`] alone makes one, so a handler with a `Guard` among its arguments cannot be
/// reached without a good token. picoserve's own extractors may not borrow from the request; this one does: the claims
/// lie in a buffer that is lent for the time of the handler.
#[derive(Debug)]
pub struct Guard<'t, P> {
    token: AccessToken<'t>,
    permission: PhantomData<P>,
}

impl<'t, P: Permission> Guard<'t, P> {
    async fn extract<V: Verifier, B, const TOKEN: usize>(
        app: &App<'_, V, B, TOKEN>,
        request: &RequestParts<'_>,
        buffer: &'t mut [u8],
    ) -> Result<Self, Option<Refusal>> {
        let token = verified(app, request, buffer).await?;
        token.require_scope(P::SCOPE).map_err(Refusal::from)?;
        Ok(Self { token, permission: PhantomData })
    }
}

/// The access token of the request, verified, whatever it allows.
pub(crate) async fn verified<'t, V: Verifier, B, const TOKEN: usize>(
    app: &App<'_, V, B, TOKEN>,
    request: &RequestParts<'_>,
    buffer: &'t mut [u8],
) -> Result<AccessToken<'t>, Option<Refusal>> {
    Ok(app.verifier.verify(presented(app, request)?, buffer).await?)
}

/// The access token of the request, of which nothing is known.
pub(crate) fn presented<'r, V, B, const TOKEN: usize>(
    app: &App<'_, V, B, TOKEN>,
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
        &self.token
    }
}

/// Puts a handler behind the permission that its first argument names.
///
/// The handler gets its guard, the application, the request's body, and where to write its answer. Who is refused gets the
/// status and the challenge of the error, and the body is never looked at.
pub fn guarded<P, H>(handler: H) -> Guarded<P, H> {
    Guarded { handler, permission: PhantomData }
}

/// A handler behind a permission; see [`guarded`].
#[derive(Debug)]
pub struct Guarded<P, H> {
    handler: H,
    permission: PhantomData<P>,
}

impl<'a, V, B, P, H, const TOKEN: usize> RequestHandlerService<App<'a, V, B, TOKEN>> for Guarded<P, H>
where
    V: Verifier,
    P: Permission,
    H: AsyncFn(Guard<'_, P>, &App<'a, V, B, TOKEN>, &[u8], &mut Text) -> Answer,
{
    async fn call_request_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        app: &App<'a, V, B, TOKEN>,
        (): (),
        mut request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        // It stays here: each future that takes it by value would hold it once more.
        let mut text = Text::new();
        let mut buffer = [0; TOKEN];
        match Guard::<P>::extract(app, &request.parts, &mut buffer).await {
            Ok(guard) => match request.body_connection.body().read_all().await {
                Ok(body) => {
                    let answer = (self.handler)(guard, app, body, &mut text).await;
                    answer.with(&text).write_to(request.body_connection.finalize().await?, writer).await
                }
                Err(error) => error.write_to(request.body_connection.finalize().await?, writer).await,
            },
            Err(refusal) => {
                let connection = request.body_connection.finalize().await?;
                answer(refusal, Some(P::SCOPE), app, &mut text).write_to(connection, writer).await
            }
        }
    }
}

/// The answer to a request that is not let in: the status of the error, and a challenge that is bare if no token came; or
/// when to come again.
pub(crate) fn answer<'a, V, B, const TOKEN: usize>(
    refusal: Option<Refusal>,
    scope: Option<&'a str>,
    app: &'a App<'_, V, B, TOKEN>,
    text: &'a mut Text,
) -> impl IntoResponse + 'a {
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
    let status = StatusCode::new(error.map_or(401, Error::status));
    // A sentence cut short is still one; the challenge is what counts.
    _ = match error {
        Some(error) => writeln!(text, "{error}"),
        None => writeln!(text, "a token is needed"),
    };
    // An error without a code is the server's own fault, and no other token would help.
    let blamed = error.is_none_or(|error| error.code().is_some());
    let retry_after = refusal.and_then(|refusal| refusal.retry_after);
    Response::new(status, text.as_str())
        .with_headers(blamed.then_some(("WWW-Authenticate", challenge)))
        .with_headers(retry_after.map(|seconds| ("Retry-After", seconds)))
        .with_header("Cache-Control", "no-store")
}
