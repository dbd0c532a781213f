//! What to do about each error.

use bearward_core::{Claim, Error, Parameter, Part, Reason};

/// One or two sentences for whoever has to make the token good, or the device accept it.
pub(crate) fn advice(error: Error) -> &'static str {
    match error {
        Error::MalformedRequest => {
            "Give the token alone, without \"Bearer\": its characters are letters, digits and -._~+/, then = at the end."
        }
        Error::TokenTooLong => {
            "Let the authorization server leave claims out, such as long lists of roles or groups, or give the device a \
             larger limit and buffer."
        }
        Error::NotCompact => {
            "This is no JWT. If the server's tokens are opaque, ask its introspection endpoint (RFC 7662), or make it \
             issue JWT access tokens (RFC 9068)."
        }
        Error::Encrypted => {
            "Make the authorization server sign its access tokens without encrypting them, or give the device's own keys \
             with --decryption-keys FILE."
        }
        Error::NotEncrypted => "Register the device's key with the authorization server, so that it encrypts to it.",
        Error::DecryptionFailed => {
            "The token was changed, or was not encrypted to this key: check that the authorization server has the device's \
             public key, and the same client secret."
        }
        Error::Base64(_) => {
            "The token was changed or cut on its way: compare it with what the server sent, and copy it whole."
        }
        Error::Json(Part::Header | Part::Payload, _) => {
            "Whoever made the token does not keep to JSON as it is read here; see what it holds with explain."
        }
        Error::Header(Parameter::Algorithm) => "The header must name its algorithm: \"alg\" is a required string.",
        Error::Header(Parameter::ContentType) => {
            "What is encrypted must be a signed token, and say so: \"cty\" must be \"JWT\" (RFC 7519 section 5.2)."
        }
        Error::Header(_) => "The header parameter must be a string: the fault is the authorization server's.",
        Error::Critical | Error::UnsupportedHeader(_) => {
            "Make the authorization server issue plain JWTs: no crit, no b64, no zip."
        }
        Error::AlgorithmNotAllowed => {
            "See with explain which algorithm the token was signed with. If the server is meant to use it, allow it with \
             --alg NAME, and list it in the policy."
        }
        Error::TokenType => {
            "Send the access token, not the ID token. If the server is from before RFC 9068 and sends typ JWT or none, use \
             --relaxed, and Policy::relaxed on the device."
        }
        Error::UnknownKey => {
            "See with explain --jwks FILE which key the token asks for. If the server has changed its keys, fetch its JWKS \
             again; if not, the token is of another server."
        }
        Error::AmbiguousKey => "Let the authorization server name the key: kid in the header and in the JWKS.",
        Error::BadSignature => {
            "The token was changed, or is not signed with this key: check that the JWKS is of the same server as the token."
        }
        Error::Claim { claim, reason } => claim_advice(claim, reason),
        Error::InsufficientScope => "Ask the authorization server for a token with this scope.",
        Error::TimeUnavailable => "Set the device's clock, or pass the time.",
        _ => "Look the error up in the documentation of bearward-core.",
    }
}

fn claim_advice(claim: Claim, reason: Reason) -> &'static str {
    match (claim, reason) {
        (Claim::ExpirationTime, Reason::Expired) => {
            "Ask the authorization server for a new token. If this one is new, compare the clocks."
        }
        (Claim::NotBefore | Claim::IssuedAt, Reason::NotYetValid) => {
            "The clocks differ: set the device's, or allow for the difference with --leeway SECONDS."
        }
        (Claim::IssuedAt, Reason::TooOld) => "Ask the authorization server for a new token.",
        (Claim::Issuer, Reason::Mismatch) => {
            "Compare iss in explain with --issuer: they must be the same to the last character, also to the last slash."
        }
        (Claim::Audience, Reason::Mismatch | Reason::Missing) => {
            "Ask for the token with resource=AUDIENCE (RFC 8707), or with what the server has for it; compare aud in \
             explain with --audience."
        }
        (Claim::Confirmation, _) => {
            "The token is bound to a key (DPoP or mutual TLS), and a bearer token is not: turn the binding off for this \
             client."
        }
        (Claim::IdToken | Claim::Events, _) => "Send the access token, not the ID token or the logout token.",
        (Claim::TokenIntrospection, _) => "Send the access token, not an answer about one.",
        (_, Reason::Missing) => {
            "RFC 9068 requires the claim: have the server add it. If the server is from before RFC 9068, use --relaxed, and \
             Policy::relaxed on the device."
        }
        (_, Reason::Malformed) => {
            "The claim has another type than its RFC says: the fault is the authorization server's."
        }
        _ => "Compare the claim in explain with what the device expects.",
    }
}
