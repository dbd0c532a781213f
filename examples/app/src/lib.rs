//! The application: a sensor and an LED behind OAuth 2.0, for any host that has a network, a clock and a board.
//!
//! Nothing in here allocates or knows its host; a firmware image runs it as it is.
#![no_std]

#[cfg(test)]
extern crate std;

mod framing;
mod guard;
#[cfg(feature = "jwks")]
mod jwks;
mod timekeeper;
mod upstream;
mod verifier;
#[cfg(feature = "whoami")]
mod who;

use core::fmt::{self, Write as _};

use bearward_core::{PublicJwks, ResourceMetadata, Transport};
use heapless::String;
use picoserve::{
    ResponseSent, Router,
    io::Read,
    request::{Path, Request, RequestParts},
    response::{IntoResponse, Response, ResponseWriter, StatusCode},
    routing::{
        MethodHandler, MethodHandlerService, PathRouter, PathRouterService, RequestHandlerService, get_service,
        put_service,
    },
};

pub use framing::{BODY_BYTES, Framed, HEAD_BYTES};
pub use guard::{Guard, Permission, guarded};
#[cfg(feature = "jwks")]
pub use jwks::JWKS_PATH;
pub use timekeeper::{Doubt, TimeKeeper};
pub use upstream::{UPSTREAM_PATH, Upstream, UpstreamClient, UpstreamError, UpstreamLine, UpstreamRead, upstream};
pub use verifier::{LocalVerifier, RemoteVerifier, Verifier, Watch};

/// The memory that holds a request: its head and its body.
pub const HTTP_BUFFER_BYTES: usize = HEAD_BYTES + BODY_BYTES;

/// The memory that holds header and claims of one token, decoded, where [`App`] does not say otherwise: enough for tokens
/// of 2700 bytes, or encrypted ones of 1360.
pub const TOKEN_BUFFER_BYTES: usize = 2048;

/// The longest token that the authorization server is asked about, and the most that it may say of one: what the same
/// memory holds.
pub const INTROSPECTION_BYTES: usize = TOKEN_BUFFER_BYTES;

/// Reading the sensor.
#[derive(Debug)]
pub struct SensorRead;

impl Permission for SensorRead {
    const SCOPE: &'static str = "sensor:read";
}

/// Switching the LED.
#[derive(Debug)]
pub struct LedSet;

impl Permission for LedSet {
    const SCOPE: &'static str = "led:set";
}

/// Everything that requests share. Each has `TOKEN` bytes for header and claims of its token, decoded.
#[derive(Debug)]
pub struct App<'a, V, B, const TOKEN: usize = TOKEN_BUFFER_BYTES> {
    /// Who decides about tokens.
    pub verifier: V,
    /// What is guarded.
    pub board: B,
    /// How it presents itself.
    pub resource: Resource<'a>,
}

/// The resource server as its clients see it.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// The `realm` of its challenges.
    pub realm: &'a str,
    /// How requests come to it.
    pub transport: Transport,
    /// Who issues its tokens, and for what (RFC 9728 §2).
    pub metadata: ResourceMetadata<'a>,
    /// Where this server has that: a path, and the query of a resource that has one (RFC 9728 §3.1).
    pub metadata_target: &'a str,
    /// The same as a URL for its clients, if the resource has a URL.
    pub metadata_url: Option<&'a str>,
    /// The device's own public keys, if it has any: they are served at `/jwks`, with the feature `jwks`.
    pub jwks: Option<PublicJwks<'a>>,
}

/// The hardware.
pub trait Board {
    /// The temperature, in hundredths of a degree Celsius.
    fn temperature(&self) -> i32;

    /// Whether the LED is on.
    fn led(&self) -> bool;

    /// Switches the LED.
    fn set_led(&self, on: bool);
}

/// The application's paths, and behind them the one of the metadata, which is the resource's own matter.
pub fn router<'a, V: Verifier + 'a, B: Board + 'a, const TOKEN: usize>()
-> Router<impl PathRouter<App<'a, V, B, TOKEN>>, App<'a, V, B, TOKEN>> {
    let router = Router::from_service(AtTarget)
        .route_service("/", Allowed("GET, HEAD", get_service(Index)))
        .route_service("/sensor", Allowed("GET, HEAD", get_service(guarded(sensor))))
        .route_service("/led", Allowed("PUT", put_service(guarded(set_led))));
    #[cfg(feature = "jwks")]
    let router = router.route_service(JWKS_PATH, Allowed("GET, HEAD", get_service(jwks::Jwks)));
    #[cfg(feature = "whoami")]
    let router = router.route_service("/whoami", Allowed("GET, HEAD", get_service(who::WhoAmI)));
    router
}

async fn sensor<V, B: Board, const TOKEN: usize>(
    token: Guard<'_, SensorRead>,
    app: &App<'_, V, B, TOKEN>,
    _: &[u8],
    text: &mut Text,
) -> Answer {
    let hundredths = app.board.temperature();
    let sign = if hundredths < 0 { "-" } else { "" };
    let (degrees, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    let reader = token.subject().map(|subject| subject.as_json()).filter(|json| json.len() <= 256).unwrap_or("null");
    Answer::json(text, format_args!("{{\"celsius\":{sign}{degrees}.{rest:02},\"reader\":{reader}}}\n"))
}

async fn set_led<V, B: Board, const TOKEN: usize>(
    _: Guard<'_, LedSet>,
    app: &App<'_, V, B, TOKEN>,
    body: &[u8],
    text: &mut Text,
) -> Answer {
    match body.trim_ascii() {
        b"on" => app.board.set_led(true),
        b"off" => app.board.set_led(false),
        _ => return Answer::bad_request(text, "the body is neither on nor off\n"),
    }
    Answer::json(text, format_args!("{{\"led\":\"{}\"}}\n", if app.board.led() { "on" } else { "off" }))
}

/// Where a handler writes its answer: a few words.
pub type Text = String<512>;

/// What a handler answers, beside its [`Text`].
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    content_type: &'static str,
}

