//! `explain`: what a token says of itself, without believing it.

use std::{collections::BTreeMap, io::Write};

use bearward_core::{
    Algorithm, Key, KeyEntry, Keys, PublicKey, RFC_9068_CLAIMS, base64url,
    json::{Object, Text, Value},
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    Problem, Verdict, algorithms,
    keys::{self, LocalKeys},
    options::Explain,
    show, warn,
};

const WARNING: &str = "NOT VERIFIED: anybody can write such a token. This only shows what it says.";

/// The parameters by which a token brings or points to a key of its own.
const KEYS_OF_ITS_OWN: [&str; 4] = ["jwk", "jku", "x5c", "x5u"];

/// The explanation, as `--json` writes it.
#[derive(Serialize)]
struct Explanation {
    verified: bool,
    header: Box<RawValue>,
    claims: Box<RawValue>,
    dates: BTreeMap<String, String>,
    key: KeyChoice,
    notes: Vec<String>,
}

/// Which key the token asks for, and which ones of the file would be tried.
#[derive(Serialize)]
struct KeyChoice {
    alg: Option<String>,
    kid: Option<String>,
    wanted: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidates: Option<Vec<String>>,
    /// How many keys of the file cannot be used here at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<usize>,
    /// Why the first of them cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_reason: Option<String>,
}

/// The answer of `--json` for what is no JWT.
#[derive(Serialize)]
struct Unreadable<'a> {
    verified: bool,
    error: &'a str,
}

pub(crate) fn run(options: &Explain, out: &mut dyn Write) -> Result<Verdict, Problem> {
    let (mut header, mut payload) = (Vec::new(), Vec::new());
    let (header, claims) = match read(&options.token, &mut header, &mut payload) {
        Ok(parts) => parts,
        Err(error) => {
            if options.json {
                serde_json::to_writer(&mut *out, &Unreadable { verified: false, error: &error })?;
                writeln!(out)?;
            } else {
                writeln!(out, "cannot be read: {error}")?;
            }
            return Ok(Verdict::Refused);
        }
    };
    let key = key_choice(header, options)?;
    let notes = notes(header, claims, options.now);
    if options.json {
        let explanation = Explanation {
            verified: false,
            header: show::raw(header.as_json())?,
            claims: show::raw(claims.as_json())?,
            dates: dates(claims, options.now),
            key,
            notes,
        };
        serde_json::to_writer(&mut *out, &explanation)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{WARNING}\n")?;
        show::members(out, "header", header, options.now)?;
        writeln!(out)?;
        show::members(out, "claims", claims, options.now)?;
        write_key_choice(out, &key)?;
        if !notes.is_empty() {
            writeln!(out, "\nnotes")?;
        }
        for note in notes {
            writeln!(out, "  {}", show::visible(&note))?;
        }
    }
    Ok(Verdict::Good)
}

/// Header and claims, or why there are none to be shown.
fn read<'b>(
    token: &str,
    header: &'b mut Vec<u8>,
    payload: &'b mut Vec<u8>,
) -> Result<(Object<'b>, Object<'b>), String> {
    if token.contains(char::is_whitespace) {
        return Err("there is white space in it: give the token alone, without \"Bearer\"".to_owned());
    }
    let segments: Vec<_> = token.split('.').collect();
    match segments.as_slice() {
        [first, second, _] => Ok((object("header", first, header)?, object("payload", second, payload)?)),
        [_, _, _, _, _] => Err("the token is encrypted (RFC 7516): only its receiver can read it".to_owned()),
        [_] => Err("the token is opaque: only the authorization server can tell what it says (RFC 7662)".to_owned()),
        segments => Err(format!("a JWT has three segments, and this has {}", segments.len())),
    }
}

fn object<'b>(name: &str, segment: &str, buffer: &'b mut Vec<u8>) -> Result<Object<'b>, String> {
    buffer.resize(segment.len(), 0);
    let json = base64url::decode(segment.as_bytes(), buffer);
    let json = json.ok_or_else(|| format!("the {name} is not canonical base64url without padding"))?;
    Object::read_in_place(json).map_err(|error| format!("the {name} is not a good JSON object: {error}"))
}

fn dates(claims: Object<'_>, now: u64) -> BTreeMap<String, String> {
    let named = claims.members().map(|(name, value)| (name.to_string(), value));
    named
        .filter_map(|(name, value)| {
            let words = show::date_in_words(show::date(&name, value)?, now);
            Some((name, words))
        })
        .collect()
}

