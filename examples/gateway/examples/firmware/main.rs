//! Runs the image of `examples/firmware` in QEMU, with a real authorization server beside it, all on loopback:
//!
//! `firmware IMAGE [--small]` prints requests to try, and goes on until its input ends or Ctrl-C;
//! `firmware IMAGE [--small] --self-test [--most-stack BYTES]` sends requests of every kind, and compares the answers.
//!
//! QEMU starts `firmware forward PORT` for each connection of the image to the authorization server; the emulated
//! network reaches nothing else.

mod device;
mod fuzz;
mod gate;
mod hostile;
mod request;
mod time_server;
mod trial;
mod upstream;

use std::{
    env,
    error::Error,
    io::{self, stdin},
    process::ExitCode,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use bearward_net::TlsError;
use tests::{
    authority::{Authority, OldKeys, TokenFormat},
    pki::{KeyType, Pki},
};

use crate::{
    device::{Device, Image, Settings, Speed, forward},
    gate::Gate,
    request::{Request, send_bytes},
    time_server::TimeServer,
    upstream::Upstream,
};

const AUDIENCE: &str = "https://valve.example";
const READ: &str = "sensor:read";
const BOTH: &str = "sensor:read led:set";
const HOUR: i64 = 3600;

/// The device where its own keys are known, and the user that it asks about.
const USERINFO_CLIENT: &str = "valve:userinfo";
const USER: &str = "zofie";

/// How many mutated requests are sent.
const FUZZED: usize = 10_000;

/// How long a request may wait for its turn during a handshake, in milliseconds.
const MOST_LATE: u64 = 100;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["forward", port] => forward(port.parse()?),
        [image] => run(Image::new(image, false), None),
        [image, "--small"] => run(Image::new(image, true), None),
        [image, "--self-test", ref rest @ ..] => run(Image::new(image, false), Some(most_stack(rest)?)),
        [image, "--small", "--self-test", ref rest @ ..] => run(Image::new(image, true), Some(most_stack(rest)?)),
        _ => Err("usage: firmware IMAGE [--small] [--self-test [--most-stack BYTES]]".into()),
    }
}

/// The most of the stack that may be in use after all.
fn most_stack(rest: &[&str]) -> Outcome<u64> {
    match rest {
        [] => Ok(u64::MAX),
        ["--most-stack", bytes] => Ok(bytes.parse()?),
        _ => Err("usage: --most-stack BYTES".into()),
    }
}

