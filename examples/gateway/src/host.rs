//! The host: tokio's sockets, a board that is made up, and keys out of a file.

use std::{
    cell::Cell,
    fs::{self, File},
    io::{self, Read},
    ops::DerefMut,
    path::Path,
    rc::Rc,
    time::{Duration, Instant},
};

use bearward_core::{DecryptionKeySet, JwkSet, JwkSetReader, limits};
use gateway_app::{Board, Framed, HTTP_BUFFER_BYTES, Memory, RequestMemory, TOKEN_BUFFER_BYTES};
use picoserve::{Config, Router, Server, Timeouts, routing::PathRouter};
use tokio::{net::TcpListener, task::spawn_local, time::sleep};

/// How many connections are served at a time.
const CONNECTIONS: usize = 16;

const CONFIG: Config = Config::new(Timeouts {
    start_read_request: picoserve::time::Duration::from_secs(5),
    persistent_start_read_request: picoserve::time::Duration::from_secs(5),
    read_request: picoserve::time::Duration::from_secs(5),
    write: picoserve::time::Duration::from_secs(5),
})
.keep_connection_alive();

/// Starts serving, inside of a `LocalSet`. It goes on until the program ends.
pub fn serve<P: PathRouter + 'static>(listener: TcpListener, router: Router<P>) {
    let (listener, router) = (Rc::new(listener), Rc::new(router));
    for _ in 0..CONNECTIONS {
        spawn_local(worker(Rc::clone(&listener), Rc::clone(&router)));
    }
}

/// Serves one connection after the other, each in a task of its own: whatever happens in it ends with it.
async fn worker<P: PathRouter + 'static>(listener: Rc<TcpListener>, router: Rc<Router<P>>) {
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            // Out of file descriptors, say: it passes.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Answers are written in pieces, which must not wait for each other.
        _ = socket.set_nodelay(true);
        let router = Rc::clone(&router);
        let connection = spawn_local(async move {
            let mut buffer = vec![0; HTTP_BUFFER_BYTES];
            // A connection that fails concerns its client alone.
            _ = Server::new_tokio(&router, &CONFIG, &mut buffer).serve(Framed::new(socket)).await;
        });
        if let Err(error) = connection.await {
            eprintln!("gateway: a connection ended badly: {error}");
        }
    }
}

/// The heap, where any number of requests have their memory.
#[derive(Debug)]
pub struct Heap;

impl Memory for Heap {
    fn lend(&self) -> impl DerefMut<Target = RequestMemory> {
        let memory: Box<RequestMemory> = Box::new(RequestMemory::<[u8; TOKEN_BUFFER_BYTES]>::new());
        memory
    }
}

/// A board that exists nowhere: its temperature goes up and down between 20 and 25 degrees.
#[derive(Debug)]
pub struct DemoBoard {
    started: Instant,
    led: Cell<bool>,
}

impl DemoBoard {
    /// A board with its LED off.
    pub fn new() -> Self {
        Self { started: Instant::now(), led: Cell::new(false) }
    }
}

impl Board for DemoBoard {
    fn temperature(&self) -> i32 {
        let phase = i32::try_from(self.started.elapsed().as_secs() % 1000).unwrap_or(0);
        2000 + 500 - (phase - 500).abs()
    }

    fn led(&self) -> bool {
        self.led.get()
    }

    fn set_led(&self, on: bool) {
        self.led.set(on);
    }
}

/// How many keys are kept.
pub const KEYS: usize = 16;

/// The keys of one issuer.
pub type Keyring = JwkSet<KEYS>;

/// The gateway's own private keys, of any type.
pub type DecryptionKeyring = DecryptionKeySet<8, { limits::RSA_PRIVATE_KEY_BYTES }>;

/// Reads private keys out of a file, a JWK or a JWK Set.
///
/// # Errors
///
/// A sentence that says what is wrong with it.
pub fn decryption_keys_of_file(path: &Path) -> Result<&'static DecryptionKeyring, String> {
    let sentence = |what: &str| format!("{}: {what}", path.display());
    let document = fs::read(path).map_err(|error| sentence(&error.to_string()))?;
    // It stays where it is read: what is moved leaves its bytes behind.
    let keys: &'static mut DecryptionKeyring = Box::leak(Box::default());
    keys.read_local(&document).map_err(|error| sentence(&error.to_string()))?;
    if keys.is_empty() { Err(sentence("no key in it is for encryption")) } else { Ok(keys) }
}

/// Reads a JWK Set out of a file.
///
/// # Errors
///
/// A sentence that says what is wrong with it.
pub fn keys_of_file(path: &Path) -> Result<Keyring, String> {
    let sentence = |error: io::Error| format!("{}: {error}", path.display());
    keys(File::open(path).map_err(sentence)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads a JWK Set piece by piece, as it would come from a network: the whole is never in memory.
///
/// # Errors
///
/// A sentence that says what is wrong with it.
pub fn keys(mut document: impl Read) -> Result<Keyring, String> {
    let mut keys = Keyring::new();
    let mut reader = JwkSetReader::new(&mut keys);
    let mut piece = [0; 512];
    loop {
        match document.read(&mut piece).map_err(|error| error.to_string())? {
            0 => break,
            length => reader.feed(&piece[..length]).map_err(|error| error.to_string())?,
        }
    }
    reader.finish().map_err(|error| error.to_string())?;
    match keys.len() {
        0 => Err("no key in it can verify a signature".into()),
        _ => Ok(keys),
    }
}

#[cfg(test)]
mod tests;
