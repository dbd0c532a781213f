//! Runs the image of `examples/firmware` in QEMU, with a real authorization server beside it, all on loopback:
//!
//! `firmware IMAGE` prints requests to try, and goes on until its input ends or Ctrl-C;
//! `firmware IMAGE --self-test` sends requests of every kind, and compares the answers.
//!
//! QEMU starts `firmware forward PORT` for each connection of the image to the authorization server; the emulated
//! network reaches nothing else.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{self, Read as _, Write as _, stdin},
    net::{Shutdown, TcpListener, TcpStream},
    os::fd::AsFd as _,
    path::PathBuf,
    process::{Child, ChildStdin, Command, ExitCode, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use bearward_net::TlsError;
use serde_json::json;
use tests::{
    authority::{Authority, CLIENT_SECRET, OldKeys, TokenFormat, client_id},
    pki::{KeyType, Pki},
};

const AUDIENCE: &str = "https://valve.example";
const READ: &str = "sensor:read";
const BOTH: &str = "sensor:read led:set";
const HOUR: i64 = 3600;

/// The device where its own keys are known, and the user that it asks about.
const USERINFO_CLIENT: &str = "valve:userinfo";
const USER: &str = "zofie";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["forward", port] => forward(port.parse()?),
        [image] => run(image, false),
        [image, "--self-test"] => run(image, true),
        _ => Err("usage: firmware IMAGE [--self-test]".into()),
    }
}

fn run(image: &str, self_test: bool) -> Outcome<ExitCode> {
    let pki = Pki::new(KeyType::P256);
    let mut authority = Authority::start(&pki);
    let settings = Settings::new(&authority, &pki).with_user(&mut authority)?;
    let device = Device::start(image, &authority, &settings, Speed::Host, self_test)?;
    let base = format!("http://127.0.0.1:{}", device.port);
    println!("firmware: the image serves on {base}, after {:.1} s", device.started_in.as_secs_f32());
    if self_test {
        let mut test = SelfTest { device, authority, pki, good: true };
        test.run();
        test.handshake(image)?;
        test.strangers(image)?;
        println!("{}", if test.good { "every answer is as expected" } else { "the self-test failed" });
        return Ok(if test.good { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    print_requests(authority, &base)
}

/// Prints what can be tried, and keeps all running until the end of the input.
fn print_requests(mut authority: Authority, base: &str) -> Outcome<ExitCode> {
    let sensor = |token: &str| format!("curl -i -H 'Authorization: Bearer {token}' {base}/sensor");
    let jwt = authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
    let switch = authority.access_token(TokenFormat::Jwt("RS256"), BOTH, AUDIENCE);
    let opaque = authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
    println!("Requests to try (their tokens are good for ten minutes):\n");
    println!("# 200: a JWT, signed with ES256\n{}\n", sensor(&jwt));
    println!("# 200: a JWT, signed with RS256\ncurl -i -X PUT -d on -H 'Authorization: Bearer {switch}' {base}/led\n");
    println!(
        "# 403: the same LED with the first token\ncurl -i -X PUT -d on -H 'Authorization: Bearer {jwt}' {base}/led\n"
    );
    println!("# 200: an opaque token; the image asks the authorization server\n{}\n", sensor(&opaque));
    println!("# 401: no token\ncurl -i {base}/sensor\n");
    println!("Ctrl-C ends it.");
    io::copy(&mut stdin(), &mut io::sink())?;
    // Not a terminal, and no input: then it goes on until it is told to end.
    loop {
        thread::park();
    }
}

/// How fast the emulated processor is.
#[derive(Clone, Copy)]
enum Speed {
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

/// QEMU with the image.
struct Device {
    /// The shell that ends QEMU when this input ends, however that comes about.
    watch: Child,
    input: Option<ChildStdin>,
    port: u16,
    settings: PathBuf,
    console: Arc<Mutex<String>>,
    started_in: Duration,
}

impl Device {
    /// Starts it with a processor of this speed, and waits until it serves.
    fn start(image: &str, authority: &Authority, settings: &Settings, speed: Speed, quiet: bool) -> Outcome<Self> {
        let file = env::temp_dir().join(format!("bearward-firmware-{}.bin", std::process::id()));
        fs::write(&file, settings.bytes()?)?;
        let port = settings.port.map_or_else(free_port, Ok)?;
        let qemu = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/qemu-arm");
        let (this, server) = (env::current_exe()?.display().to_string(), authority.port());
        let forward = format!("'{}' forward {server}", this.replace(',', ",,"));
        let mut watch = Command::new("sh")
            .args(["-c", "\"$@\" </dev/null 2>&1 & read -r _; kill $! 2>/dev/null; wait $!", "sh"])
            .arg(qemu)
            .args(["-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none"])
            .args(speed.arguments())
            .args(["-semihosting-config", "enable=on,target=native", "-kernel", image])
            .args(["-device", &format!("loader,file={},addr=0x3f0000,force-raw=on", file.display())])
            .args([
                "-nic",
                &format!(
                    "user,model=lan9118,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:80,\
                     guestfwd=tcp:10.0.2.100:{server}-cmd:{forward}"
                ),
            ])
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
                    print!("{text}");
                }
                kept.lock().unwrap().push_str(&text);
            }
        });
        let started = Instant::now();
        let mut device = Self { watch, input, port, settings: file, console, started_in: Duration::ZERO };
        while device.send(&Request::new("GET /")).is_err() {
            if started.elapsed() > Duration::from_secs(60) || device.console().contains("qemu") {
                return Err(format!("the image does not serve: {}", device.console()).into());
            }
            thread::sleep(Duration::from_millis(100));
        }
        device.started_in = started.elapsed();
        Ok(device)
    }

    fn console(&self) -> String {
        self.console.lock().unwrap().clone()
    }

    fn send(&self, request: &Request<'_>) -> io::Result<Answer> {
        request.send(self.port)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.watch.wait();
        let _ = fs::remove_file(&self.settings);
    }
}

