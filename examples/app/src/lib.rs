//! The application: a sensor and an LED behind OAuth 2.0, for any host that has a network, a clock and a board.
//!
//! Nothing in here allocates or knows its host; a firmware image runs it as it is.
#![no_std]

#[cfg(test)]
extern crate std;

mod answer;
mod framing;
mod guard;
mod memory;
mod paths;
mod timekeeper;
mod upstream;
mod verifier;
#[cfg(feature = "whoami")]
mod who;

use bearward_core::{PublicJwks, ResourceMetadata, Transport};
use picoserve::{Router, routing::PathRouter};

pub use framing::{BODY_BYTES, Framed, HEAD_BYTES};
pub use guard::Permission;
pub use memory::{Memory, RequestMemory};
#[cfg(feature = "jwks")]
pub use paths::JWKS_PATH;
pub use timekeeper::{Doubt, TimeKeeper};
pub use upstream::{UPSTREAM_PATH, Upstream, UpstreamClient, UpstreamError, UpstreamLine, UpstreamRead, upstream};
pub use verifier::{LocalVerifier, RemoteVerifier, Verifier, Watch};

/// The memory that holds a request: its head and its body.
pub const HTTP_BUFFER_BYTES: usize = HEAD_BYTES + BODY_BYTES;

/// The memory that holds header and claims of one token, decoded, where a host has enough: for tokens of 2700 bytes, or
/// encrypted ones of 1360.
pub const TOKEN_BUFFER_BYTES: usize = 2048;

/// The longest token that the authorization server is asked about, and the most that it may say of one: what the same
/// memory holds.
pub const INTROSPECTION_BYTES: usize = TOKEN_BUFFER_BYTES;

/// Reading the sensor.
#[derive(Debug)]
pub struct SensorRead;

impl Permission for SensorRead {
    const SCOPE: &'static str = "sensor:read";
}

/// Switching the LED.
#[derive(Debug)]
pub struct LedSet;

impl Permission for LedSet {
    const SCOPE: &'static str = "led:set";
}

/// Everything that requests share.
#[derive(Debug)]
pub struct App<'a, V, B, M> {
    /// Who decides about tokens.
    pub verifier: V,
    /// What is guarded.
    pub board: B,
    /// What each request has for itself while it is answered.
    pub memory: M,
    /// How it presents itself.
    pub resource: Resource<'a>,
}

/// The resource server as its clients see it.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// The `realm` of its challenges.
    pub realm: &'a str,
    /// How requests come to it.
    pub transport: Transport,
    /// Who issues its tokens, and for what (RFC 9728 §2).
    pub metadata: ResourceMetadata<'a>,
    /// Where this server has that: a path, and the query of a resource that has one (RFC 9728 §3.1).
    pub metadata_target: &'a str,
    /// The same as a URL for its clients, if the resource has a URL.
    pub metadata_url: Option<&'a str>,
    /// The device's own public keys, if it has any: they are served at `/jwks`, with the feature `jwks`.
    pub jwks: Option<PublicJwks<'a>>,
}

/// The hardware.
pub trait Board {
    /// The temperature, in hundredths of a degree Celsius.
    fn temperature(&self) -> i32;

    /// Whether the LED is on.
    fn led(&self) -> bool;

    /// Switches the LED.
    fn set_led(&self, on: bool);
}

/// The application's paths, and behind them the one of the metadata, which is the resource's own matter.
pub fn router<'a, V: Verifier + 'a, B: Board + 'a, M: Memory + 'a>()
-> Router<impl PathRouter<App<'a, V, B, M>>, App<'a, V, B, M>> {
    Router::from_service(paths::Paths)
}
