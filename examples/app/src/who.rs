//! A page for people: whose the token is, and what it allows
//! ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662),
//! [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).

use core::fmt::{self, Display, Write};

use bearward_core::{AccessToken, UserInfo};
use bearward_net::{Failure, FailureKind, Refusal};
use picoserve::request::RequestParts;

use crate::{
    App, Verifier,
    answer::{Answer, Field},
    guard::presented,
};

/// Nothing is loaded, run or framed: also if something were not escaped.
const SECURITY_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page for whoever has a good token, whatever it allows. The claims are in one buffer, and what the authorization
/// server tells of the user in the other, where the token allows to ask.
pub(crate) async fn who<'t, V: Verifier, B, M>(
    app: &App<'_, V, B, M>,
    request: &RequestParts<'_>,
    claims: &'t mut [u8],
    user: &'t mut [u8],
) -> Result<Page<'t>, Option<Refusal>> {
    let presented = presented(app, request)?;
    app.verifier.ready().await;
    let token = app.verifier.verify(presented, claims).await?;
    // OpenID Connect Core §5.3: only then is there something to tell. A client's own token has no user behind it.
    let user = match token.subject().and(token.require_scope("openid").ok()) {
        Some(()) => Some(app.verifier.userinfo(presented, &token, user).await),
        None => None,
    };
    Ok(Page { token, user })
}

/// The answer that shows it.
pub(crate) fn answer<'m>(page: &'m Page<'_>) -> Answer<'m> {
    Answer::new(200, page)
        .with_content_type("text/html; charset=utf-8")
        .with_field("Cache-Control", Field::Words("no-store"))
        .with_field("Content-Security-Policy", Field::Words(SECURITY_POLICY))
        .with_field("X-Content-Type-Options", Field::Words("nosniff"))
}

/// What the token says, and what is told of its user, for a browser.
pub(crate) struct Page<'t> {
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