/// What the image is told.
struct Settings {
    issuer: String,
    /// The certificate authority of the authorization server, in DER.
    anchor: Vec<u8>,
    /// The token for a user's claims, if it is to ask for them.
    user_token: String,
    /// Where it is to serve, if that has to be known before.
    port: Option<u16>,
}

/// A port that was free a moment ago; QEMU says so if it is not any more.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Settings {
    fn new(authority: &Authority, pki: &Pki) -> Self {
        let anchor = pki.root.certificate.der().to_vec();
        Self { issuer: authority.issuer().into(), anchor, user_token: String::new(), port: None }
    }

    /// Lets the device ask about a user. The answer is encrypted to a key that the server fetches from the device.
    fn with_user(self, authority: &mut Authority) -> Outcome<Self> {
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
        Ok(Self { user_token, port: Some(port), ..self })
    }

    /// As the image's `settings.rs` reads them.
    fn bytes(&self) -> Outcome<Vec<u8>> {
        let id = client_id("client_secret_basic");
        let (id, secret, address) = (id.as_bytes(), CLIENT_SECRET.as_bytes(), &[10, 0, 2, 100]);
        let mut bytes = b"bearward".to_vec();
        let user = [USER, &self.user_token, USERINFO_CLIENT].map(str::as_bytes);
        let fields: [&[u8]; 6] = [self.issuer.as_bytes(), AUDIENCE.as_bytes(), id, secret, &self.anchor, address];
        for field in fields.into_iter().chain(user) {
            bytes.extend(u16::try_from(field.len())?.to_be_bytes());
            bytes.extend(field);
        }
        Ok(bytes)
    }
}

/// One connection of the image, from standard input and output to a port of this machine.
fn forward(port: u16) -> Outcome<ExitCode> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let mut to_server = stream.try_clone()?;
    // Without the buffers of the standard library: each piece goes on at once.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    thread::spawn(move || {
        let _ = io::copy(&mut input, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    io::copy(&mut stream, &mut output)?;
    Ok(ExitCode::SUCCESS)
}

/// A request to the image.
#[derive(Clone)]
struct Request<'a> {
    target: &'a str,
    tokens: Vec<&'a str>,
    body: &'a str,
}

impl<'a> Request<'a> {
    fn new(target: &'a str) -> Self {
        Self { target, tokens: Vec::new(), body: if target.starts_with("PUT") { "on" } else { "" } }
    }

    fn with(target: &'a str, token: &'a str) -> Self {
        Self { tokens: vec![token], ..Self::new(target) }
    }

    fn send(&self, port: u16) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let tokens: String = self.tokens.iter().map(|token| format!("Authorization: Bearer {token}\r\n")).collect();
        let length = self.body.len();
        let head = format!("{} HTTP/1.1\r\nHost: device\r\nConnection: close\r\n{tokens}", self.target);
        stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n{}", self.body).as_bytes())?;
        let mut text = Vec::new();
        // What was refused early may end in a reset, behind the answer.
        let ended = stream.read_to_end(&mut text);
        if text.is_empty() {
            ended?;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Answer(String::from_utf8_lossy(&text).into_owned()))
    }
}

/// An answer of the image.
struct Answer(String);

