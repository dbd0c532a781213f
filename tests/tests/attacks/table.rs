//! The table of `SECURITY.md` names these tests, and all of them.

use std::collections::BTreeSet;

const SECURITY: &str = include_str!("../../../SECURITY.md");

const SOURCES: [&str; 12] = [
    include_str!("algorithms.rs"),
    include_str!("caches.rs"),
    include_str!("claims.rs"),
    include_str!("encrypted.rs"),
    include_str!("fetching.rs"),
    include_str!("header.rs"),
    include_str!("introspection.rs"),
    include_str!("json.rs"),
    include_str!("keys.rs"),
    include_str!("own_tokens.rs"),
    include_str!("outgoing.rs"),
    include_str!("signatures.rs"),
];

#[test]
fn every_attack_of_the_table_has_its_test_and_every_test_its_row() {
    let tests: BTreeSet<_> = SOURCES
        .into_iter()
        .flat_map(|source| source.split("#[test]\nfn ").skip(1))
        .map(|test| test.split_once('(').unwrap().0)
        .collect();
    let (_, section) = SECURITY.split_once("## Attacks by name").unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let named: BTreeSet<_> = rows.filter_map(|row| row.rsplit('`').nth(1)).collect();
    assert_eq!(named, tests);
}
