//! QEMU with the image, what it is told, and what it tells.

use std::{
    env,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    os::fd::AsFd as _,
    path::PathBuf,
    process::{Child, ChildStdin, Command, ExitCode, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use tests::{
    authority::{Authority, CLIENT_SECRET, client_id},
    pki::Pki,
};

use crate::{
    AUDIENCE, Outcome, USER, USERINFO_CLIENT,
    request::{Answer, Request},
    time_server::{self, TimeServer},
    upstream,
};

/// An image, and what memory it was built for.
#[derive(Clone, Copy)]
pub struct Image<'a> {
    pub path: &'a str,
    /// It has the small memory, and less in it.
    pub small: bool,
}

impl<'a> Image<'a> {
    /// With the memory that `examples/firmware/memory/generous.x` gives it, or `small.x` there.
    pub fn new(path: &'a str, small: bool) -> Self {
        Self { path, small }
    }

    /// The longest request line and fields that it takes: `HEAD_BYTES` in `examples/firmware/src/sizes.rs`.
    pub fn head_bytes(self) -> usize {
        if self.small { 1408 } else { 4096 }
    }

    fn settings_at(self) -> usize {
        if self.small { 0x3f800 } else { 0x3f_0000 }
    }
}

/// How fast the emulated processor is.
#[derive(Clone, Copy)]
pub enum Speed {
    /// As fast as this machine can.
    Host,
    /// An instruction each 32 ns, as of a Cortex-M4 at 50 MHz: some take more than one cycle.
    Device,
}

impl Speed {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Host => &[],
            Self::Device => &["-icount", "shift=5,align=on"],
        }
    }
}

/// Runs a command, and ends it when the input ends, or at a signal; then it removes the file or folder that the command was
/// given. What it runs gets the signals' usual effect.
pub const WATCH: &str = "given=$1; shift; trap : INT TERM; \"$@\" </dev/null 2>&1 & read -r _; kill $! 2>/dev/null; wait $!; rm -rf \"$given\"";

/// QEMU with the image.
pub struct Device {
    /// The shell that ends QEMU when this input ends, however that comes about.
    watch: Child,
    input: Option<ChildStdin>,
    pub port: u16,
    console: Arc<Mutex<String>>,
    /// The serial line.
    line: TcpStream,
    pub started_in: Duration,
}

/// What the image tells of itself.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// How long those waited at most that answer requests, in milliseconds of its own time, since it was last asked.
    pub late: u64,
    /// How many connections it could take.
    pub free: u64,
    /// How much of the stack has been in use, and how long it is.
    pub stack: [u64; 2],
}