impl Answer {
    fn field(&self, name: &str) -> Option<&str> {
        let head = self.0.split("\r\n\r\n").next()?;
        head.lines()
            .find_map(|line| line.split_once(": ").filter(|(found, _)| found.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value)
    }

    /// The status; the `error` of the challenge, or that there is one without; and when to come again.
    fn summary(&self) -> String {
        let mut summary = self.0.split(' ').nth(1).unwrap_or("no status").to_owned();
        if let Some(challenge) = self.field("WWW-Authenticate") {
            let error = challenge.split("error=\"").nth(1).and_then(|rest| rest.split('"').next());
            summary += &error.map_or(" Bearer".into(), |error| format!(" {error}"));
        }
        if self.field("Retry-After").is_some() {
            summary += " Retry-After";
        }
        summary
    }
}

struct SelfTest {
    device: Device,
    authority: Authority,
    pki: Pki,
    good: bool,
}

impl SelfTest {
    fn run(&mut self) {
        println!("\n{:<42} {:<28} got", "request", "expected");
        self.userinfo();
        self.tokens();
        self.outage();
        self.many();
        self.rotation();
        let console = self.device.console();
        self.row(
            "resets",
            "none",
            if console.matches("serves on").count() == 1 { "none" } else { "the image has started anew" },
        );
        if !self.good {
            println!("the console of the image:\n{console}");
        }
    }

    /// On a processor that is as slow as a device's: what needs the authorization server waits for a handshake, and what
    /// does not is answered meanwhile.
    fn handshake(&mut self, image: &str) -> Outcome<()> {
        let settings = Settings::new(&self.authority, &self.pki);
        self.device = Device::start(image, &self.authority, &settings, Speed::Device, true)?;
        let token = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
        let (asking, index) = (Request::with("GET /sensor", &token), Request::new("GET /"));
        let (device, started) = (&self.device, Instant::now());
        let (asked, others, longest) = thread::scope(|scope| {
            let asked = scope.spawn(|| (device.send(&asking), started.elapsed()));
            let (mut others, mut longest) = (0, Duration::ZERO);
            while !asked.is_finished() {
                let started = Instant::now();
                others += usize::from(device.send(&index).is_ok_and(|answer| answer.summary() == "200"));
                longest = longest.max(started.elapsed());
                thread::sleep(Duration::from_millis(50));
            }
            (asked.join().unwrap(), others, longest)
        });
        let (answer, waited) = asked;
        let got = answer.map_or_else(|error| error.to_string(), |answer| answer.summary());
        self.row("slow processor: opaque, by a handshake", "200", &got);
        // How fast depends on the machine that emulates it all; that is told, and not judged.
        self.row("others meanwhile", "answered", if others >= 3 { "answered" } else { "kept waiting" });
        println!("{:<42} it took {waited:.1?}; {others} others, {longest:.1?} at most", "");
        Ok(())
    }

    /// An authorization server that cannot prove who it is gives no keys and hears of no token.
    fn strangers(&mut self, image: &str) -> Outcome<()> {
        let jwt = self.authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
        let opaque = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
        let other_pki = Pki::new(KeyType::P256);
        let other_name = format!("https://other.example:{}", self.authority.port());
        let true_settings = Settings::new(&self.authority, &self.pki);
        for (name, settings, reason) in [
            // It has the same name as the right one, and another key.
            ("other authority", Settings::new(&self.authority, &other_pki), TlsError::BadCertificateSignature),
            ("certificate for another name", Settings { issuer: other_name, ..true_settings }, TlsError::WrongName),
        ] {
            let device = Device::start(image, &self.authority, &settings, Speed::Host, true)?;
            self.device = device;
            self.case(&format!("{name}: a JWT"), &Request::with("GET /sensor", &jwt), "503 Retry-After");
            self.case(&format!("{name}: opaque"), &Request::with("GET /sensor", &opaque), "503 Retry-After");
            let said = self.device.console().contains(&reason.to_string());
            self.row("its reason", "told", if said { "told" } else { "not told" });
            self.case("it still serves", &Request::new("GET /"), "200");
        }
        Ok(())
    }

    /// The device's own key: the server fetches it from the device, and encrypts to it what it tells of a user.
    fn userinfo(&mut self) {
        let started = Instant::now();
        let told = loop {
            let console = self.device.console();
            let told = console.lines().find_map(|line| line.split_once(" the user"));
            if let Some((_, told)) = told {
                break told.strip_prefix(&format!(" is {USER}: ")).unwrap_or(told).to_owned();
            }
            if started.elapsed() > Duration::from_secs(30) {
                break "nothing".into();
            }
            thread::sleep(Duration::from_millis(100));
        };
        self.row("userinfo, encrypted to the device", "ES256, ECDH-ES, A256GCM", &told);
        self.case("the key that it was encrypted to", &Request::new("GET /jwks"), "200");
    }

