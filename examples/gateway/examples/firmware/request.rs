//! Requests to the image, and its answers.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    time::Duration,
};

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

    pub fn send(&self, port: u16) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let tokens: String = self.tokens.iter().map(|token| format!("Authorization: Bearer {token}\r\n")).collect();
        let length = self.body.len();
        let head = format!("{} HTTP/1.1\r\nHost: device\r\nConnection: close\r\n{tokens}", self.target);
        stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n{}", self.body).as_bytes())?;
        let mut text = Vec::new();
        // What was refused early may end in a reset, behind the answer.
        let ended = stream.read_to_end(&mut text);
        if text.is_empty() {
            ended?;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Answer(String::from_utf8_lossy(&text).into_owned()))
    }
}

/// An answer of the image.
pub struct Answer(String);

impl Answer {
    fn field(&self, name: &str) -> Option<&str> {
        let head = self.0.split("\r\n\r\n").next()?;
        head.lines()
            .find_map(|line| line.split_once(": ").filter(|(found, _)| found.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value)
    }

    /// Whether this stands in it.
    pub fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    /// The status; the `error` of the challenge, or that there is one without; and when to come again.
    pub fn summary(&self) -> String {
        let mut summary = self.0.split(' ').nth(1).unwrap_or("no status").to_owned();
        if let Some(challenge) = self.field("WWW-Authenticate") {
            let error = challenge.split("error=\"").nth(1).and_then(|rest| rest.split('"').next());
            summary += &error.map_or(" Bearer".into(), |error| format!(" {error}"));
        }
        if self.field("Retry-After").is_some() {
            summary += " Retry-After";
        }
        summary
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
