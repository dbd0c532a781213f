//! The device's own public keys, for whoever encrypts to it or verifies its assertions
//! ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).

use picoserve::{
    ResponseSent,
    io::Read,
    request::Request,
    response::{IntoResponse, Response, ResponseWriter, StatusCode},
    routing::RequestHandlerService,
};

use super::{App, NO_CONTENT, TEXT, words};

/// Where the keys are.
pub const JWKS_PATH: &str = "/jwks";

/// How long they may be kept: a new key has to be published for so long before it is used (RFC 9111 §5.2.2.1).
const CACHE_CONTROL: &str = "max-age=300";

/// The document at [`JWKS_PATH`], if there are keys.
pub(super) struct Jwks;

impl<V, B, const TOKEN: usize> RequestHandlerService<App<'_, V, B, TOKEN>> for Jwks {
    async fn call_request_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        app: &App<'_, V, B, TOKEN>,
        (): (),
        request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        let connection = request.body_connection.finalize().await?;
        let Some(jwks) = app.resource.jwks else {
            return words(StatusCode::NOT_FOUND, TEXT, NO_CONTENT, None).write_to(connection, writer).await;
        };
        Response::ok(format_args!("{jwks}"))
            .with_content_type("application/jwk-set+json")
            .with_header("Cache-Control", CACHE_CONTROL)
            .write_to(connection, writer)
            .await
    }
}