/// Starts all, and tests it, if it is told how much of the stack may be in use.
fn run(image: Image<'_>, self_test: Option<u64>) -> Outcome<ExitCode> {
    let pki = Arc::new(Pki::new(KeyType::P256));
    let mut authority = Authority::start(&pki);
    let (time, gate) = (TimeServer::start()?, Gate::start(authority.port())?);
    let settings = Settings::new(&authority, &pki);
    let other = Upstream::start(&authority, &pki)?;
    let settings = match image.small {
        true => settings,
        false => settings.with_user(&mut authority)?.with_upstream(other.port),
    };
    let device = Device::start(image, &settings, &time, gate.port, Speed::Host, self_test.is_some())?;
    let base = format!("http://127.0.0.1:{}", device.port);
    println!("firmware: the image serves on {base}, after {:.1} s", device.started_in.as_secs_f32());
    println!("firmware: the authorization server is {}", authority.issuer());
    if let Some(most_stack) = self_test {
        let mut test = SelfTest { device, authority, pki, time, gate, other, good: true };
        test.run(image, most_stack)?;
        test.handshake(image)?;
        test.strangers(image)?;
        // Whatever was started for the test is not to be taken for what the trial starts.
        drop(test.device);
        let trial = trial::run(image)?;
        for (name, expected, got) in &trial {
            test.good &= row(name, expected, got);
        }
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

struct SelfTest {
    device: Device,
    authority: Authority,
    pki: Arc<Pki>,
    time: TimeServer,
    gate: Gate,
    other: Upstream,
    good: bool,
}

impl SelfTest {
    fn run(&mut self, image: Image<'_>, most_stack: u64) -> Outcome<()> {
        println!("\n{:<42} {:<28} got", "request", "expected");
        if !image.small {
            self.userinfo();
            self.who();
            self.upstream();
        }
        self.tokens(image.head_bytes());
        self.times()?;
        self.outage();
        self.hostile();
        self.many()?;
        self.fuzz();
        self.rotation();
        let state = self.device.state()?;
        let [used, stack] = state.stack;
        let fits = used + 256 <= stack;
        self.row("stack, at the end", "256 bytes free, or more", if fits { "256 bytes free, or more" } else { "less" });
        println!("{:<42} {used} of {stack} bytes were in use", "");
        self.row("stack, against its budget", "no more", if used <= most_stack { "no more" } else { "more" });
        let console = self.device.console();
        self.row(
            "resets",
            "none",
            if console.matches("serves on").count() == 1 { "none" } else { "the image has started anew" },
        );
        if !self.good {
            println!("the console of the image:\n{console}");
        }
        Ok(())
    }

    /// On a processor that is as slow as a device's: what needs the authorization server waits for a handshake, and what
    /// does not is answered meanwhile.
    fn handshake(&mut self, image: Image<'_>) -> Outcome<()> {
        let settings = Settings::new(&self.authority, &self.pki);
        self.device = Device::start(image, &settings, &self.time, self.gate.port, Speed::Device, true)?;
        let token = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
        let (asking, index) = (Request::with("GET /sensor", &token), Request::new("GET /"));
        self.device.state()?;
        let (device, started) = (&self.device, Instant::now());
        let (asked, others) = thread::scope(|scope| {
            let asked = scope.spawn(|| (device.send(&asking), started.elapsed()));
            let mut others = 0;
            while !asked.is_finished() {
                others += usize::from(device.send(&index).is_ok_and(|answer| answer.summary() == "200"));
                thread::sleep(Duration::from_millis(50));
            }
            (asked.join().unwrap(), others)
        });
        let state = self.device.state()?;
        let (answer, waited) = asked;
        let got = answer.map_or_else(|error| error.to_string(), |answer| answer.summary());
        self.row("slow processor: opaque, by a handshake", "200", &got);
        // By the image's own clock, which counts instructions: it does not matter how busy this machine is.
        let others_wait = if state.late <= MOST_LATE { "a moment at most" } else { "long" };
        self.row("others wait meanwhile", "a moment at most", others_wait);
        println!("{:<42} {} ms of the image's time; {others} answered in {waited:.1?}", "", state.late);
        Ok(())
    }

    /// The time comes by SNTP, and not every time is believed.
    fn times(&mut self) -> Outcome<()> {
        const YEAR: i64 = 365 * 24 * HOUR;
        let jwt = self.authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
        for (name, ahead, said) in [
            ("time of before the build", -YEAR, "it is before the image was built"),
            ("time in 30 years", 30 * YEAR, "it is too long after the image was built"),
            ("time that goes back", -5, "the clock is ahead of it"),
            ("time that jumps ahead", HOUR, "it is far ahead of the clock; it counts if it is told again"),
        ] {
            self.time.tell(ahead);
            let got = self.device.ask_time("firmware: a time is not believed: ")?;
            // Or it is asked again soon, and the jump counts.
            self.time.tell(0);
            self.row(name, said, &got);
            self.case("a token now", &Request::with("GET /sensor", &jwt), "200");
        }
        Ok(())
    }

    /// An authorization server that cannot prove who it is gives no keys and hears of no token.
    fn strangers(&mut self, image: Image<'_>) -> Outcome<()> {
        let jwt = self.authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
        let opaque = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
        let other_pki = Pki::new(KeyType::P256);
        let true_pki = Arc::clone(&self.pki);
        for (name, pki, ahead, reason) in [
            // It has the same name as the right one, and another key.
            ("other authority", &other_pki, 0, TlsError::BadCertificateSignature.to_string()),
            ("no time", &*true_pki, -40 * 365 * 24 * HOUR, "it is before the image was built".into()),
        ] {
            self.time.tell(ahead);
            let settings = Settings::new(&self.authority, pki);
            self.device = Device::start(image, &settings, &self.time, self.gate.port, Speed::Host, true)?;
            self.case(&format!("{name}: a JWT"), &Request::with("GET /sensor", &jwt), "503 Retry-After");
            self.case(&format!("{name}: opaque"), &Request::with("GET /sensor", &opaque), "503 Retry-After");
            let said = self.device.console().contains(&reason);
            self.row("its reason", "told", if said { "told" } else { "not told" });
            self.case("it still serves", &Request::new("GET /"), "200");
        }
        // The time comes late, before anything was asked that needs it.
        let settings = Settings::new(&self.authority, &self.pki);
        self.device = Device::start(image, &settings, &self.time, self.gate.port, Speed::Host, true)?;
        self.time.tell(0);
        self.device.refresh_time()?;
        thread::sleep(Duration::from_secs(1));
        self.case("the time is told: a JWT", &Request::with("GET /sensor", &jwt), "200");
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

    /// Servers in the authorization server's place that want to be taken for it.
    fn hostile(&mut self) {
        for hostile in hostile::all() {
            let opaque = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
            let (name, reason) = (hostile.name, hostile.reason.to_string());
            let before = self.device.console().len();
            let (pki, script) = (Arc::clone(&self.pki), hostile.script);
            self.gate.answer(move || hostile.identity(&pki), script);
            let got = self.device.send(&Request::with("GET /sensor", &opaque));
            let got = got.map_or_else(|error| error.to_string(), |answer| answer.summary());
            let said = || self.device.console().split_off(before);
            // The console may come a moment after the answer.
            let started = Instant::now();
            while !said().contains(&reason) && started.elapsed() < Duration::from_secs(2) {
                thread::sleep(Duration::from_millis(10));
            }
            let said = if said().contains(&reason) { ", and says why".into() } else { said() };
            self.row(name, "503 Retry-After, and says why", &format!("{got}{}", said.trim_end()));
            self.gate.open();
        }
        let opaque = self.authority.access_token(TokenFormat::Opaque, READ, AUDIENCE);
        self.case("the true server again", &Request::with("GET /sensor", &opaque), "200");
    }

    /// Whatever comes, the image goes on.
    fn fuzz(&mut self) {
        let token = self.authority.access_token(TokenFormat::Jwt("ES256"), BOTH, AUDIENCE);
        let rsa = self.authority.access_token(TokenFormat::Jwt("RS256"), BOTH, AUDIENCE);
        let requests = [
            format!("GET /sensor HTTP/1.1\r\nHost: device\r\nAuthorization: Bearer {token}\r\n\r\n"),
            format!("GET /sensor HTTP/1.1\r\nHost: device\r\nAuthorization: Bearer {rsa}\r\nA: b\r\n\r\n"),
            format!(
                "PUT /led HTTP/1.1\r\nHost: device\r\nContent-Length: 2\r\nAuthorization: Bearer {token}\r\n\r\non"
            ),
            "GET / HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n".into(),
        ];
        let (port, started) = (self.device.port, Instant::now());
        let ended: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|seed| {
                    let mutated = fuzz::mutated(&requests, seed, FUZZED / 4);
                    scope.spawn(move || mutated.iter().filter(|bytes| send_bytes(port, bytes)).count())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
        });
        self.row("mutated requests", &format!("{FUZZED} ended"), &format!("{ended} ended"));
        println!("{:<42} in {:.1} s", "", started.elapsed().as_secs_f32());
        self.case("a good token after them", &Request::with("GET /sensor", &token), "200");
    }

    /// A request for each reason to let it in, and for each to refuse it.
    fn tokens(&mut self, head_bytes: usize) {
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
        let later = self.authority.later_token(3600, READ, AUDIENCE);
        self.case("not yet valid", &Request::with(sensor, &later), "401 invalid_token");
        // `iat` counts where a policy has a maximum age, and this one has none.
        let ahead = self.at(HOUR, |authority| authority.access_token(jwt, READ, AUDIENCE));
        self.case("issued in an hour, says `iat`", &Request::with(sensor, &ahead), "200");
        let other = self.authority.access_token(jwt, READ, "https://other.example");
        self.case("wrong audience", &Request::with(sensor, &other), "401 invalid_token");
        let foreign = Authority::start(&self.pki).access_token(jwt, READ, AUDIENCE);
        self.case("wrong issuer", &Request::with(sensor, &foreign), "401 invalid_token");
        self.case("tampered", &Request::with(sensor, &tampered(&good)), "401 invalid_token");
        self.case("two tokens", &Request { tokens: vec![&good, &good], ..Request::new(sensor) }, "400 invalid_request");
        // To the byte: what a profile takes is its own.
        let index = Request::new("GET /?");
        let room = head_bytes - index.head().len();
        let [longest, longer] = [room, room + 1].map(|length| format!("GET /?{}", "x".repeat(length)));
        self.case(&format!("request of {head_bytes} bytes"), &Request::new(&longest), "200");
        self.case("a byte more", &Request::new(&longer), "431");
        self.case("oversized token", &Request::with(sensor, &"x".repeat(5000)), "431");
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
    fn many(&mut self) -> Outcome<()> {
        let token = self.authority.access_token(TokenFormat::Jwt("ES256"), READ, AUDIENCE);
        let request = Request::with("GET /sensor", &token);
        let before = self.device.state()?;
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
        // The last connections close.
        thread::sleep(Duration::from_millis(500));
        let after = self.device.state()?;
        self.row("free connections after them", &before.free.to_string(), &after.free.to_string());
        // An interrupt comes where it comes, and takes a little more or less.
        let grown = after.stack[0].saturating_sub(before.stack[0]);
        self.row("stack after them", "as before", if grown <= 256 { "as before" } else { "more" });
        println!("{:<42} {} bytes were in use, and then {}", "", before.stack[0], after.stack[0]);
        Ok(())
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
        self.good &= row(name, expected, got);
    }
}

/// Prints what was expected and what came, and tells whether they are the same.
fn row(name: &str, expected: &str, got: &str) -> bool {
    let verdict = if got == expected { "" } else { "  DIFFERS" };
    println!("{name:<42} {expected:<28} {got}{verdict}");
    got == expected
}

/// The token with another character in the middle of its claims.
fn tampered(token: &str) -> String {
    let middle = token.len() / 2;
    let other = if token[middle..].starts_with('A') { 'B' } else { 'A' };
    format!("{}{other}{}", &token[..middle], &token[middle + 1..])
}