fn key_choice(header: Object<'_>, options: &Explain) -> Result<KeyChoice, Problem> {
    let alg = text(header, "alg").map(|alg| alg.to_string());
    let kid = text(header, "kid").map(|kid| kid.to_string());
    let algorithm = alg.as_deref().and_then(algorithms::named);
    let (mut candidates, mut skipped, mut skip_reason) = (None, None, None);
    if let Some(path) = &options.keys {
        let document = keys::read_file(path)?;
        let mut room = vec![0; document.len()];
        let keys =
            LocalKeys::read(&document, &mut room, options.secrets).map_err(|error| keys::unusable(path, error))?;
        warn(keys.warnings(alg.as_deref()));
        candidates = Some(fitting(keys.as_keys(), algorithm, kid.as_deref()));
        skipped = Some(keys.skipped().map_or(0, |(count, _)| count));
        skip_reason = keys.skipped().map(|(_, reason)| reason.to_string());
    }
    let wanted = algorithm.map(|algorithm| algorithms::key_wanted(algorithm.name()));
    Ok(KeyChoice { alg, kid, wanted, candidates, skipped, skip_reason })
}

/// The keys that core would try, described.
fn fitting(keys: &dyn Keys, algorithm: Option<&dyn Algorithm>, kid: Option<&str>) -> Vec<String> {
    let Some(algorithm) = algorithm else { return Vec::new() };
    (0..)
        .map_while(|index| keys.entry(index))
        .filter(|entry| match (kid, entry.id) {
            (Some(kid), Some(id)) => kid == id,
            (Some(_), None) => keys.any_key_id(),
            (None, _) => true,
        })
        .filter(|entry| entry.algorithm.is_none_or(|name| algorithm.allows_key_algorithm(name)))
        .filter(|entry| algorithm.fits(&entry.key))
        .map(describe)
        .collect()
}

fn describe(entry: KeyEntry<'_>) -> String {
    let kind = match entry.key {
        Key::Public(PublicKey::Ec { curve, .. }) => format!("EC {}", curve.name()),
        Key::Public(PublicKey::Rsa { n, .. }) => format!("RSA, {} bits", n.len() * 8),
        Key::Public(PublicKey::Ed25519 { .. }) => "OKP Ed25519".to_owned(),
        Key::Secret(_) => "shared secret".to_owned(),
        _ => "key".to_owned(),
    };
    match entry.id {
        Some(id) => format!("{kind}, kid {}", show::visible(id)),
        None => format!("{kind}, without kid"),
    }
}

fn write_key_choice(out: &mut dyn Write, key: &KeyChoice) -> Result<(), Problem> {
    writeln!(out, "\nkey choice")?;
    match (key.wanted, &key.kid) {
        (Some(wanted), Some(kid)) => writeln!(out, "  asks for {wanted}, kid {}", show::visible(kid))?,
        (Some(wanted), None) => writeln!(out, "  asks for {wanted}, and names none: every one that fits is tried")?,
        (None, _) => writeln!(out, "  no key: there is no such algorithm")?,
    }
    match key.candidates.as_deref() {
        None => writeln!(out, "  give --jwks FILE to see which keys would be tried")?,
        Some([]) => writeln!(out, "  no key of the file would be tried")?,
        Some(candidates) => {
            for candidate in candidates {
                writeln!(out, "  would be tried: {candidate}")?;
            }
        }
    }
    if let (Some(skipped @ 1..), Some(reason)) = (key.skipped, &key.skip_reason) {
        writeln!(out, "  keys of the file that cannot be used here: {skipped}; of the first, {reason}")?;
    }
    Ok(())
}

/// What would keep a device from letting the token in, whatever its keys are, and what it would not look at.
fn notes(header: Object<'_>, claims: Object<'_>, now: u64) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |text: String| notes.push(text);
    match text(header, "alg").map(|alg| alg.to_string()) {
        Some(alg) if algorithms::named(&alg).is_none() => note(format!("alg {alg} is refused always")),
        Some(_) => {}
        None => note("there is no alg: refused".to_owned()),
    }
    let typ = text(header, "typ").map(|typ| typ.to_string().to_ascii_lowercase());
    if !matches!(typ.as_deref(), Some("at+jwt" | "application/at+jwt")) {
        note("typ is not at+jwt: accepted by a relaxed policy only, if it is JWT or absent".to_owned());
    }
    for name in ["crit", "b64", "zip"] {
        if header.get(name).is_some() {
            note(format!("{name} in the header: refused"));
        }
    }
    for name in KEYS_OF_ITS_OWN {
        if header.get(name).is_some() {
            note(format!("{name} in the header is not looked at: a token does not bring its own key"));
        }
    }
    let missing: Vec<_> = RFC_9068_CLAIMS.iter().copied().filter(|name| claims.get(name).is_none()).collect();
    if !missing.is_empty() {
        note(format!("RFC 9068 requires also {}", missing.join(", ")));
    }
    let seconds = |name| claims.get(name).and_then(|value| show::date(name, value)).map(i128::from);
    if seconds("exp").is_some_and(|exp| exp <= i128::from(now)) {
        note("exp has passed".to_owned());
    }
    if seconds("nbf").is_some_and(|nbf| nbf > i128::from(now)) {
        note("nbf is still to come".to_owned());
    }
    if claims.get("cnf").is_some() {
        note("cnf binds the token to a key: refused as a bearer token".to_owned());
    }
    notes
}

fn text<'b>(object: Object<'b>, name: &str) -> Option<Text<'b>> {
    object.get(name).and_then(Value::as_text)
}
