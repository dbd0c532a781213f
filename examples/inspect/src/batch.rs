//! `batch`: one question in a line, one answer in a line, for tests of other programs.
//!
//! What a line leaves out is not checked. So a batch is for questions about tokens, and never for letting anybody in.

use std::{
    io::{BufRead, Read, Write},
    iter,
};

use bearward_core::{
    Algorithm, BearerToken, Error, Keys, NumericDate, Policy, TokenType, UnixTime,
    base64url::Encoded,
    decrypt_jwe,
    json::{self, Value},
    verify_jws,
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{
    Problem, Verdict, algorithms,
    keys::{DecryptionKeys, LocalKeys, Secrets},
    show,
    verify::{Good, Refused},
    warn,
};

/// The longest line that is read, in bytes: a token and a large JWKS are far shorter.
const LONGEST_LINE: usize = 1 << 20;

/// A line of the input. Keys stay as they were written, for core's own reader to judge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question<'a> {
    /// Read by [`id_of`], also where the rest is wrong.
    #[serde(default, rename = "id")]
    _id: IgnoredAny,
    token: Option<String>,
    jws: Option<String>,
    jwe: Option<String>,
    #[serde(borrow)]
    jwk: Option<&'a RawValue>,
    #[serde(borrow)]
    jwks: Option<&'a RawValue>,
    #[serde(borrow)]
    decryption_keys: Option<&'a RawValue>,
    issuer: Option<Names>,
    audience: Option<Names>,
    algorithms: Option<Names>,
    typ: Option<String>,
    #[serde(borrow)]
    now: Option<&'a RawValue>,
}

/// The one member that an answer needs even of a line that is otherwise wrong.
#[derive(Deserialize)]
struct OnlyId<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

#[derive(Serialize)]
struct Answer {
    id: Box<RawValue>,
    ok: bool,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Rest {
    Token(Good),
    Jws {
        payload: String,
        alg: &'static str,
        kid: Option<String>,
    },
    Jwe {
        payload: String,
        keyalg: &'static str,
        encalg: &'static str,
        kid: Option<String>,
    },
    Refused(Refused),
    /// The question cannot be answered: that is the caller's fault, and says nothing of the token.
    Wrong {
        error: String,
        code: (),
        status: (),
    },
}

/// Why a question has no good answer.
enum Fault {
    Refused(Error),
    Wrong(String),
}

pub(crate) fn run(input: &mut dyn BufRead, out: &mut dyn Write, secrets: Secrets) -> Result<Verdict, Problem> {
    let (mut line, mut warned) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        let complete = read_line(input, &mut line)
            .map_err(|error| Problem::Usage(format!("cannot read standard input: {error}")))?;
        if line.is_empty() {
            return Ok(Verdict::Good);
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let rest = if complete {
            answer(text, secrets, &mut warned)
        } else {
            Err(Fault::Wrong("the line is longer than 1 MiB".to_owned()))
        };
        let ok = matches!(rest, Ok(Rest::Token(_) | Rest::Jws { .. } | Rest::Jwe { .. }));
        let rest = rest.unwrap_or_else(|fault| match fault {
            Fault::Refused(error) => Rest::Refused(error.into()),
            Fault::Wrong(error) => Rest::Wrong { error, code: (), status: () },
        });
        serde_json::to_writer(&mut *out, &Answer { id: id_of(text)?, ok, rest })?;
        writeln!(out)?;
        // Whoever asks one question at a time waits for the answer.
        out.flush()?;
    }
}

/// Reads a line into `line`, empty at the end. Says whether it is whole: of a longer one the rest is passed over.
fn read_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
    input.take(limit).read_until(b'\n', line)?;
    if line.len() < LONGEST_LINE || line.ends_with(b"\n") {
        return Ok(true);
    }
    input.skip_until(b'\n')?;
    Ok(false)
}

/// The line's `id`, and `null` if it has none or is no JSON.
fn id_of(text: &[u8]) -> Result<Box<RawValue>, Problem> {
    let id = serde_json::from_slice::<OnlyId<'_>>(text).ok().and_then(|line| line.id);
    Ok(show::raw(id.map_or("null", RawValue::get))?)
}

/// Each warning comes once in a batch: whoever reads only the answers must not be stopped by a full pipe.
fn answer(text: &[u8], secrets: Secrets, warned: &mut Vec<&'static str>) -> Result<Rest, Fault> {
    let question: Question<'_> = serde_json::from_slice(text).map_err(|error| wrong(error.to_string()))?;
    let key_text = match (question.jwk, question.jwks) {
        (Some(keys), None) | (None, Some(keys)) => keys.get().as_bytes(),
        _ => return Err(wrong("a question has one of jwk and jwks")),
    };
    if let Some(jwe) = &question.jwe {
        return question.decrypt(jwe, key_text);
    }
    let mut room = vec![0; key_text.len()];
    let keys = LocalKeys::read(key_text, &mut room, secrets).map_err(|error| wrong(error.to_string()))?;
    let algorithms = match names(question.algorithms.as_ref())? {
        [] => algorithms::ALL.to_vec(),
        names => algorithms::all_named(names).map_err(Fault::Wrong)?,
    };
    let rest = match (&question.token, &question.jws) {
        (Some(token), None) => question.verify(token, keys.as_keys(), &algorithms),
        (None, Some(jws)) => question.verify_jws(jws, keys.as_keys(), &algorithms),
        _ => Err(wrong("a question has one of token, jws and jwe")),
    }?;
    for warning in keys.warnings(rest.algorithm()) {
        if !warned.contains(&warning) {
            warned.push(warning);
            warn(iter::once(warning));
        }
    }
    Ok(rest)
}