impl Device {
    /// Starts it with a processor of this speed, and waits until it serves. Its calls to the authorization server's port
    /// come to the port `calls`.
    pub fn start(
        image: Image<'_>,
        settings: &Settings,
        time: &TimeServer,
        calls: u16,
        speed: Speed,
        quiet: bool,
    ) -> Outcome<Self> {
        let file = env::temp_dir().join(format!("bearward-firmware-{}.bin", std::process::id()));
        fs::write(&file, settings.bytes()?)?;
        let (port, serial) = (settings.serve_at.map_or_else(free_port, Ok)?, free_port()?);
        let qemu = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/qemu-arm");
        let this = env::current_exe()?.display().to_string();
        let forward = |port: u16| format!("'{}' forward {port}", this.replace(',', ",,"));
        // What is at this port here is so there, and is reached through this program.
        let guest = |port: u16, calls| format!(",guestfwd=tcp:10.0.2.100:{port}-cmd:{}", forward(calls));
        let reached =
            guest(settings.port, calls) + &settings.upstream.map_or_else(String::new, |port| guest(port, port));
        let mut watch = Command::new("sh")
            .args(["-c", WATCH, "sh"])
            .arg(&file)
            .arg(qemu)
            .args(["-M", "mps2-an386", "-display", "none", "-monitor", "none"])
            .args(["-serial", &format!("tcp:127.0.0.1:{serial},server=on,wait=off")])
            .args(speed.arguments())
            .args(["-semihosting-config", "enable=on,target=native", "-kernel", image.path])
            .args(["-device", &format!("loader,file={},addr={},force-raw=on", file.display(), image.settings_at())])
            .args(["-net", "nic,model=lan9118", "-net"])
            .arg(format!("user,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:80{reached}"))
            .args(["-net", &time.network()?])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (input, mut output) = (watch.stdin.take(), watch.stdout.take().ok_or("no output")?);
        let console = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&console);
        thread::spawn(move || {
            let mut piece = [0; 512];
            while let Ok(length @ 1..) = output.read(&mut piece) {
                let text = String::from_utf8_lossy(&piece[..length]);
                if !quiet {
                    // Who reads it may have seen enough; the image goes on.
                    io::stdout().write_all(text.as_bytes()).ok();
                }
                kept.lock().unwrap().push_str(&text);
            }
        });
        let started = Instant::now();
        let line = loop {
            match TcpStream::connect(("127.0.0.1", serial)) {
                Ok(line) => break line,
                Err(_) if started.elapsed() < Duration::from_secs(10) => thread::sleep(Duration::from_millis(20)),
                Err(error) => return Err(error.into()),
            }
        };
        let mut device = Self { watch, input, port, console, line, started_in: Duration::ZERO };
        // A connection that comes before is lost, and is tried again only after six seconds.
        while !device.console().contains("serves on") || device.send(&Request::new("GET /")).is_err() {
            if started.elapsed() > Duration::from_secs(60) || device.console().contains("qemu") {
                return Err(format!("the image does not serve: {}", device.console()).into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        device.started_in = started.elapsed();
        Ok(device)
    }

    /// What has come on the console so far.
    pub fn console(&self) -> String {
        self.console.lock().unwrap().clone()
    }

    pub fn send(&self, request: &Request<'_>) -> io::Result<Answer> {
        request.send(self.port)
    }

    /// Asks for the state.
    pub fn state(&mut self) -> Outcome<State> {
        let text = self.ask(b's', "firmware: state: ")?;
        let mut numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok());
        let mut number = || numbers.next().ok_or("the state is cut short");
        Ok(State { late: number()?, free: number()?, stack: [number()?, number()?] })
    }

    /// Lets the time server be asked.
    pub fn refresh_time(&mut self) -> io::Result<()> {
        self.line.write_all(b"t")
    }

    /// Lets the time server be asked, and waits for what the image says to that.
    pub fn ask_time(&mut self, expected: &str) -> Outcome<String> {
        self.ask(b't', expected)
    }

    /// Sends a byte on the serial line, and waits for a line that begins so.
    fn ask(&mut self, byte: u8, expected: &str) -> Outcome<String> {
        let before = self.console().len();
        self.line.write_all(&[byte])?;
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            let said = self.console().split_off(before);
            if let Some((_, after)) = said.split_once(expected)
                && let Some((line, _)) = after.split_once('\n')
            {
                return Ok(line.to_owned());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Err(format!("the image does not say {expected:?}").into())
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.watch.wait();
    }
}

/// A port that was free a moment ago; QEMU says so if it is not any more.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// What the image is told.
pub struct Settings {
    pub issuer: String,
    /// The authorization server's port, as the issuer identifier has it.
    pub port: u16,
    /// The certificate authority of the authorization server, in DER.
    pub anchor: Vec<u8>,
    /// The token for a user's claims, if it is to ask for them.
    user_token: String,
    /// The port where it is to serve, if that has to be known before.
    serve_at: Option<u16>,
    /// The port of another resource server beside the authorization server, if it is to call one.
    upstream: Option<u16>,
}

impl Settings {
    pub fn new(authority: &Authority, pki: &Pki) -> Self {
        let anchor = pki.root.certificate.der().to_vec();
        let (issuer, port) = (authority.issuer().into(), authority.port());
        Self { issuer, port, anchor, user_token: String::new(), serve_at: None, upstream: None }
    }

    /// Lets the device ask about a user. The answer is encrypted to a key that the server fetches from the device.
    pub fn with_user(self, authority: &mut Authority) -> Outcome<Self> {
        let port = free_port()?;
        authority.add_client(json!({
            "client_id": USERINFO_CLIENT,
            "jwks_uri": format!("http://127.0.0.1:{port}/jwks"),
            "token_endpoint_auth_method": "none",
            "userinfo_signed_response_alg": "ES256",
            "userinfo_encrypted_response_alg": "ECDH-ES",
            "userinfo_encrypted_response_enc": "A256GCM",
        }));
        let user_token = authority.user_token(USERINFO_CLIENT, USER, "openid profile");
        Ok(Self { user_token, serve_at: Some(port), ..self })
    }

    /// Lets the device call another resource server, which is at this port of this machine.
    pub fn with_upstream(self, port: u16) -> Self {
        Self { upstream: Some(port), ..self }
    }

    /// As the image's `settings.rs` reads them.
    fn bytes(&self) -> Outcome<Vec<u8>> {
        let id = client_id("client_secret_basic");
        let (id, secret, address) = (id.as_bytes(), CLIENT_SECRET.as_bytes(), &[10, 0, 2, 100]);
        let mut bytes = b"bearward".to_vec();
        let time = &time_server::ADDRESS;
        let user = if self.user_token.is_empty() { [""; 3] } else { [USER, &self.user_token, USERINFO_CLIENT] };
        let upstream =
            self.upstream.map(|port| [upstream::url(port), upstream::resource(port), upstream::SCOPE.into()]);
        let upstream = upstream.unwrap_or_default();
        let fields: [&[u8]; 7] = [self.issuer.as_bytes(), AUDIENCE.as_bytes(), id, secret, &self.anchor, address, time];
        let more = user.into_iter().chain(upstream.iter().map(String::as_str)).map(str::as_bytes);
        for field in fields.into_iter().chain(more) {
            bytes.extend(u16::try_from(field.len())?.to_be_bytes());
            bytes.extend(field);
        }
        Ok(bytes)
    }
}

/// One connection of the image, from standard input and output to a port of this machine.
pub fn forward(port: u16) -> Outcome<ExitCode> {
    // What it says on its standard error comes to the image as well, so it says nothing: who is not there is silent.
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return Ok(ExitCode::FAILURE) };
    let mut to_server = stream.try_clone()?;
    // Without the buffers of the standard library: each piece goes on at once.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    thread::spawn(move || {
        let _ = io::copy(&mut input, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    Ok(if io::copy(&mut stream, &mut output).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
