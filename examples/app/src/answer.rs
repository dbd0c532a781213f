//! Answers. All are of one type: with each type more, an image has all that writes it once more.

use core::fmt::{self, Display, Write as _};

use bearward_core::Challenge;
use heapless::Vec;
use picoserve::{
    ResponseSent,
    io::{Read, Write},
    response::{Connection, Content, Response, ResponseWriter, StatusCode},
};

use crate::memory::Text;

/// The type of a few words.
const TEXT: &str = "text/plain; charset=utf-8";

/// The most fields of an answer, beside those of its content and its connection.
const FIELDS: usize = 3;

/// What a request is answered with.
pub(crate) struct Answer<'m> {
    status: u16,
    content_type: &'static str,
    content: &'m dyn Display,
    fields: Vec<(&'static str, Field<'m>), FIELDS>,
}

/// The value of a field.
pub(crate) enum Field<'m> {
    Words(&'static str),
    Seconds(u32),
    Challenge(Challenge<'m>),
}

impl<'m> Answer<'m> {
    /// A text, or what says itself of which type it is.
    pub(crate) const fn new(status: u16, content: &'m dyn Display) -> Self {
        Self { status, content_type: TEXT, content, fields: Vec::new() }
    }

    /// A status alone.
    pub(crate) const fn empty(status: u16) -> Self {
        Self::new(status, &"")
    }

    /// JSON, if the memory holds it.
    pub(crate) fn json(text: &'m mut Text, content: fmt::Arguments<'_>) -> Self {
        if text.write_fmt(content).is_err() {
            return Self::empty(500);
        }
        Self::new(200, text).with_content_type("application/json").with_field("Cache-Control", Field::Words("no-store"))
    }

    pub(crate) const fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn with_content_type(self, content_type: &'static str) -> Self {
        Self { content_type, ..self }
    }

    /// One more field, of [`FIELDS`] at most.
    pub(crate) fn with_field(mut self, name: &'static str, value: Field<'m>) -> Self {
        let kept = self.fields.push((name, value));
        debug_assert!(kept.is_ok(), "an answer has too many fields");
        self
    }

    /// Sends it. To HEAD, what it says of the content is all (RFC 9110 §9.3.2).
    pub(crate) async fn write_to<R: Read, W: ResponseWriter<Error = R::Error>>(
        self,
        method: &str,
        connection: Connection<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        let content = Shown { content: self.content, content_type: self.content_type, is_sent: method != "HEAD" };
        let response = Response::new(StatusCode::new(self.status), content).with_headers(self.fields.as_slice());
        writer.write_response(connection, response).await
    }
}

impl Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Seconds(seconds) => seconds.fmt(f),
            Self::Challenge(challenge) => challenge.fmt(f),
        }
    }
}

struct Shown<'m> {
    content: &'m dyn Display,
    content_type: &'static str,
    is_sent: bool,
}

impl Content for Shown<'_> {
    fn content_type(&self) -> &'static str {
        self.content_type
    }

    fn content_length(&self) -> usize {
        let mut length = Length(0);
        // It fails only if the content does, which then says nothing.
        write!(length, "{}", self.content).map_or(0, |()| length.0)
    }

    async fn write_content<W: Write>(self, mut writer: W) -> Result<(), W::Error> {
        if !self.is_sent {
            return Ok(());
        }
        writer.write_fmt(format_args!("{}", self.content)).await
    }
}

struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}