    /// A request for each reason to let it in, and for each to refuse it.
    fn tokens(&mut self) {
        let jwt = TokenFormat::Jwt("ES256");
        let sensor = "GET /sensor";
        self.case("no token", &Request::new(sensor), "401 Bearer");
        let good = self.authority.access_token(jwt, BOTH, AUDIENCE);
        self.case("good, ES256, keys by discovery", &Request::with(sensor, &good), "200");
        self.case("the same again", &Request::with(sensor, &good), "200");
        let rsa = self.authority.access_token(TokenFormat::Jwt("RS256"), READ, AUDIENCE);
        self.case("good, RS256", &Request::with(sensor, &rsa), "200");
        self.case("good, to the LED", &Request::with("PUT /led", &good), "200");
        self.case("missing scope", &Request::with("PUT /led", &rsa), "403 insufficient_scope");
        let expired = self.at(-2 * HOUR, |authority| authority.access_token(jwt, READ, AUDIENCE));
        self.case("expired", &Request::with(sensor, &expired), "401 invalid_token");
        let other = self.authority.access_token(jwt, READ, "https://other.example");
        self.case("wrong audience", &Request::with(sensor, &other), "401 invalid_token");
        let foreign = Authority::start(&self.pki).access_token(jwt, READ, AUDIENCE);
        self.case("wrong issuer", &Request::with(sensor, &foreign), "401 invalid_token");
        self.case("tampered", &Request::with(sensor, &tampered(&good)), "401 invalid_token");
        self.case("two tokens", &Request { tokens: vec![&good, &good], ..Request::new(sensor) }, "400 invalid_request");
        self.case("oversized", &Request::with(sensor, &"x".repeat(5000)), "431");
        let opaque = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
        self.case("opaque, by introspection", &Request::with(sensor, &opaque), "200");
        self.case("opaque, missing scope", &Request::with("PUT /led", &opaque), "403 insufficient_scope");
        let revoked = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
        self.authority.revoke(&revoked);
        self.case("opaque, revoked", &Request::with(sensor, &revoked), "401 invalid_token");
        self.case("opaque, made up", &Request::with(sensor, "made-up"), "401 invalid_token");
    }

    /// The authorization server goes and comes back.
    fn outage(&mut self) {
        let jwt = self.authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
        let opaque = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
        self.authority.kill();
        self.case("server down: a JWT", &Request::with("GET /sensor", &jwt), "200");
        self.case("server down: opaque", &Request::with("GET /sensor", &opaque), "503 Retry-After");
        self.authority.restart();
        self.case("server back: opaque", &Request::with("GET /sensor", &opaque), "200");
    }

    /// Many requests, and some at once.
    fn many(&mut self) {
        let token = self.authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
        let request = Request::with("GET /sensor", &token);
        let (device, started) = (&self.device, Instant::now());
        let is_good = || device.send(&request).is_ok_and(|answer| answer.summary() == "200");
        let in_a_row = (0..1000).filter(|_| is_good()).count();
        let seconds = started.elapsed().as_secs_f32();
        let at_once: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..50).filter(|_| is_good()).count())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
        });
        self.row("1000 requests in a row", "1000 good", &format!("{in_a_row} good"));
        println!("{:<42} in {seconds:.1} s", "");
        self.row("4 times 50 at once", "200 good", &format!("{at_once} good"));
    }

    /// New keys replace the old ones. They are fetched when a token names one, but not at once after the last fetch.
    fn rotation(&mut self) {
        let old = self.authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
        self.authority.rotate(OldKeys::Go);
        let new = self.authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
        let request = Request::with("GET /sensor", &new);
        let started = Instant::now();
        while self.device.send(&request).is_ok_and(|answer| answer.summary() != "200")
            && started.elapsed() < Duration::from_secs(45)
        {
            thread::sleep(Duration::from_millis(500));
        }
        self.case("new keys: a new token", &request, "200");
        self.case("new keys: an old token", &Request::with("GET /sensor", &old), "401 invalid_token");
    }

    /// What the server does at another time.
    fn at<T>(&mut self, seconds: i64, act: impl FnOnce(&mut Authority) -> T) -> T {
        self.authority.shift_clock(seconds);
        let outcome = act(&mut self.authority);
        self.authority.shift_clock(-seconds);
        outcome
    }

    fn case(&mut self, name: &str, request: &Request<'_>, expected: &str) {
        let got = self.device.send(request).map_or_else(|error| error.to_string(), |answer| answer.summary());
        self.row(name, expected, &got);
    }

    fn row(&mut self, name: &str, expected: &str, got: &str) {
        let verdict = if got == expected { "" } else { "  DIFFERS" };
        self.good &= got == expected;
        println!("{name:<42} {expected:<28} {got}{verdict}");
    }
}

/// The token with another character in the middle of its claims.
fn tampered(token: &str) -> String {
    let middle = token.len() / 2;
    let other = if token[middle..].starts_with('A') { 'B' } else { 'A' };
    format!("{}{other}{}", &token[..middle], &token[middle + 1..])
}
