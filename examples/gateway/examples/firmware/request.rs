//! Requests to the image, and its answers.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use crate::AUDIENCE;

/// A request to the image.
#[derive(Clone)]
pub struct Request<'a> {
    pub target: &'a str,
    pub tokens: Vec<&'a str>,
    pub body: &'a str,
}

impl<'a> Request<'a> {
    pub fn new(target: &'a str) -> Self {
        Self { target, tokens: Vec::new(), body: if target.starts_with("PUT") { "on" } else { "" } }
    }

    pub fn with(target: &'a str, token: &'a str) -> Self {
        Self { tokens: vec![token], ..Self::new(target) }
    }

    /// Request line and fields.
    pub fn head(&self) -> String {
        let tokens: String = self.tokens.iter().map(|token| format!("Authorization: Bearer {token}\r\n")).collect();
        let (target, length) = (self.target, self.body.len());
        format!("{target} HTTP/1.1\r\nHost: device\r\nConnection: close\r\n{tokens}Content-Length: {length}\r\n\r\n")
    }

    pub fn send(&self, port: u16) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        stream.write_all((self.head() + self.body).as_bytes())?;
        let mut text = Vec::new();
        // What was refused early may end in a reset, behind the answer.
        let ended = stream.read_to_end(&mut text);
        if text.is_empty() {
            ended?;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let scope = match self.target.split_once(' ') {
            Some((_, "/led")) => "led:set",
            Some((_, "/upstream")) => "upstream:read",
            _ => "sensor:read",
        };
        Ok(Answer { text: String::from_utf8_lossy(&text).into_owned(), scope })
    }
}

/// An answer of the image.
pub struct Answer {
    text: String,
    /// What a token needs for what was asked for.
    scope: &'static str,
}

impl Answer {
    fn field(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next()?;
        head.lines()
            .find_map(|line| line.split_once(": ").filter(|(found, _)| found.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value)
    }

    /// Whether this stands in it.
    pub fn contains(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// The status; the `error` of the challenge, or that there is one without; and when to come again.
    pub fn summary(&self) -> String {
        let mut summary = self.text.split(' ').nth(1).unwrap_or("no status").to_owned();
        if let Some(challenge) = self.field("WWW-Authenticate") {
            summary += &self.challenged(challenge);
        }
        if self.field("Retry-After").is_some() {
            summary += " Retry-After";
        }
        summary
    }
}

impl Answer {
    /// The `error` of a challenge, or `Bearer` if it has none; all of it if anything else is not as it should be
    /// (RFC 6750 §3, RFC 9728 §5.1).
    fn challenged(&self, challenge: &str) -> String {
        let Self { scope, .. } = self;
        let metadata = format!("{AUDIENCE}/.well-known/oauth-protected-resource");
        let error = challenge.split("error=\"").nth(1).and_then(|rest| rest.split('"').next());
        let described = challenge.split("error_description=\"").nth(1).and_then(|rest| rest.split('"').next());
        let error_parts = match (error, described) {
            (Some(error), Some(described)) => format!(" error=\"{error}\", error_description=\"{described}\","),
            _ => String::new(),
        };
        let whole =
            format!("Bearer realm=\"gateway\", scope=\"{scope}\",{error_parts} resource_metadata=\"{metadata}\"");
        if challenge == whole { format!(" {}", error.unwrap_or("Bearer")) } else { format!(" {challenge:?}") }
    }
}

/// Sends bytes, whatever they are, and nothing behind them. Whether the connection ended in time, with an answer or without.
pub fn send_bytes(port: u16, bytes: &[u8]) -> bool {
    let exchange = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        // Who is refused early may hear of it before all is sent.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        stream.read_to_end(&mut Vec::new())
    };
    !matches!(exchange(), Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut))
}
