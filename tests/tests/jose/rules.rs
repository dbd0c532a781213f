//! The rules by which differences are explained.

use std::collections::BTreeSet;

use bearward_core::{Claim, Error, KeyError, Parameter, Reason, json::JsonError};
use serde_json::Value;

use crate::{
    Ours,
    peer::{Question, Theirs},
};

/// Why there is no token here.
#[derive(Debug)]
pub(crate) enum Refused {
    Token(Error),
    /// The key set, or that key of it that would have been needed.
    Keys(KeyError),
}

/// The names of the rules that the file gives a reason for.
pub(crate) struct Rules(BTreeSet<&'static str>);

impl Rules {
    pub(crate) fn read() -> Self {
        let file = include_str!("../../data/jose-differences.txt");
        let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rules = lines.map(|line| line.split_once("  ").expect("a name and a reason"));
        Self(rules.map(|(name, _)| name).collect())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }
}

/// The rule that explains why one accepts what the other refuses.
pub(crate) fn rule(question: &Question, ours: &Ours, theirs: &Theirs) -> Option<&'static str> {
    match (ours, theirs) {
        (Err(Refused::Token(error)), Theirs::Accepted(_)) => stricter(*error),
        (Err(Refused::Keys(error)), Theirs::Accepted(_)) => stricter_with_keys(*error),
        (Ok(_), Theirs::Refused { code, message }) => more_lenient(question, code, message),
        _ => None,
    }
}

fn stricter(error: Error) -> Option<&'static str> {
    Some(match error {
        Error::Json(_, JsonError::DuplicateName) => "duplicate-member",
        Error::Json(_, JsonError::TooDeep | JsonError::TooManyMembers | JsonError::TooLong) => "json-bounds",
        Error::Json(_, JsonError::LoneSurrogate) => "lone-surrogate",
        Error::TokenTooLong => "token-length",
        Error::UnsupportedHeader(_) => "header-extension",
        Error::Header(Parameter::KeyId | Parameter::Type) => "header-type",
        Error::TokenType => "token-type",
        Error::UnknownKey => "key-id",
        Error::Claim { claim: Claim::Confirmation, .. } => "confirmation",
        Error::Claim { claim: Claim::IdToken | Claim::Events, reason: Reason::Unexpected } => "token-kind",
        Error::Claim { claim: Claim::ExpirationTime, reason: Reason::Malformed } => "date-range",
        Error::Claim { reason: Reason::Malformed, .. } => "claim-type",
        _ => return None,
    })
}

fn stricter_with_keys(error: KeyError) -> Option<&'static str> {
    Some(match error {
        KeyError::Json(JsonError::DuplicateName) => "duplicate-member",
        KeyError::Malformed("x" | "y" | "n") => "key-encoding",
        KeyError::Malformed(_) => "key-member-type",
        KeyError::Symmetric => "key-secret",
        KeyError::Exponent => "rsa-exponent",
        _ => return None,
    })
}

fn more_lenient(question: &Question, code: &str, message: &str) -> Option<&'static str> {
    Some(match (code, message) {
        // The one difference that must never be.
        ("ERR_JWS_SIGNATURE_VERIFICATION_FAILED", _) => return None,
        ("ERR_JWKS_MULTIPLE_MATCHING_KEYS", _) => "several-keys",
        ("ERR_JWKS_INVALID", _) if has_no_object(&question.jwks) => "key-no-object",
        ("SyntaxError", message) if message.starts_with("Unsupported key usage") => "key-usage",
        _ => return None,
    })
}

/// Whether one of the set's keys is no object.
fn has_no_object(jwks: &str) -> bool {
    let jwks: Value = serde_json::from_str(jwks).unwrap_or_default();
    jwks["keys"].as_array().is_some_and(|keys| keys.iter().any(|key| !key.is_object()))
}
