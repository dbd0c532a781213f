//! The command line.

use std::{
    io::{self, Read},
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use bearward_core::Algorithm;
use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

use crate::{Problem, algorithms, keys::Secrets};

pub(crate) const HELP: &str = "\
Verifies or explains an access token exactly as the device would.

bearward-inspect verify --jwks FILE --issuer ISSUER --audience AUDIENCE [options] TOKEN|-
    Says whether the token is good, and shows its claims; or says what is wrong with it, and what to do.
    --jwks FILE       the issuer's keys: a JWKS, one JWK, or a public key in PEM
    --issuer ISSUER   what iss must be
    --audience AUD    what aud must be or have among it
    --decryption-keys FILE  the token is encrypted to one of these: a JWKS or one JWK, private or oct
    --alg NAME        allow this algorithm alone; repeat it for more (all that the keys can be used with)
    --relaxed         for servers from before RFC 9068: typ JWT or none, and fewer claims required
    --scope \"A B\"     the scope that the resource asks for
    --leeway SECONDS  how far the clocks may differ (0)
    --now TIME        the time, in seconds since 1970 (the clock's)
    --json            for machines

bearward-inspect explain [--jwks FILE] [--now TIME] [--json] TOKEN|-
    Shows header, claims, dates in words and the keys that would be tried. Verifies nothing.

bearward-inspect batch
    Reads JSON lines {\"id\",\"token\",\"jwks\" or \"jwk\",\"issuer\",\"audience\",\"algorithms\",\"typ\",\"now\"} or
    {\"id\",\"jws\",\"jwks\" or \"jwk\",\"algorithms\"} or {\"id\",\"jwe\",\"jwks\" or \"jwk\"} from standard input and
    answers each with one. With \"decryption_keys\", a JWKS, a token may be encrypted. What a line leaves out is not
    checked, and a member that is none of these is an error.

What is encrypted with RSA1_5, with a password (PBES2) or compressed (zip) is refused, as a device refuses it: the first
lets a sender decrypt what is not theirs by the answers that they get, the others let them choose how much is computed.

With each of them, --danger-short-secret takes shared secrets that are shorter than the output of their hash, but not
than 32 bytes: some servers sign HS512 with a client secret of 43.

TOKEN as - is read from standard input, where no list of processes shows it.
Exit status: 0 good, 1 refused, 2 the question was wrong. A batch is good when every line was answered.
";

const SHORT_SECRET: &str = "danger-short-secret";

/// More than a token may have is refused with the device's own error, so it has to be read first.
const LONGEST_INPUT: u64 = 1 << 20;

pub(crate) enum Command {
    Verify(Verify),
    Explain(Explain),
    Batch(Secrets),
    Help,
    Version,
}

pub(crate) struct Verify {
    pub(crate) keys: PathBuf,
    pub(crate) decryption_keys: Option<PathBuf>,
    pub(crate) secrets: Secrets,
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) algorithms: Vec<&'static dyn Algorithm>,
    pub(crate) relaxed: bool,
    pub(crate) scope: Option<String>,
    pub(crate) leeway: u32,
    pub(crate) now: u64,
    pub(crate) json: bool,
    pub(crate) token: String,
}

pub(crate) struct Explain {
    pub(crate) keys: Option<PathBuf>,
    pub(crate) secrets: Secrets,
    pub(crate) now: u64,
    pub(crate) json: bool,
    pub(crate) token: String,
}

/// Reads the arguments, and the token from standard input if it is to come from there.
pub(crate) fn parse(mut parser: Parser) -> Result<Command, Problem> {
    match parser.next()? {
        None | Some(Short('h') | Long("help")) => Ok(Command::Help),
        Some(Short('V') | Long("version")) => Ok(Command::Version),
        Some(Value(command)) => match command.to_str() {
            Some("verify") => verify(parser),
            Some("explain") => explain(parser),
            Some("batch") => batch(parser),
            Some("help") => Ok(Command::Help),
            _ => Err(usage(format!("there is no command {command:?}, but verify, explain and batch"))),
        },
        Some(option) => Err(option.unexpected().into()),
    }
}

fn verify(mut parser: Parser) -> Result<Command, Problem> {
    let (mut keys, mut issuer, mut audience, mut scope, mut now, mut token) = (None, None, None, None, None, None);
    let mut decryption_keys = None;
    let (mut algorithms, mut leeway, mut relaxed, mut json) = (Vec::new(), 0, false, false);
    let mut secrets = Secrets::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("jwks") => keys = Some(PathBuf::from(parser.value()?)),
            Long("decryption-keys") => decryption_keys = Some(PathBuf::from(parser.value()?)),
            Long("issuer") => issuer = Some(parser.value()?.string()?),
            Long("audience") => audience = Some(parser.value()?.string()?),
            Long("alg") => algorithms.push(parser.value()?.string()?),
            Long("relaxed") => relaxed = true,
            Long("scope") => scope = Some(parser.value()?.string()?),
            Long("leeway") => leeway = parser.value()?.parse()?,
            Long("now") => now = Some(parser.value()?.parse()?),
            Long("json") => json = true,
            Long(SHORT_SECRET) => secrets = Secrets::DangerShort,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if token.is_none() => token = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let needed = |name, value: Option<String>| {
        value.ok_or_else(|| usage(format!("verify needs {name}; without it nothing would be proved")))
    };
    Ok(Command::Verify(Verify {
        keys: keys.ok_or_else(|| usage("verify needs --jwks FILE, the issuer's keys".to_owned()))?,
        decryption_keys,
        secrets,
        issuer: needed("--issuer", issuer)?,
        audience: needed("--audience", audience)?,
        algorithms: match algorithms.as_slice() {
            [] => algorithms::ALL.to_vec(),
            names => algorithms::all_named(names).map_err(usage)?,
        },
        relaxed,
        scope,
        leeway,
        now: now_or_clock(now)?,
        json,
        token: read_token(token)?,
    }))
}

fn explain(mut parser: Parser) -> Result<Command, Problem> {
    let (mut keys, mut now, mut json, mut token) = (None, None, false, None);
    let mut secrets = Secrets::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("jwks") => keys = Some(PathBuf::from(parser.value()?)),
            Long("now") => now = Some(parser.value()?.parse()?),
            Long("json") => json = true,
            Long(SHORT_SECRET) => secrets = Secrets::DangerShort,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if token.is_none() => token = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Explain(Explain { keys, secrets, now: now_or_clock(now)?, json, token: read_token(token)? }))
}

fn batch(mut parser: Parser) -> Result<Command, Problem> {
    let mut secrets = Secrets::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long(SHORT_SECRET) => secrets = Secrets::DangerShort,
            Long("help") | Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Batch(secrets))
}

fn now_or_clock(now: Option<u64>) -> Result<u64, Problem> {
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
    now.or_else(clock).ok_or_else(|| usage("the clock stands before 1970; give --now TIME".to_owned()))
}

fn read_token(token: Option<String>) -> Result<String, Problem> {
    let token = token.ok_or_else(|| usage("there is no token; give it, or - for standard input".to_owned()))?;
    if token != "-" {
        return Ok(token);
    }
    let mut text = String::new();
    let read = io::stdin().lock().take(LONGEST_INPUT).read_to_string(&mut text);
    read.map_err(|error| usage(format!("cannot read the token: {error}")))?;
    Ok(text.trim().to_owned())
}

fn usage(text: String) -> Problem {
    Problem::Usage(text)
}
