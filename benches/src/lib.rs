//! What is measured: whole validations of access tokens, from the token's text to the scope.
//!
//! Our side of the comparison is here, so that it is compiled and tested with everything else. The peers are in
//! `peers`, a workspace of its own: what they bring is built by `cargo bench -p benches` and by nothing else.

mod case;
mod ours;

pub use case::{AUDIENCE, Case, ISSUER, SCOPE, Size};
pub use ours::{ours, ours_cached};

/// Validates a token and tells whether it is good.
pub type Validate = Box<dyn Fn(&str) -> bool>;

#[cfg(test)]
mod tests {
    use super::{Case, Size, ours, ours_cached};

    #[test]
    fn ours_accepts_the_good_token_and_refuses_the_bad_ones() {
        for case in Case::all() {
            case.check("ours", &ours(&case));
            case.check("ours with a cache", &ours_cached(&case));
        }
    }

    #[test]
    fn tokens_have_the_size_that_they_are_named_for() {
        for case in Case::all() {
            let wanted = match case.size {
                Size::Small => 445..=460,
                Size::Large => 1990..=2060,
            };
            assert!(wanted.contains(&case.claims.len()), "{}: {}", case.name(), case.claims.len());
        }
    }

    /// The peer that is measured is the one that the tests compare with.
    #[test]
    fn jsonwebtoken_is_the_same_version_here_and_in_the_tests() {
        let version = |lock: &str| {
            let (_, after) = lock.split_once("name = \"jsonwebtoken\"\nversion = ").unwrap();
            after.lines().next().map(str::to_owned)
        };
        assert_eq!(version(include_str!("../peers/Cargo.lock")), version(include_str!("../../Cargo.lock")));
    }
}