impl Answer {
    fn json(text: &mut Text, content: fmt::Arguments<'_>) -> Self {
        if text.write_fmt(content).is_err() {
            text.clear();
            return Self { status: StatusCode::INTERNAL_SERVER_ERROR, content_type: TEXT };
        }
        Self { status: StatusCode::OK, content_type: "application/json" }
    }

    fn bad_request(text: &mut Text, sentence: &str) -> Self {
        // What is too long is left out; the status tells enough.
        _ = text.push_str(sentence);
        Self { status: StatusCode::BAD_REQUEST, content_type: TEXT }
    }

    fn with(self, text: &Text) -> impl IntoResponse {
        words(self.status, self.content_type, text, Some(("Cache-Control", "no-store")))
    }
}

/// Every answer of a few words has the same type: with each type more, an image has all that writes it once more.
fn words<'t>(
    status: StatusCode,
    content_type: &'static str,
    text: &'t str,
    field: Option<(&'static str, &'static str)>,
) -> impl IntoResponse + 't {
    Response::new(status, text).with_content_type(content_type).with_headers(field)
}

const TEXT: &str = "text/plain; charset=utf-8";

/// The content of an answer that HEAD may get as well: whatever followed it would be taken for the next answer
/// (RFC 9110 §9.3.2).
const NO_CONTENT: &str = "";

/// What answers at a path, and for which methods: whoever comes with another one is told them (RFC 9110 §15.5.6).
struct Allowed<H>(&'static str, H);

impl<'a, V, B, H, const TOKEN: usize> MethodHandlerService<App<'a, V, B, TOKEN>> for Allowed<H>
where
    H: MethodHandler<App<'a, V, B, TOKEN>, ()>,
{
    async fn call_method_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        app: &App<'a, V, B, TOKEN>,
        (): (),
        method: &str,
        request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        let Self(allowed, handler) = self;
        if allowed.split(", ").any(|allowed| allowed == method) {
            return handler.call_method_handler(app, (), request, writer).await;
        }
        let connection = request.body_connection.finalize().await?;
        let response = words(StatusCode::METHOD_NOT_ALLOWED, TEXT, NO_CONTENT, Some(("Allow", *allowed)));
        response.write_to(connection, writer).await
    }
}

/// What this is, for whoever asks without a token.
struct Index;

impl<V, B, const TOKEN: usize> RequestHandlerService<App<'_, V, B, TOKEN>> for Index {
    async fn call_request_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        _: &App<'_, V, B, TOKEN>,
        (): (),
        request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        let connection = request.body_connection.finalize().await?;
        words(StatusCode::OK, TEXT, INDEX, None).write_to(connection, writer).await
    }
}

#[cfg(feature = "whoami")]
const INDEX: &str = "A resource server.\n\
    GET /sensor  needs a token with the scope sensor:read\n\
    PUT /led     needs a token with the scope led:set; the body is on or off\n\
    GET /whoami  needs any good token, and shows whose it is\n\
    What is missing in a refused request stands in the WWW-Authenticate of its answer.\n";
#[cfg(not(feature = "whoami"))]
const INDEX: &str = "A resource server.\n\
    GET /sensor  needs a token with the scope sensor:read\n\
    PUT /led     needs a token with the scope led:set; the body is on or off\n\
    What is missing in a refused request stands in the WWW-Authenticate of its answer.\n";

/// Finds the metadata where RFC 9728 §3.1 puts it for the resource's URL, to the letter: with another path or query it
/// would be that of another resource.
struct AtTarget;

impl<V, B, const TOKEN: usize> PathRouterService<App<'_, V, B, TOKEN>> for AtTarget {
    async fn call_path_router_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        app: &App<'_, V, B, TOKEN>,
        (): (),
        _: Path<'_>,
        request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        if is_target(&request.parts, app.resource.metadata_target) {
            let (metadata, method) = (Allowed("GET, HEAD", get_service(Metadata)), request.parts.method());
            metadata.call_method_handler_service(app, (), method, request, writer).await
        } else {
            let connection = request.body_connection.finalize().await?;
            words(StatusCode::NOT_FOUND, TEXT, NO_CONTENT, None).write_to(connection, writer).await
        }
    }
}

fn is_target(request: &RequestParts<'_>, target: &str) -> bool {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    request.path().encoded() == path && request.query().map(|query| query.0) == query
}

/// Who issues the tokens (RFC 9728 §3.2).
struct Metadata;

impl<V, B, const TOKEN: usize> RequestHandlerService<App<'_, V, B, TOKEN>> for Metadata {
    async fn call_request_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        app: &App<'_, V, B, TOKEN>,
        (): (),
        request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        let connection = request.body_connection.finalize().await?;
        let document = format_args!("{}", app.resource.metadata);
        Response::ok(document).with_content_type("application/json").write_to(connection, writer).await
    }
}
