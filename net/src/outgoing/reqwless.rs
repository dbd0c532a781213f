//! The same as a request of [reqwless](https://docs.rs/reqwless), whose request writer alone is used: its client sends
//! an `https` URL in clear where it has no TLS settings, and checks no dates of certificates.

use bearward_core::Method;
use reqwless::request::{DefaultRequestBuilder, Method as Theirs, Request, RequestBuilder as _};

use super::OutgoingRequest;
use crate::{error::NetError, http::fields};

/// The fields that a request of reqwless borrows.
pub type ReqwlessFields<'f> = [(&'f str, &'f str); 6];

impl OutgoingRequest<'_> {
    /// The request as one of reqwless, for a connection of one's own that is authenticated. `fields` are lent for it. Where there is a body, it is still
    /// to be set: `builder.body(outgoing.request().body())`.
    ///
    /// Redirects are the caller's matter then: [`redirected`](Self::redirected) leaves the token behind.
    ///
    /// # Errors
    ///
    /// [`NetError::InvalidRequest`] for a value that would end its field: reqwless does not look at them.
    pub fn to_reqwless<'f>(
        &'f self,
        fields: &'f mut ReqwlessFields<'f>,
    ) -> Result<DefaultRequestBuilder<'f, ()>, NetError> {
        let mut count = 0_usize;
        let given = self::fields(&self.request, false)?;
        let present = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (place, field) in fields.iter_mut().zip(present) {
            *place = field;
            count = count.saturating_add(1);
        }
        let fields = fields.get(..count).unwrap_or_default();
        let method = match self.request.method() {
            Method::Get => Theirs::GET,
            Method::Post => Theirs::POST,
            Method::Put => Theirs::PUT,
            Method::Delete => Theirs::DELETE,
        };
        Ok(Request::new(method, self.url.target()).host(self.url.authority()).headers(fields))
    }
}
