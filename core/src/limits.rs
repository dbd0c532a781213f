//! Every bound, with its reason.
//!
//! A limit that a caller may want otherwise is a const generic or a builder's method; these are the others, and the
//! defaults.

/// The longest token that is read, in bytes. Request heads of more than 8 KiB are refused by most servers, and
/// real access tokens seldom pass 2 KiB.
pub const TOKEN_BYTES: usize = 8192;

/// The longest JOSE header that is read, in bytes of JSON. A header is a few names; what makes it longer (`jwk`,
/// `x5c`) is not used here.
pub const HEADER_BYTES: usize = 1024;

/// The longest JSON document that is read at once, in bytes. Offsets are kept in 16 bits.
pub const JSON_BYTES: usize = 65_535;

/// How many arrays and objects may lie in each other.
pub const JSON_DEPTH: usize = 16;

/// How many members the objects that are open at one place of a document may have together. Their names are kept
/// to refuse duplicates: 2 bytes each, on the stack.
pub const JSON_MEMBERS: usize = 128;

/// The longest key identifier, in bytes. Thumbprints have 43, UUIDs 36; keys with longer ones are not kept.
pub const KEY_ID_BYTES: usize = 128;

/// How many keys are tried for one token. Each try costs a signature verification, and the sender chooses how many
/// keys fit.
pub const KEYS_TRIED: usize = 4;

/// The longest signature, in bytes: RSA with 4096 bits.
pub const SIGNATURE_BYTES: usize = 512;

/// The material of the largest key, in bytes: the modulus of RSA with 4096 bits, and the longest exponent that is taken.
pub const KEY_BYTES: usize = 520;

/// The longest key of a content encryption, in bytes: A256CBC-HS512.
pub const CONTENT_KEY_BYTES: usize = 64;

/// The material of the largest private key of RSA, in bytes: modulus, longest exponent, and five numbers half as long.
#[cfg(feature = "rsa-oaep")]
pub const RSA_PRIVATE_KEY_BYTES: usize = KEY_BYTES + 5 * (SIGNATURE_BYTES / 2);

/// How long an assertion of a client is good, in seconds. It is used at once; some servers refuse more than a minute.
pub const ASSERTION_SECONDS: u64 = 60;
