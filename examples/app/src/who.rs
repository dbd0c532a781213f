//! A page for people: whose the token is, and what it allows
//! ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662),
//! [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).

use core::fmt::{self, Display, Write};

use bearward_core::{AccessToken, UserInfo};
use bearward_net::{Failure, FailureKind, Refusal};
use picoserve::{
    ResponseSent,
    io::Read,
    request::{Request, RequestParts},
    response::{IntoResponse, Response, ResponseWriter},
    routing::RequestHandlerService,
};

use crate::{
    App, Text, Verifier,
    guard::{answer, presented},
};

/// Answers whoever has a good token, whatever it allows. What the authorization server tells of the user stands on the page
/// too, where the token allows to ask, and if it does not tell, why.
pub(crate) struct WhoAmI;

/// Nothing is loaded, run or framed: also if something were not escaped.
const SECURITY_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

impl<V: Verifier, B, const TOKEN: usize> RequestHandlerService<App<'_, V, B, TOKEN>> for WhoAmI {
    async fn call_request_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        app: &App<'_, V, B, TOKEN>,
        (): (),
        request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        let (mut claims, mut user) = ([0; TOKEN], [0; TOKEN]);
        let outcome = who(app, &request.parts, &mut claims, &mut user).await;
        let connection = request.body_connection.finalize().await?;
        match outcome {
            Ok(page) => {
                let page = format_args!("{page}");
                Response::ok(page)
                    .with_content_type("text/html; charset=utf-8")
                    .with_header("Cache-Control", "no-store")
                    .with_header("Content-Security-Policy", SECURITY_POLICY)
                    .with_header("X-Content-Type-Options", "nosniff")
                    .write_to(connection, writer)
                    .await
            }
            Err(refusal) => answer(refusal, None, app, &mut Text::new()).write_to(connection, writer).await,
        }
    }
}

/// The claims are in one buffer, and what is told of the user in the other.
async fn who<'t, V: Verifier, B, const TOKEN: usize>(
    app: &App<'_, V, B, TOKEN>,
    request: &RequestParts<'_>,
    claims: &'t mut [u8],
    user: &'t mut [u8],
) -> Result<Page<'t>, Option<Refusal>> {
    let presented = presented(app, request)?;
    let token = app.verifier.verify(presented, claims).await?;
    // OpenID Connect Core §5.3: only then is there something to tell. A client's own token has no user behind it.
    let user = match token.subject().and(token.require_scope("openid").ok()) {
        Some(()) => Some(app.verifier.userinfo(presented, &token, user).await),
        None => None,
    };
    Ok(Page { token, user })
}

/// What the token says, and what is told of its user, for a browser.
struct Page<'t> {
    token: AccessToken<'t>,
    /// Nothing, if the token does not allow to ask.
    user: Option<Result<UserInfo<'t>, Failure>>,
}

impl Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token, user } = self;
        let by = match token.algorithm() {
            "introspection" => "by the word of the authorization server (RFC 7662)",
            _ => "by its signature (RFC 9068)",
        };
        f.write_str("<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Who am I?</title>\n")?;
        write!(f, "<p>The access token is good, {by}.\n<dl>\n<dt>scope<dd>")?;
        for (index, scope) in token.scope().iter().enumerate() {
            write!(f, "{}{}", if index > 0 { " " } else { "" }, Escaped(scope))?;
        }
        // RFC 7662 §2.2: the name for people, if the server tells it.
        let name = token.claim(&["username"]).and_then(|name| name.as_text());
        for (title, text) in [("user", name.or(token.subject())), ("client", token.client_id())] {
            if let Some(text) = text {
                write!(f, "\n<dt>{title}<dd>{}", Escaped(text))?;
            }
        }
        f.write_str("\n</dl>\n")?;
        match user {
            Some(Ok(user)) => {
                f.write_str("<p>The authorization server tells about the user:\n<dl>")?;
                for name in ["sub", "name", "preferred_username", "email"] {
                    if let Some(text) = user.claim(&[name]).and_then(|claim| claim.as_text()) {
                        write!(f, "\n<dt>{name}<dd>{}", Escaped(text))?;
                    }
                }
                f.write_str("\n</dl>\n")
            }
            // There is nobody to ask: the page is whole without.
            None | Some(Err(Failure { kind: FailureKind::NoEndpoint, .. })) => Ok(()),
            Some(Err(failure)) => {
                writeln!(f, "<p>The authorization server tells nothing about the user: {}.", Escaped(failure))
            }
        }
    }
}

/// Text in HTML, also between quotation marks; what has no place in HTML is replaced.
struct Escaped<T>(T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaper(f), "{}", self.0)
    }
}

struct Escaper<'f, 'g>(&'f mut fmt::Formatter<'g>);

impl Write for Escaper<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| self.write_char(character))
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        match character {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            character if character.is_control() => self.0.write_char('\u{fffd}'),
            character => self.0.write_char(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::Escaped;

    #[test]
    fn nothing_in_a_text_is_markup() {
        for (text, expected) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onmouseover='a()", "&quot; onmouseover=&#39;a()"),
            ("&lt;", "&amp;lt;"),
            ("a\0\r\n\u{1b}\u{85}", "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("\u{17d}ofie \u{1f511}", "\u{17d}ofie \u{1f511}"),
            ("", ""),
        ] {
            assert_eq!(Escaped(text).to_string(), expected);
        }
    }
}
