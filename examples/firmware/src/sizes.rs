//! How much memory the image gives to what: two profiles, the generous one and `small`.

/// How many connections there can be at a time, those included that only wait for their client to close.
pub const CONNECTIONS: usize = 8;

/// How many of them are answered at a time.
pub const WORKERS: usize = if SMALL { 2 } else { 4 };

/// The longest request line and header fields together.
pub const HEAD_BYTES: usize = if SMALL { 1408 } else { gateway_app::HEAD_BYTES };

/// Header and claims of a token, decoded.
pub const TOKEN_BYTES: usize = if SMALL { 896 } else { gateway_app::TOKEN_BUFFER_BYTES };

/// The longest token that the authorization server is asked about, and the most that it may say of one.
pub const INTROSPECTION_BYTES: usize = if SMALL { 512 } else { TOKEN_BYTES };

/// What a connection has come in, and what goes out.
pub const SOCKET_BYTES: usize = if SMALL { 256 } else { 1536 };

/// How many keys of the issuer are held.
pub const KEYS: usize = if SMALL { 2 } else { 4 };

/// How many tokens are remembered, verified and introspected ones each.
pub const REMEMBERED: usize = if SMALL { 2 } else { 8 };

/// The longest record of TLS. Short ones have to be asked for, and servers may ignore it.
pub const TLS_RECORD_BYTES: usize = if SMALL { 2048 + 256 } else { bearward_net::TLS_RECORD_BYTES };

/// Whether the server is asked for short ones.
pub const SHORT_RECORDS: bool = SMALL;

/// What TLS sends in one record.
pub const TLS_SEND_BYTES: usize = if SMALL { 640 } else { 1024 };

/// What the connection to the authorization server has come in, and what goes out.
pub const CALL_BYTES: usize = if SMALL { 536 } else { 2048 };

/// How much of it is taken at a time.
pub const PIECE_BYTES: usize = if SMALL { 64 } else { 256 };

/// What is on its way to and from the task that calls, each.
pub const RELAY_BYTES: usize = if SMALL { 128 } else { 1024 };

/// Whether the stack is too short for a handshake and a verification above it: see `src/gate.rs`.
pub const SHORT_STACK: bool = SMALL;

const SMALL: bool = cfg!(feature = "small");
