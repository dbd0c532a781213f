//! A token and the resource that it is for ([RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).

use core::fmt;

use bearward_core::{Application, BearerToken, TokenStore};

use super::OutgoingError;
use crate::url::Url;

/// An access token of the device's own, with the resource that it is for: it is added to no request to another origin.
///
/// The origin is what counts (scheme, host and port), for a resource may be a part of a server.
#[derive(Clone, Copy)]
pub struct ResourceToken<'t> {
    token: BearerToken<'t>,
    resource: Url<'t>,
    takes_loopback: bool,
}

impl<'t> ResourceToken<'t> {
    /// A token for this resource.
    #[must_use]
    pub const fn new(token: BearerToken<'t>, resource: Url<'t>) -> Self {
        Self { token, resource, takes_loopback: false }
    }

    /// As [`new`](Self::new), and takes an `http` resource if it is on this machine: 127.0.0.0/8 or `[::1]`, by its
    /// address. **Danger**: every process of the machine that can take the port gets the token. It is for tests.
    #[must_use]
    pub const fn danger_loopback(token: BearerToken<'t>, resource: Url<'t>) -> Self {
        Self { token, resource, takes_loopback: true }
    }

    /// The token that is stored for an application and a session, if it allows the scope now (seconds as the store counts
    /// them), for the resource that the application names.
    ///
    /// # Errors
    ///
    /// [`OutgoingError::NotAuthorized`]: [`TokenStore::is_authorized`] says why. [`OutgoingError::Resource`],
    /// [`OutgoingError::Token`].
    pub fn stored<const N: usize, const BYTES: usize, E: Copy>(
        store: &'t TokenStore<N, BYTES, E>,
        application: &Application<'t>,
        session: &str,
        scope: &str,
        now: u64,
    ) -> Result<Self, OutgoingError> {
        let resource = application.resource().and_then(|resource| Url::parse(resource).ok());
        let resource = resource.ok_or(OutgoingError::Resource)?;
        let found = store.is_authorized(application.name(), session, scope, now);
        let token = found.map_err(|_| OutgoingError::NotAuthorized)?.access_token();
        Ok(Self::new(BearerToken::new(token).map_err(|_| OutgoingError::Token)?, resource))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.token.as_str().as_bytes()
    }

    pub(super) fn check(&self, url: &Url<'_>) -> Result<(), OutgoingError> {
        let is_loopback = url.address().is_some_and(|address| address.is_loopback());
        let is_safe = url.is_secure() || self.takes_loopback && is_loopback;
        if !is_safe {
            return Err(OutgoingError::Insecure);
        }
        if self.resource.is_same_origin(url) { Ok(()) } else { Err(OutgoingError::OtherOrigin) }
    }
}

impl fmt::Debug for ResourceToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceToken").field("resource", &self.resource).finish_non_exhaustive()
    }
}
