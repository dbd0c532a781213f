//! That every type with bytes of its own is watched, or has a reason not to be.

use std::{collections::BTreeSet, fs, path::Path};

/// Types with bytes of their own that are not secret, or that are not there to hold them.
const HARMLESS: &[(&str, &[&str])] = &[
    (
        "public keys, and what is computed of them",
        &[
            "core/src/alg/ecdsa/multiples.rs Comb",
            "core/src/alg/ecdsa/multiples.rs Window",
            "core/src/alg/eddsa/prepared.rs PreparedEd25519",
            "core/src/jose/jwk.rs Jwk",
            "core/src/jose/jwks.rs JwkSet",
            "core/src/jose/members.rs Members",
            "net/src/tls/verifier.rs Verifier",
        ],
    ),
    (
        "what the authorization server's metadata and answers say: URLs and claims, which open nothing",
        &[
            "core/src/introspection_cache.rs Entry",
            "core/src/introspection_cache.rs IntrospectionCache",
            "core/src/metadata.rs Metadata",
            "core/src/metadata.rs Place",
            "net/src/jwks.rs Current",
        ],
    ),
    (
        "hashes of tokens, of which no token can be computed",
        &["core/src/cache.rs TokenCache", "core/src/cache.rs TokenDigest"],
    ),
    (
        "bytes that are sent",
        &["core/src/client.rs Fresh", "core/src/form.rs Base64Url", "net/src/tls/provider.rs DerSignature"],
    ),
    (
        "lengths, places and marks of a document",
        &[
            "core/src/jose/decryption_keys/rsa.rs Lengths",
            "core/src/jose/members.rs Names",
            "core/src/json/names.rs Names",
            "core/src/json/validate.rs Walk",
        ],
    ),
    ("heads of records, and who waits", &["net/src/tls/guard.rs Guard", "net/src/turn.rs Waiting"]),
    (
        "it borrows what may be secret, and owns where that is",
        &["core/src/jose/secrets.rs SecretSet", "core/src/registration/metadata.rs ClientMetadata"],
    ),
    ("it lies on the stack for one decryption, in a Zeroizing", &["core/src/rsa/montgomery/secret.rs Room"]),
    (
        "a key of one TLS connection, which embedded-tls has more copies of: see SECURITY.md",
        &["net/src/tls/suite.rs Cipher"],
    ),
];

pub fn compare(watched: &BTreeSet<&'static str>) {
    let types = owners();
    assert!(types.len() > 30, "the source is not where it was: {types:?}");
    let harmless: BTreeSet<&str> = HARMLESS.iter().flat_map(|(_, names)| *names).copied().collect();
    let known = |name: &String| watched.contains(&**name) || harmless.contains(&**name);
    let missing: Vec<_> = types.iter().filter(|name| !known(name)).collect();
    assert!(
        missing.is_empty(),
        "types with bytes of their own that nothing watches, and that have no reason: {missing:#?}"
    );
    let stale: Vec<_> = watched.union(&harmless).filter(|name| !types.contains(**name)).collect();
    assert!(stale.is_empty(), "types that are not there, or have no bytes of their own: {stale:#?}");
    let both: Vec<_> = watched.intersection(&harmless).collect();
    assert!(both.is_empty(), "watched, and said to be harmless: {both:?}");
}

/// The types that have an array, a string or a key among their fields, each behind its file.
fn owners() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut types = BTreeSet::new();
    for folder in ["core/src", "net/src"] {
        search(&root, Path::new(folder), &mut types);
    }
    types
}

fn search(root: &Path, folder: &Path, types: &mut BTreeSet<String>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let path = folder.join(entry.unwrap().file_name());
        // What only tests have.
        if ["tests", "tests.rs", "fake.rs"].iter().any(|name| path.ends_with(name)) {
            continue;
        }
        if root.join(&path).is_dir() {
            search(root, &path, types);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(root.join(&path)).unwrap();
            types.extend(owners_of(&text).map(|name| format!("{} {name}", path.display())));
        }
    }
}

/// The names of the types in a file that begin in its first column, and own bytes.
fn owners_of(text: &str) -> impl Iterator<Item = &str> {
    text.lines().enumerate().filter_map(move |(at, line)| {
        let name = type_of(line)?;
        let ends = |line: &str| line.ends_with(';') || line.starts_with('}') || line.starts_with(");");
        let count = text.lines().skip(at).position(ends).unwrap_or(0);
        let mut body = text.lines().skip(at).take(count + 1).filter(|line| !line.trim_start().starts_with("//"));
        body.any(owns).then_some(name)
    })
}

/// The name of the type that begins in this line.
fn type_of(line: &str) -> Option<&str> {
    let (before, rest) = ["struct ", "enum "].iter().find_map(|kind| line.split_once(kind))?;
    let name = rest.split(|character: char| !character.is_ascii_alphanumeric()).next()?;
    (before.is_empty() || before.starts_with("pub")).then_some(name)
}

/// Whether this line of a type has a field that is bytes, and no reference to them.
fn owns(line: &str) -> bool {
    const OWNERS: [&str; 9] =
        ["Aes", "Digest<", "Hmac<", "Scalar<", "SecretKey", "SigningKey", "String<", "Vec<", "Zeroizing<"];
    let borrowed = |before: &str| {
        let last = before.split_whitespace().next_back().unwrap_or_default();
        let last = if last == "mut" { before.split_whitespace().nth_back(1).unwrap_or_default() } else { last };
        last.contains('&') || last.ends_with('[')
    };
    let array = line.match_indices('[').any(|(at, _)| line[at..].contains("; ") && !borrowed(&line[..at]));
    array || OWNERS.iter().any(|owner| line.match_indices(owner).any(|(at, _)| !borrowed(&line[..at])))
}

#[test]
fn a_type_with_bytes_of_its_own_is_found() {
    let text = "
pub struct Array<const N: usize> {
    /// [u8; 1] in a comment.
    bytes: [u8; N],
}
struct Borrowed<'a> {
    bytes: &'a [u8; 32],
    more: &'a mut [[u8; 2]; 3],
    name: &'a str,
}
pub(in crate::rsa) struct Tuple(Zeroizing<[u8; 32]>);
pub(super) enum Either {
    None,
    Some(Vec<u8, 5>),
}
pub struct Unit;
struct Signs {
    key: p256::ecdsa::SigningKey,
}
";
    assert_eq!(owners_of(text).collect::<Vec<_>>(), ["Array", "Tuple", "Either", "Signs"]);
}
