//! What holds a secret is overwritten when it is dropped.
//!
//! Each type is made at the same address of two secrets that lie at one address, too, four times of each. Its bytes
//! must differ: else this would see nothing. What it leaves behind must not: nothing of it depends on the secret then. A type
//! that has a buffer of its own and is neither among these nor listed with a reason makes the test fail.
//!
//! What this does not see are copies: on the stack, in registers, and where a value was moved from.

mod core;
mod listed;
mod made;
mod net;

use std::{cell::Cell, collections::BTreeSet, fs, path::Path};

use wiping::{Place, Seen, on_clean_stack};
use zeroize::{Zeroize as _, Zeroizing};

/// 64 bytes: of P-256 both halves are private keys, of the other half each is another one.
type Secret = [u8; 64];

/// In which order the two are put in. It is none that anything else has, a counter or what alternates.
const ORDER: [usize; 8] = [0, 1, 1, 0, 1, 0, 0, 1];

fn secrets() -> [Secret; 2] {
    [0x35, 0x6a].map(|seed: u8| ::core::array::from_fn(|at| seed.wrapping_add((at as u8).wrapping_mul(37))))
}

#[derive(Default)]
struct Table {
    /// Where the types stand that the rows are about, as in [`listed`].
    covered: BTreeSet<&'static str>,
    rows: usize,
    failures: Vec<String>,
}

impl Table {
    /// Watches a value that holds a secret.
    fn row(&mut self, name: &str, covered: &[&'static str], watch: impl Fn(&Place, &Secret) -> Seen) {
        self.covered.extend(covered);
        self.rows += 1;
        let place = Place::default();
        let mut secret = [0; 64];
        let seen: [Seen; 8] = ::core::array::from_fn(|turn| {
            // What borrows it finds it at the same address.
            put(&mut secret, turn);
            on_clean_stack(|| watch(&place, &secret))
        });
        if depends(&seen.each_ref().map(|seen| &seen.before[..])).is_empty() {
            self.failures.push(format!("{name}: nothing of the secret is seen in it"));
        }
        let left = depends(&seen.each_ref().map(|seen| &seen.after[..]));
        if !left.is_empty() {
            self.failures.push(format!("{name}: of {} bytes these are left: {left:?}", seen[0].after.len()));
        }
    }
}

/// Puts in the secret whose turn it is. Not inlined, so that which one it is stays in no register of the caller's.
#[inline(never)]
fn put(secret: &mut Secret, turn: usize) {
    *secret = secrets()[ORDER[turn]];
}

/// Where the bytes are others for the other secret.
///
/// What differs for the same secret, too, is none of it: a register of a caller, say, that was saved where the value lies
/// now, in bytes that it does not use.
fn depends(seen: &[&[u8]; 8]) -> Vec<usize> {
    let all = |which, at: usize| {
        let mut of = seen.iter().zip(ORDER).filter(move |(_, of)| *of == which).map(move |(bytes, _)| bytes[at]);
        let first = of.next().unwrap();
        of.all(|byte| byte == first).then_some(first)
    };
    let is_secret = |at: &usize| all(0, *at).zip(all(1, *at)).is_some_and(|(one, other)| one != other);
    (0..seen[0].len()).filter(is_secret).collect()
}

#[test]
fn nothing_of_a_secret_is_left_where_it_was() {
    let mut table = Table::default();
    core::rows(&mut table);
    net::rows(&mut table);
    made::rows(&mut table);
    assert!(table.failures.is_empty(), "{}", table.failures.join("\n"));
    assert!(table.rows > 30, "{}", table.rows);
    listed::compare(&table.covered);
}

#[test]
fn what_is_not_wiped_is_found() {
    struct Half([u8; 64]);

    impl Drop for Half {
        fn drop(&mut self) {
            self.0[..32].zeroize();
        }
    }

    let mut table = Table::default();
    table.row("wiped", &[], |place, secret| place.watch(|| Zeroizing::new(*secret), |_| {}));
    // Another byte each time, whatever the secret is.
    let turn = Cell::new(0_u8);
    table.row("counted", &[], |place, secret| {
        turn.set(turn.get() + 1);
        place.watch(|| (Zeroizing::new(*secret), turn.get()), |_| {})
    });
    assert_eq!(table.failures, [""; 0]);
    table.row("plain", &[], |place, secret| place.watch(|| *secret, |_| {}));
    table.row("half", &[], |place, secret| place.watch(|| Half(*secret), |_| {}));
    table.row("filled", &[], |place, secret| place.watch(|| [0; 64], |bytes| *bytes = *secret));
    table.row("blind", &[], |place, _| place.watch(|| [7; 64], |_| {}));
    let found: Vec<_> = table.failures.iter().map(|failure| failure.split(':').next().unwrap()).collect();
    assert_eq!(found, ["plain", "half", "filled", "blind"]);
    assert!(table.failures[1].ends_with(&format!("{:?}", (32..64).collect::<Vec<_>>())), "{}", table.failures[1]);
}

/// Only bytes that are known to be public are passed over.
#[test]
fn a_public_half_hides_no_private_one() {
    let watch = |place: &Place, secret: &Secret| place.watch(|| *secret, |_| {}).without(&secret[16..32]);
    let mut table = Table::default();
    table.row("key pair", &[], watch);
    let [failure] = &table.failures[..] else { panic!("{:?}", table.failures) };
    let left: Vec<_> = (0..16).chain(32..64).collect();
    assert!(failure.ends_with(&format!("{left:?}")), "{failure}");
}

/// Other crates of the workspace turn some of these on, too, and cargo gives all of them the same: so here it must be
/// seen that the libraries ask for them.
#[test]
fn the_libraries_ask_their_dependencies_to_wipe() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    for name in ["aes", "aes-gcm", "aes-kw", "curve25519-dalek", "hmac", "sha1", "sha2"] {
        let line = manifest.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap();
        assert!(line.contains("\"zeroize\""), "{line}");
    }
}
