//! Whose token it is, as the authorization server tells it
//! ([OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).

use core::fmt;

use bearward_core::{
    AccessToken, Answer, BearerToken, Keys, UnixTime, UserInfo, UserInfoEndpoint, UserInfoError, json::Text,
};
use embassy_sync::blocking_mutex::raw::RawMutex;

use super::{AuthorizationServer, ResourceServer};
use crate::{
    clock::Timer,
    exchange::Job,
    failure::{Failure, FailureKind},
};

/// The form of the answers, and what reads it: an image that does not ask links nothing of that.
#[derive(Clone, Copy)]
pub(super) struct UserInfoForm<'a> {
    pub(super) endpoint: UserInfoEndpoint<'a>,
    read: Read<'a>,
}

type Read<'a> = for<'b> fn(
    &UserInfoEndpoint<'a>,
    Answer<'b>,
    &dyn Keys,
    Option<UnixTime>,
    &'b mut [u8],
) -> Result<UserInfo<'b>, UserInfoError>;

impl<'a> UserInfoForm<'a> {
    const fn new(endpoint: UserInfoEndpoint<'a>) -> Self {
        Self { endpoint, read: |endpoint, answer, keys, now, buffer| endpoint.read(answer, &Anyone, keys, now, buffer) }
    }

    /// Reads an answer. Whom it is about is for the task to check that has asked.
    pub(super) fn read<'b>(
        &self,
        answer: Answer<'b>,
        keys: &dyn Keys,
        now: Option<UnixTime>,
        buffer: &'b mut [u8],
    ) -> Result<UserInfo<'b>, UserInfoError> {
        (self.read)(&self.endpoint, answer, keys, now, buffer)
    }
}

impl fmt::Debug for UserInfoForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint.fmt(f)
    }
}

struct Anyone;

impl PartialEq<Anyone> for Text<'_> {
    fn eq(&self, _: &Anyone) -> bool {
        true
    }
}

impl<'a> AuthorizationServer<'a> {
    /// Asks the server about users too, by [`ResourceServer::userinfo`]. The form of its answers is what the clients are
    /// registered for that the tokens are issued to. A signed one is verified by the keys that the server publishes.
    ///
    /// ```
    /// use bearward_core::UserInfoEndpoint;
    /// use bearward_net::AuthorizationServer;
    ///
    /// static AUTHORITY: AuthorizationServer<'_> =
    ///     AuthorizationServer::new("https://authority.example").with_userinfo(UserInfoEndpoint::json());
    /// ```
    #[must_use]
    pub const fn with_userinfo(self, endpoint: UserInfoEndpoint<'a>) -> Self {
        Self { userinfo: Some(UserInfoForm::new(endpoint)), ..self }
    }
}

impl<R: RawMutex, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize>
    ResourceServer<'_, R, KEYS, REMEMBERED, BYTES>
{
    /// Asks the authorization server about the user behind a token that was let in: `verified` is what
    /// [`authorize`](Self::authorize) gave for it. Each call asks: nothing is remembered.
    ///
    /// The server tells only of tokens with the scope `openid`, and many only of tokens that are for itself as well. What
    /// it says changes nothing about the token being good.
    ///
    /// `buffer` holds the answer's claims: `BYTES` are enough. The future may be dropped at any time.
    ///
    /// # Errors
    ///
    /// [`FailureKind::UserInfo`]: what the server says; [`UserInfoError::SubjectMismatch`] also for a token without `sub`,
    /// which nobody is asked about. [`FailureKind::NoEndpoint`] if the server has no such endpoint, or
    /// [`AuthorizationServer::with_userinfo`] was not called. The others, if nothing could be understood, or came in time.
    ///
    /// ```
    /// use bearward_core::{BearerToken, Error};
    /// use bearward_net::{Clock, ResourceServer, Timer};
    /// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
    ///
    /// async fn greet(
    ///     server: &ResourceServer<'_, CriticalSectionRawMutex, 4, 8, 1024>,
    ///     token: BearerToken<'_>,
    ///     clock: &impl Clock,
    ///     timer: &impl Timer,
    /// ) -> Result<(), Error> {
    ///     let (mut claims, mut user) = ([0; 1024], [0; 1024]);
    ///     let verified = server.authorize(token, clock, timer, &mut claims).await.map_err(|refusal| refusal.error)?;
    ///     let user = server.userinfo(token, &verified, timer, &mut user).await?;
    ///     // Here the device greets the user by this name, if there is one.
    ///     _ = user.claim(&["name"]);
    ///     Ok(())
    /// }
    /// ```
    pub async fn userinfo<'b>(
        &self,
        token: BearerToken<'_>,
        verified: &AccessToken<'_>,
        timer: &impl Timer,
        buffer: &'b mut [u8],
    ) -> Result<UserInfo<'b>, Failure> {
        if self.authority.userinfo.is_none() {
            return Err(FailureKind::NoEndpoint.into());
        }
        let subject = verified.subject().ok_or(UserInfoError::SubjectMismatch)?;
        let deadline = timer.elapsed().saturating_add(self.authority.patience);
        let (json, protection) = self.exchange.ask(Job::UserInfo, timer, deadline, token, buffer).await?;
        Ok(UserInfo::from_json(json, protection, &subject)?)
    }
}