impl Rest {
    /// The algorithm that verified the token.
    const fn algorithm(&self) -> Option<&'static str> {
        match self {
            Self::Token(good) => Some(good.alg),
            Self::Jws { alg, .. } => Some(*alg),
            Self::Jwe { .. } | Self::Refused(_) | Self::Wrong { .. } => None,
        }
    }
}

impl Question<'_> {
    fn verify(&self, token: &str, keys: &dyn Keys, algorithms: &[&dyn Algorithm]) -> Result<Rest, Fault> {
        let issuers = borrowed(names(self.issuer.as_ref())?);
        let audiences = borrowed(names(self.audience.as_ref())?);
        let now = self.now.map(time).transpose()?;
        let (issuer, more_issuers) = issuers.split_first().unwrap_or((&"", &[]));
        let (audience, more_audiences) = audiences.split_first().unwrap_or((&"", &[]));
        let mut policy = Policy::new(issuer, audience, algorithms)
            .with_issuers(more_issuers)
            .with_audiences(more_audiences)
            .with_token_type(self.typ.as_deref().map_or(TokenType::Any, TokenType::Named))
            .with_required_claims(&[]);
        if self.issuer.is_none() {
            policy = policy.danger_any_issuer();
        }
        if self.audience.is_none() {
            policy = policy.danger_any_audience();
        }
        if now.is_none() {
            policy = policy.danger_without_time();
        }
        let mut buffer = vec![0; token.len().saturating_mul(2)];
        // Who gives the keys may not know whether the token is encrypted.
        let is_encrypted = token.matches('.').count() == 4;
        let own = self.decryption_keys.map(|keys| decryption_keys(keys.get().as_bytes())).transpose()?;
        let token = match own.filter(|_| is_encrypted) {
            Some(own) => {
                policy.verify_encrypted(BearerToken::new(token)?, &own.decryption(), keys, now, &mut buffer)?
            }
            None => policy.verify(BearerToken::new(token)?, keys, now, &mut buffer)?,
        };
        Good::new(&token).map(Rest::Token).map_err(|error| wrong(error.to_string()))
    }

    fn verify_jws(&self, jws: &str, keys: &dyn Keys, algorithms: &[&dyn Algorithm]) -> Result<Rest, Fault> {
        if self.asks_for_claims() || self.decryption_keys.is_some() {
            return Err(wrong(
                "a bare JWS has no claims to check: issuer, audience, typ, now and decryption_keys are for tokens",
            ));
        }
        let mut buffer = vec![0; jws.len()];
        let jws = verify_jws(jws.as_bytes(), algorithms, keys, &mut buffer)?;
        Ok(Rest::Jws {
            payload: Encoded(jws.payload()).to_string(),
            alg: jws.algorithm(),
            kid: jws.key_id().map(|kid| kid.to_string()),
        })
    }
}

impl Question<'_> {
    fn decrypt(&self, jwe: &str, keys: &[u8]) -> Result<Rest, Fault> {
        if self.token.is_some() || self.jws.is_some() {
            return Err(wrong("a question has one of token, jws and jwe"));
        }
        if self.asks_for_claims() || self.decryption_keys.is_some() || self.algorithms.is_some() {
            return Err(wrong("a bare JWE is only opened: with it stand jwk or jwks alone, its decryption keys"));
        }
        let keys = decryption_keys(keys)?;
        let mut buffer = vec![0; jwe.len()];
        let jwe = decrypt_jwe(jwe.as_bytes(), &keys.decryption(), &mut buffer)?;
        Ok(Rest::Jwe {
            payload: Encoded(jwe.payload()).to_string(),
            keyalg: jwe.key_management(),
            encalg: jwe.content_encryption(),
            kid: jwe.key_id().map(|kid| kid.to_string()),
        })
    }

    const fn asks_for_claims(&self) -> bool {
        self.issuer.is_some() || self.audience.is_some() || self.typ.is_some() || self.now.is_some()
    }
}

fn decryption_keys(text: &[u8]) -> Result<Box<DecryptionKeys>, Fault> {
    DecryptionKeys::read(text).map_err(|error| wrong(format!("the decryption keys: {error}")))
}

impl Names {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

fn wrong(error: impl Into<String>) -> Fault {
    Fault::Wrong(error.into())
}

/// The names that a check is made with. None at all would be a check that nothing passes: surely not what was meant.
fn names(names: Option<&Names>) -> Result<&[String], Fault> {
    match names.map(Names::as_slice) {
        Some([]) => Err(wrong("an empty list is not the same as none: leave it out")),
        names => Ok(names.unwrap_or_default()),
    }
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// A point in time, read as core reads those of tokens; a fraction of a second is dropped.
fn time(now: &RawValue) -> Result<UnixTime, Fault> {
    let number = json::read(now.get().as_bytes()).ok().and_then(Value::as_number);
    let seconds = number.and_then(NumericDate::from_json).map(NumericDate::whole_seconds);
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    seconds.map(UnixTime::from_seconds).ok_or_else(|| wrong("now must be a number of seconds since 1970"))
}
