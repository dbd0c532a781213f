//! The messages of HTTP/1.1 ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112)), as far as a client needs them: a request
//! is written, an answer is read.
//!
//! There is one way to read an answer and it must be the strict one: whoever can have an answer end where the client does not see it, answers the next call. So
//! nothing is repaired. A lone LF, a folded line, whitespace before a colon, two lengths, a length that comes twice, any
//! transfer coding but `chunked`: each is an error, and with an error the connection is given up.

mod chunked;
mod fields;
mod head;
mod lines;
mod link;
mod request;
mod response;
mod window;

pub(crate) use head::Head;
pub(crate) use link::{Link, within};
#[cfg(feature = "reqwless")]
pub(crate) use request::fields;
pub(crate) use request::write_head;
pub use response::Response;
pub(crate) use window::Window;
