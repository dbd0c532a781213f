//! Whether the keys in hand will do, before anything is computed with them.

use super::Policy;
use crate::{
    error::Error,
    jose::jws::{Compact, candidates, choose},
    key::Keys,
    unverified::UnverifiedToken,
};

impl Policy<'_> {
    /// Whether `keys` has a key that may have signed this token: by its header alone, which nobody vouches for. If not,
    /// newer keys may have it, and it is worth to fetch them.
    ///
    /// `buffer` holds the decoded header for that time.
    ///
    /// # Errors
    ///
    /// What [`verify`](Self::verify) finds wrong before it looks for a key: then no newer keys will help.
    ///
    /// ```
    /// use bearward_core::{Algorithm, BearerToken, Error, Es256, JwkSet, Policy};
    ///
    /// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
    /// let policy = Policy::relaxed("https://authority.example", "https://valve.example", ALGORITHMS);
    /// let keys = JwkSet::<4>::new();
    /// let mut buffer = [0; 64];
    /// // {"alg":"ES256"} and {"alg":"HS256"}
    /// let token = BearerToken::new("eyJhbGciOiJFUzI1NiJ9.e30.AAAA")?;
    /// assert_eq!(policy.finds_key(token, &keys, &mut buffer), Ok(false));
    /// let token = BearerToken::new("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")?;
    /// assert_eq!(policy.finds_key(token, &keys, &mut buffer), Err(Error::AlgorithmNotAllowed));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn finds_key<'t>(
        &self,
        token: impl Into<UnverifiedToken<'t>>,
        keys: &dyn Keys,
        buffer: &mut [u8],
    ) -> Result<bool, Error> {
        let token = token.into().as_bytes();
        if token.len() > self.max_bytes {
            return Err(Error::TokenTooLong);
        }
        let (header, _) = Compact::split(token)?.header(buffer)?;
        let algorithm = choose(self.algorithms, header.alg)?;
        self.check_type(header.typ)?;
        Ok(candidates(keys, algorithm, header.kid).next().is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use crate::{
        bearer::BearerToken,
        error::Error,
        fake::{FakeKeys, KEY, claims, entry, policy, sign},
        key::KeyEntry,
        policy::Policy,
    };

    fn finds(policy: &Policy<'_>, header: &str, keys: Vec<KeyEntry<'static>>) -> Result<bool, Error> {
        let token = sign(header, &claims(), "whatever signed it");
        policy.finds_key(BearerToken::new(&token)?, &FakeKeys(keys), &mut [0; 128])
    }

    #[test]
    fn a_key_is_found_by_the_header_alone() {
        let named = |id| vec![entry(id, None, KEY)];
        for (header, keys, expected) in [
            (r#"{"alg":"TEST","typ":"at+jwt","kid":"1"}"#, named(Some("1")), true),
            (r#"{"alg":"TEST","typ":"at+jwt","kid":"1"}"#, named(Some("2")), false),
            (r#"{"alg":"TEST","typ":"at+jwt","kid":"1"}"#, named(None), false),
            (r#"{"alg":"TEST","typ":"at+jwt"}"#, named(Some("2")), true),
            (r#"{"alg":"TEST","typ":"at+jwt"}"#, vec![], false),
        ] {
            assert_eq!(finds(&policy(), header, keys), Ok(expected), "{header}");
        }
    }

    #[test]
    fn no_key_is_looked_for_where_none_will_help() {
        for (header, expected) in [
            (r#"{"alg":"none","typ":"at+jwt"}"#, Error::AlgorithmNotAllowed),
            (r#"{"alg":"TEST","typ":"JWT"}"#, Error::TokenType),
            (r#"{"alg":"TEST","typ":"at+jwt","crit":[]}"#, Error::Critical),
        ] {
            assert_eq!(finds(&policy(), header, vec![entry(None, None, KEY)]), Err(expected), "{header}");
        }
    }

    #[test]
    fn a_key_is_looked_for_with_a_token_of_the_maximum_length_and_no_longer_one() {
        let header = r#"{"alg":"TEST","typ":"at+jwt"}"#;
        let bytes = sign(header, &claims(), KEY).len();
        let found = |most| finds(&policy().with_max_bytes(most), header, vec![entry(None, None, KEY)]);
        assert_eq!((found(bytes + 1), found(bytes), found(bytes - 1)), (Ok(true), Ok(true), Err(Error::TokenTooLong)));
    }
}
