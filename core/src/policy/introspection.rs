//! What a policy demands of a token that the authorization server tells about
//! ([RFC 7662 §2.2, §4](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).

use super::{Policy, RFC_9068_CLAIMS, checks::check_kind};
use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    cache::TokenDigest,
    call::Answer,
    claims::Registered,
    error::{Error, Reason},
    introspection::{ActiveToken, IntrospectionError, IntrospectionResponse},
    json::Value,
    key::{KeyEntry, Keys},
    time::UnixTime,
    token::{AccessToken, INTROSPECTION},
};

impl<'a> Policy<'a> {
    /// Accepts introspected tokens without `aud`, from a server that answers for tokens of other resource servers
    /// with `active: false`, as RFC 7662 §4 demands of it. Not all do. An `aud` that is there is still checked.
    ///
    /// It changes nothing for tokens that say all by themselves.
    #[must_use]
    pub const fn danger_optional_audience(self) -> Self {
        Self { audience_optional: true, ..self }
    }

    /// Reads the answer to an [`IntrospectionRequest`](crate::IntrospectionRequest) and checks what it says of the token.
    /// The access token borrows the answer's body.
    ///
    /// The server vouches for what it says, so algorithms and the `typ` of a header have no part in it. What is demanded:
    ///
    /// - `active` is `true`. Where it is `false`, nothing else is looked at.
    /// - `token_type` is `Bearer`, if it is there (RFC 6749 §7.1), and `cnf` is not: a token that is bound to a key is no
    ///   bearer token. Nor are `nonce`, `at_hash`, `c_hash` and `events`, nor the marks by which Keycloak, Cognito and
    ///   Hydra tell other kinds of tokens, refresh tokens above all.
    /// - `iss` is the policy's, if it is there: the server that answers is known otherwise.
    /// - `aud` is the policy's. It must be there, though RFC 7662 makes it optional: without it, whoever gets a token at
    ///   another resource server could use it here. See
    ///   [`danger_optional_audience`](Self::danger_optional_audience).
    /// - `exp` and `nbf` are kept, with the leeway, if they are there.
    /// - `iat` is kept, and must be there, if the policy has a maximum age.
    /// - Required claims are there, if the policy lists others than [`RFC_9068_CLAIMS`], which are about JWTs.
    ///
    /// All that is there must have its right JSON type. Scopes are for
    /// [`AccessToken::require_scope`], as ever.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError`]; in the order of the checks, [`Answer`](IntrospectionError::Answer) and
    /// [`SignedAnswer`](IntrospectionError::SignedAnswer), [`Inactive`](IntrospectionError::Inactive), then
    /// [`Token`](IntrospectionError::Token).
    pub fn introspect<'b>(
        &self,
        answer: Answer<'b>,
        now: impl Into<Option<UnixTime>>,
    ) -> Result<AccessToken<'b>, IntrospectionError> {
        let now = now.into();
        self.admit(&IntrospectionResponse::json().read(answer, &NoKeys, now, &mut [])?, now)
    }

    /// Reads the answer to an [`IntrospectionRequest`](crate::IntrospectionRequest) in the form that is registered, and
    /// checks what it says of the token, as [`introspect`](Self::introspect) does.
    ///
    /// `keys`, `now` and `buffer` are as in [`IntrospectionResponse::read`]. The access token borrows the answer's body or
    /// `buffer`, and tells by [`answer_protection`](AccessToken::answer_protection) how the answer was signed and encrypted.
    ///
    /// # Errors
    ///
    /// Those of [`IntrospectionResponse::read`], then [`IntrospectionError::Token`].
    ///
    /// ```
    /// use bearward_core::{AccessToken, Algorithm, Answer, Error, Es256, IntrospectionResponse, JwkSet, Policy, UnixTime};
    ///
    /// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
    /// static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", ALGORITHMS);
    /// static RESPONSE: IntrospectionResponse<'_> =
    ///     IntrospectionResponse::signed("https://authority.example", "valve", ALGORITHMS);
    ///
    /// fn open_valve(answer: Answer<'_>, keys: &JwkSet<4>, now: UnixTime) -> Result<(), Error> {
    ///     let mut buffer = [0; 1024];
    ///     let token = POLICY.introspect_as(&RESPONSE, answer, keys, now, &mut buffer)?;
    ///     token.require_scope("valve:open")
    /// }
    /// # let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut [] };
    /// # let verdict = open_valve(answer, &JwkSet::new(), UnixTime::from_seconds(0));
    /// # assert_eq!(verdict, Err(Error::AuthorityUnavailable));
    /// ```
    pub fn introspect_as<'b>(
        &self,
        response: &IntrospectionResponse<'_>,
        answer: Answer<'b>,
        keys: &dyn Keys,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
    ) -> Result<AccessToken<'b>, IntrospectionError> {
        let now = now.into();
        self.admit(&response.read(answer, keys, now, buffer)?, now)
    }

    /// Checks what was said of a token, when it was said or later.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError::Token`] if the policy does not let it in, [`IntrospectionError::Answer`] if a claim has a
    /// wrong type.
    pub fn admit<'b>(
        &self,
        token: &ActiveToken<'b>,
        now: impl Into<Option<UnixTime>>,
    ) -> Result<AccessToken<'b>, IntrospectionError> {
        let object = token.claims();
        let claims = Registered::of(object).map_err(|error| match error {
            Error::Claim { claim, reason: Reason::Malformed } => AnswerError::Claim(claim).into(),
            error => IntrospectionError::Token(error),
        })?;
        match object.get("token_type").map(Value::as_text) {
            None => {}
            Some(Some(kind)) if kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("Bearer")) => {}
            Some(Some(_)) => return Err(IntrospectionError::Token(Error::TokenType)),
            Some(None) => return Err(AnswerError::Member("token_type").into()),
        }
        self.check_introspected(&claims, now.into()).map_err(IntrospectionError::Token)?;
        Ok(AccessToken::introspected(claims, token.protection()))
    }

    /// The token, and what this policy demands of it: what a kept answer stands for.
    pub(crate) fn introspection_digest(&self, token: BearerToken<'_>) -> TokenDigest {
        self.fingerprint(token.as_str().as_bytes(), INTROSPECTION).digest()
    }

    fn check_introspected(&self, claims: &Registered<'_>, now: Option<UnixTime>) -> Result<(), Error> {
        check_kind(claims)?;
        if claims.issuer().is_some() {
            self.check_issuer(claims.issuer())?;
        }
        if claims.audience().is_some() || !self.audience_optional {
            self.check_audience(claims.audience())?;
        }
        if !self.time_ignored {
            self.danger_optional_expiration().check_times(claims, now)?;
        }
        if self.required == RFC_9068_CLAIMS { Ok(()) } else { self.check_required(claims) }
    }
}

/// Plain JSON is read without any.
struct NoKeys;

impl Keys for NoKeys {
    fn entry(&self, _: usize) -> Option<KeyEntry<'_>> {
        None
    }
}
