//! The requests that show what the resource server does: printed as curl lines, and sent by the self-test.

use crate::issuer::{Grant, Issuer};

/// A request and its answer.
#[derive(Debug)]
pub struct Example {
    /// What it shows, in a few words.
    pub name: &'static str,
    /// Why it is answered so.
    pub why: &'static str,
    /// Method and path.
    pub target: &'static str,
    /// The token, if one is sent.
    pub token: Option<String>,
    /// The body, if there is one.
    pub body: Option<&'static str>,
    /// The status to expect.
    pub status: u16,
    /// The `error` of the challenge to expect.
    pub code: Option<&'static str>,
}

const HOUR: u64 = 3600;

/// The requests, with tokens that are fresh at `now`.
pub fn examples(issuer: &Issuer, audience: &str, now: u64) -> Vec<Example> {
    let good = Grant { audience, scope: "sensor:read led:set", issued_at: now, expires_at: now + HOUR };
    let reader = Grant { scope: "sensor:read", ..good };
    let example = |name, why, target, token| Example {
        name,
        why,
        target,
        token,
        body: None,
        status: 401,
        code: Some("invalid_token"),
    };
    let sensor = "GET /sensor";
    vec![
        Example {
            status: 200,
            code: None,
            ..example("good token", "signed, in time, for this resource", sensor, Some(issuer.token(good)))
        },
        Example {
            status: 200,
            code: None,
            body: Some("on"),
            ..example("good token, LED", "its scope has led:set", "PUT /led", Some(issuer.token(good)))
        },
        Example { code: None, ..example("no token", "the bare challenge says what is needed", sensor, None) },
        Example {
            status: 403,
            code: Some("insufficient_scope"),
            body: Some("on"),
            ..example("missing scope", "its scope is sensor:read alone", "PUT /led", Some(issuer.token(reader)))
        },
        example(
            "expired",
            "its exp passed an hour ago",
            sensor,
            Some(issuer.token(Grant { issued_at: now - 2 * HOUR, expires_at: now - HOUR, ..good })),
        ),
        example(
            "wrong audience",
            "its aud is another resource",
            sensor,
            Some(issuer.token(Grant { audience: "https://other.example", ..good })),
        ),
        Example {
            body: Some("on"),
            ..example(
                "tampered",
                "led:set was added to its scope after it was signed",
                "PUT /led",
                Some(issuer.tampered_token(reader, good)),
            )
        },
        example("garbage", "it is no token at all", sensor, Some("not-a-token".into())),
    ]
}

/// The requests as lines for a shell, each under a comment that says what it gets and why.
pub fn curl_lines(examples: &[Example], base: &str) -> String {
    let mut text = String::new();
    if !examples.is_empty() {
        text += "\nRequests to try (their tokens are good for an hour):\n";
    }
    for example in examples {
        text += &format!("\n# {}: {}; {}\n{}\n", example.expected(), example.name, example.why, example.curl(base));
    }
    text
}

/// Status and error code, as they are shown.
pub fn answer(status: u16, code: Option<&str>) -> String {
    code.map_or_else(|| status.to_string(), |code| format!("{status} {code}"))
}

impl Example {
    /// The answer to expect.
    pub fn expected(&self) -> String {
        answer(self.status, self.code)
    }

    /// The request as a curl line for the server at `base`.
    pub fn curl(&self, base: &str) -> String {
        let (method, path) = self.target.split_once(' ').unwrap_or(("GET", self.target));
        let method = if method == "GET" { String::new() } else { format!(" -X {method}") };
        let body = self.body.map_or(String::new(), |body| format!(" -d {body}"));
        let token = self.token.as_ref().map_or(String::new(), |token| format!(" -H 'Authorization: Bearer {token}'"));
        format!("curl -i{method}{body}{token} {base}{path}")
    }
}
