//! What answers where, and to which methods.

use picoserve::{
    ResponseSent,
    io::Read,
    request::{Path, Request, RequestParts},
    response::ResponseWriter,
    routing::PathRouterService,
};

use crate::{
    App, Board, LedSet, Memory, SensorRead, Verifier,
    answer::{Answer, Field},
    guard::{Guard, guarded},
    memory::Text,
};

/// Where the device's own public keys are (RFC 7517 §5), for whoever encrypts to it or verifies its assertions.
#[cfg(feature = "jwks")]
pub const JWKS_PATH: &str = "/jwks";

/// How long they may be kept: a new key has to be published for so long before it is used (RFC 9111 §5.2.2.1).
#[cfg(feature = "jwks")]
const KEYS_MAY_BE_KEPT: &str = "max-age=300";

/// The application's paths.
pub(crate) struct Paths;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Index,
    Sensor,
    Led,
    #[cfg(feature = "jwks")]
    Jwks,
    #[cfg(feature = "whoami")]
    WhoAmI,
    Metadata,
}

impl Place {
    fn of<V, B, M>(request: &RequestParts<'_>, app: &App<'_, V, B, M>) -> Option<Self> {
        let path = request.path();
        Some(match path {
            _ if path == "/" => Self::Index,
            _ if path == "/sensor" => Self::Sensor,
            _ if path == "/led" => Self::Led,
            #[cfg(feature = "jwks")]
            _ if path == JWKS_PATH => Self::Jwks,
            #[cfg(feature = "whoami")]
            _ if path == "/whoami" => Self::WhoAmI,
            _ if is_target(request, app.resource.metadata_target) => Self::Metadata,
            _ => return None,
        })
    }

    const fn methods(self) -> &'static str {
        if matches!(self, Self::Led) { "PUT" } else { "GET, HEAD" }
    }
}

/// Finds the metadata where RFC 9728 §3.1 puts it for the resource's URL, to the letter: with another path or query it
/// would be that of another resource.
fn is_target(request: &RequestParts<'_>, target: &str) -> bool {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    request.path().encoded() == path && request.query().map(|query| query.0) == query
}

/// The answer to a method that is not among those of the place, which are told (RFC 9110 §15.5.6).
pub(crate) fn not_allowed(methods: &'static str, method: &str) -> Option<Answer<'static>> {
    let is_allowed = methods.split(", ").any(|allowed| allowed == method);
    (!is_allowed).then(|| Answer::empty(405).with_field("Allow", Field::Words(methods)))
}

impl<V: Verifier, B: Board, M: Memory> PathRouterService<App<'_, V, B, M>> for Paths {
    async fn call_path_router_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        app: &App<'_, V, B, M>,
        (): (),
        _: Path<'_>,
        mut request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        let method = request.parts.method();
        let place = Place::of(&request.parts, app);
        let not_allowed = place.and_then(|place| not_allowed(place.methods(), method));
        let mut memory = app.memory.lend();
        memory.text.clear();
        let memory = &mut *memory;
        let answer = match place {
            _ if not_allowed.is_some() => not_allowed.unwrap_or(Answer::empty(405)),
            None => Answer::empty(404),
            Some(Place::Index) => Answer::new(200, &INDEX),
            Some(Place::Sensor) => guarded(app, &mut request, memory, sensor).await,
            Some(Place::Led) => guarded(app, &mut request, memory, set_led).await,
            Some(Place::Metadata) => Answer::new(200, &app.resource.metadata).with_content_type("application/json"),
            #[cfg(feature = "jwks")]
            Some(Place::Jwks) => match &app.resource.jwks {
                Some(keys) => Answer::new(200, keys)
                    .with_content_type("application/jwk-set+json")
                    .with_field("Cache-Control", Field::Words(KEYS_MAY_BE_KEPT)),
                None => Answer::empty(404),
            },
            #[cfg(feature = "whoami")]
            Some(Place::WhoAmI) => {
                let crate::RequestMemory { text, user, token: buffer } = memory;
                match crate::who::who(app, &request.parts, buffer, user).await {
                    Ok(page) => {
                        let connection = request.body_connection.finalize().await?;
                        return crate::who::answer(&page).write_to(method, connection, writer).await;
                    }
                    Err(refusal) => crate::guard::refused(refusal, None, app, text),
                }
            }
        };
        answer.write_to(method, request.body_connection.finalize().await?, writer).await
    }
}

/// What this is, for whoever asks without a token.
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

fn sensor<'m, V, B: Board, M>(
    token: Guard<'_, SensorRead>,
    app: &App<'_, V, B, M>,
    _: &[u8],
    text: &'m mut Text,
) -> Answer<'m> {
    let hundredths = app.board.temperature();
    let sign = if hundredths < 0 { "-" } else { "" };
    let (degrees, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    let reader = token.subject().map(|subject| subject.as_json()).filter(|json| json.len() <= 256).unwrap_or("null");
    Answer::json(text, format_args!("{{\"celsius\":{sign}{degrees}.{rest:02},\"reader\":{reader}}}\n"))
}

fn set_led<'m, V, B: Board, M>(
    _: Guard<'_, LedSet>,
    app: &App<'_, V, B, M>,
    body: &[u8],
    text: &'m mut Text,
) -> Answer<'m> {
    match body.trim_ascii() {
        b"on" => app.board.set_led(true),
        b"off" => app.board.set_led(false),
        _ => {
            let answer = Answer::new(400, &"the body is neither on nor off\n");
            return answer.with_field("Cache-Control", Field::Words("no-store"));
        }
    }
    Answer::json(text, format_args!("{{\"led\":\"{}\"}}\n", if app.board.led() { "on" } else { "off" }))
}
