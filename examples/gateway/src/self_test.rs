//! Sends every example over a real connection, and compares the answers.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::demo::{self, Example};

/// Prints a table of what was expected and what came; says whether they are the same.
pub async fn run(server: SocketAddr, examples: &[Example]) -> bool {
    println!("\n{:<17} {:<12} {:<24} got", "request", "", "expected");
    let mut good = true;
    for example in examples {
        let expected = example.expected();
        let got = match timeout(Duration::from_secs(10), answer(server, example)).await {
            Ok(Ok(head)) => summary(&head),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".into(),
        };
        let verdict = if got == expected { "" } else { "  DIFFERS" };
        good &= got == expected;
        println!("{:<17} {:<12} {expected:<24} {got}{verdict}", example.name, example.target);
    }
    println!("{}", if good { "every answer is as expected" } else { "the self-test failed" });
    good
}

/// The head of the server's answer.
pub async fn answer(server: SocketAddr, example: &Example) -> io::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(request(server, example).as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.split("\r\n\r\n").next().unwrap_or_default().into())
}

fn request(server: SocketAddr, example: &Example) -> String {
    let token = example.token.as_ref().map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
    let body = example.body.unwrap_or_default();
    format!(
        "{} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n{token}Content-Length: {}\r\n\r\n{body}",
        example.target,
        body.len()
    )
}

/// Status and error code of an answer's head, as [`Example::expected`] has them.
fn summary(head: &str) -> String {
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let challenge = head.lines().find(|line| line.to_ascii_lowercase().starts_with("www-authenticate:"));
    let code = challenge.and_then(|line| line.split("error=\"").nth(1)).and_then(|rest| rest.split('"').next());
    match (status, challenge) {
        (None, _) => "no answer".into(),
        (Some(401), None) => "401 without a challenge".into(),
        (Some(status), _) => demo::answer(status, code),
    }
}
