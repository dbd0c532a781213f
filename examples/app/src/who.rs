//! A page for people: whose the token is, and what it allows.

use core::fmt::{self, Display, Write};

use bearward_core::AccessToken;

use crate::answer::{Answer, Field};

/// Nothing is loaded, run or framed: also if something were not escaped.
const SECURITY_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The answer to whoever has a good token, whatever it allows.
pub(crate) fn answer<'m>(page: &'m Page<'_, '_>) -> Answer<'m> {
    Answer::new(200, page)
        .with_content_type("text/html; charset=utf-8")
        .with_field("Cache-Control", Field::Words("no-store"))
        .with_field("Content-Security-Policy", Field::Words(SECURITY_POLICY))
        .with_field("X-Content-Type-Options", Field::Words("nosniff"))
}

/// What the token says, for a browser.
pub(crate) struct Page<'p, 't>(pub(crate) &'p AccessToken<'t>);

impl Display for Page<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(token) = self;
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
        f.write_str("\n</dl>\n")
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
