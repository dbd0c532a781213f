//! `verify`: one token, and the device's word on it.

use std::io::Write;

use bearward_core::{AccessToken, BearerToken, Error, Keys, Policy, UnixTime, json::Object};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    Problem, Verdict,
    advice::advice,
    keys::{self, DecryptionKeys, LocalKeys},
    options::Verify,
    show, warn,
};

/// A good token, as `--json` and `batch` write it.
#[derive(Serialize)]
pub(crate) struct Good {
    claims: Box<RawValue>,
    pub(crate) alg: &'static str,
    kid: Option<String>,
    /// How it was encrypted, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    keyalg: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encalg: Option<&'static str>,
}

impl Good {
    pub(crate) fn new(token: &AccessToken<'_>) -> serde_json::Result<Self> {
        let kid = token.key_id().map(|kid| kid.to_string());
        Ok(Self {
            claims: show::raw(token.json())?,
            alg: token.algorithm(),
            kid,
            keyalg: token.key_management(),
            encalg: token.content_encryption(),
        })
    }
}

/// A refused token, as `--json` and `batch` write it: the error, and RFC 6750's answer to it.
#[derive(Serialize)]
pub(crate) struct Refused {
    error: String,
    code: Option<&'static str>,
    status: u16,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error: error.to_string(), code: error.code().map(|code| code.as_str()), status: error.status() }
    }
}

#[derive(Serialize)]
struct GoodAnswer {
    ok: bool,
    #[serde(flatten)]
    good: Good,
}

#[derive(Serialize)]
struct RefusedAnswer {
    ok: bool,
    #[serde(flatten)]
    refused: Refused,
    advice: &'static str,
}

pub(crate) fn run(options: &Verify, out: &mut dyn Write) -> Result<Verdict, Problem> {
    let text = keys::read_file(&options.keys)?;
    let mut room = vec![0; text.len()];
    let keys =
        LocalKeys::read(&text, &mut room, options.secrets).map_err(|error| keys::unusable(&options.keys, error))?;
    let own = options.decryption_keys.as_deref().map(keys::read_decryption_keys).transpose()?;
    let mut buffer = vec![0; options.token.len().saturating_mul(2)];
    match verify(options, keys.as_keys(), own.as_deref(), &mut buffer) {
        Ok(token) => {
            warn(keys.warnings(Some(token.algorithm())));
            if options.json {
                serde_json::to_writer(&mut *out, &GoodAnswer { ok: true, good: Good::new(&token)? })?;
                writeln!(out)?;
            } else {
                write_good(out, &token, options.now)?;
            }
            Ok(Verdict::Good)
        }
        Err(error) => {
            warn(keys.warnings(None));
            if options.json {
                let answer = RefusedAnswer { ok: false, refused: error.into(), advice: advice(error) };
                serde_json::to_writer(&mut *out, &answer)?;
                writeln!(out)?;
            } else {
                write_refused(out, error, &keys)?;
            }
            Ok(Verdict::Refused)
        }
    }
}

fn verify<'b>(
    options: &Verify,
    keys: &dyn Keys,
    own: Option<&DecryptionKeys>,
    buffer: &'b mut [u8],
) -> Result<AccessToken<'b>, Error> {
    let policy = if options.relaxed {
        Policy::relaxed(&options.issuer, &options.audience, &options.algorithms)
    } else {
        Policy::new(&options.issuer, &options.audience, &options.algorithms)
    };
    let policy = policy.with_leeway(options.leeway);
    let now = UnixTime::from_seconds(options.now);
    let token = BearerToken::new(&options.token)?;
    let token = match own {
        Some(own) => policy.verify_encrypted(token, &own.decryption(), keys, now, buffer)?,
        None => policy.verify(token, keys, now, buffer)?,
    };
    if let Some(scope) = &options.scope {
        token.require_scope(scope)?;
    }
    Ok(token)
}

fn write_good(out: &mut dyn Write, token: &AccessToken<'_>, now: u64) -> Result<(), Problem> {
    write!(out, "good: verified with {}", token.algorithm())?;
    if let (Some(management), Some(content)) = (token.key_management(), token.content_encryption()) {
        write!(out, ", opened with {management} and {content},")?;
    }
    match token.key_id() {
        Some(kid) => writeln!(out, " and the key {}\n", show::visible(kid.as_json()))?,
        None => writeln!(out, "\n")?,
    }
    if let Ok(claims) = Object::read(token.json().as_bytes()) {
        show::members(out, "claims", claims, now)?;
    }
    Ok(())
}

fn write_refused(out: &mut dyn Write, error: Error, keys: &LocalKeys<'_>) -> Result<(), Problem> {
    writeln!(out, "refused: {error}")?;
    match error.code() {
        Some(code) => writeln!(out, "answer:  {} {code}", error.status())?,
        None => writeln!(out, "answer:  {}", error.status())?,
    }
    writeln!(out, "advice:  {}", advice(error))?;
    if let (Error::UnknownKey, Some((count, reason))) = (error, keys.skipped()) {
        writeln!(out, "keys:    {count} of the file cannot be used here; of the first, {reason}")?;
    }
    Ok(())
}
