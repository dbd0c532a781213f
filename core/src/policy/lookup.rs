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
