//! The rules by which differences are explained.

use std::collections::BTreeSet;

use bearward_core::{Claim, Error, Reason, json::JsonError};
use jsonwebtoken::errors::ErrorKind;
use serde_json::Value;
use tests::{cases::Case, signer::Signer};

use crate::{Ours, Theirs};

/// The names of the rules that the file gives a reason for.
pub(crate) struct Rules(BTreeSet<&'static str>);

impl Rules {
    pub(crate) fn read() -> Self {
        let file = include_str!("../../data/jsonwebtoken-differences.txt");
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
pub(crate) fn rule(signer: &Signer, case: &Case, ours: &Ours, theirs: &Theirs) -> Option<&'static str> {
    match (ours, theirs) {
        (Err(error), Ok(_)) => stricter(signer, *error),
        (Ok(_), Err(kind)) => more_lenient(signer, case, kind),
        _ => None,
    }
}

fn stricter(signer: &Signer, error: Error) -> Option<&'static str> {
    Some(match error {
        Error::Json(_, JsonError::DuplicateName) => "duplicate-member",
        Error::Json(_, JsonError::TooDeep | JsonError::TooManyMembers | JsonError::TooLong) => "json-bounds",
        Error::TokenTooLong => "token-length",
        Error::Critical | Error::UnsupportedHeader(_) => "header-extension",
        Error::Header(_) => "header-null",
        Error::TokenType => "token-type",
        Error::UnknownKey if !signer.is_long_enough() => "short-secret",
        Error::UnknownKey => "key-id",
        Error::Claim { claim: Claim::Confirmation, .. } => "confirmation",
        Error::Claim { claim: Claim::IdToken | Claim::Events, reason: Reason::Unexpected } => "token-kind",
        Error::Claim { claim: Claim::Issuer, reason: Reason::Malformed } => "issuer-array",
        Error::Claim { claim: Claim::ExpirationTime, reason: Reason::Malformed } => "date-range",
        Error::Claim { reason: Reason::Malformed, .. } => "claim-type",
        _ => return None,
    })
}

fn more_lenient(signer: &Signer, case: &Case, kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        // The one difference that must never be.
        ErrorKind::InvalidSignature => return None,
        ErrorKind::Json(_) if matches!(signer.algorithm(), "ES512" | "Ed25519") => "algorithm-name",
        ErrorKind::Json(_) if serde_json::from_str::<Value>(&case.claims).is_err() => "number-range",
        ErrorKind::Json(_) if serde_json::from_str::<jsonwebtoken::Header>(&case.header).is_err() => {
            "header-unused-type"
        }
        ErrorKind::InvalidClaimFormat(name) if name == "nbf" => "negative-date",
        _ => return None,
    })
}
