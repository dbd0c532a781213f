//! A gateway to talk to, and the little HTTP that it takes.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use base64ct::{Base64UrlUnpadded, Encoding};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};

fn gateway(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    gateway(arguments).output().unwrap()
}

/// The exit code of a run.
pub fn code(arguments: &[&str]) -> Option<i32> {
    run(arguments).status.code()
}

/// The one line on stderr of a run that ends with `code`.
pub fn failure(arguments: &[&str], code: i32) -> String {
    let output = run(arguments);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(code), &b""[..]), "{line}");
    assert_eq!((line.lines().count(), line.ends_with('\n')), (1, true), "{line}");
    line
}

/// Options, and one that lets tests run side by side.
pub fn at_free_port<'a>(options: &[&'a str]) -> Vec<&'a str> {
    [&["--listen", "127.0.0.1:0"], options].concat()
}

/// The options that name an authorization server.
pub fn authority(jwks: &str) -> [&str; 6] {
    authority_for(jwks, "https://valve.example")
}

fn authority_for<'a>(jwks: &'a str, audience: &'a str) -> [&'a str; 6] {
    ["--jwks", jwks, "--issuer", "https://as.example", "--audience", audience]
}

/// A running gateway; it ends with the test.
pub struct Server {
    process: Child,
    address: SocketAddr,
    printed: Vec<String>,
    log: Option<JoinHandle<Vec<String>>>,
}

impl Server {
    /// With the demo issuer.
    pub fn demo() -> Self {
        Self::start(&at_free_port(&[]))
    }

    /// With a JWK Set.
    pub fn guarded_by(jwks: &str, more: &[&str]) -> Self {
        let file = TemporaryFile::new(jwks);
        // The file is read at start.
        Self::start(&at_free_port(&[&authority(file.path())[..], more].concat()))
    }

    /// For another resource.
    pub fn guarding(audience: &str) -> Self {
        let file = TemporaryFile::new(TestKey::new("mine").jwks());
        Self::start(&at_free_port(&authority_for(file.path(), audience)))
    }

    /// With an authorization server that it calls, and one certificate authority for it.
    pub fn discovering(issuer: &str, ca: impl AsRef<[u8]>, more: &[&str]) -> Self {
        Self::discovering_at("127.0.0.1:0", issuer, ca, more)
    }

    /// The same at an address of its own.
    pub fn discovering_at(listen: &str, issuer: &str, ca: impl AsRef<[u8]>, more: &[&str]) -> Self {
        let file = TemporaryFile::new(ca);
        let audience = "https://valve.example";
        let options = ["--listen", listen, "--discover", issuer, "--audience", audience, "--ca", file.path()];
        Self::start(&[&options[..], more].concat())
    }

    pub fn start(arguments: &[&str]) -> Self {
        let mut process = gateway(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        let log = Some(thread::spawn(move || lines.inspect(|line| eprintln!("{line}")).collect()));
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let printed: Vec<String> = lines.take_while(|line| !line.starts_with("Ctrl-C")).collect();
        let address = printed[0].split("http://").nth(1).unwrap().split([',', ' ']).next().unwrap().parse().unwrap();
        Self { process, address, printed, log }
    }

    /// Ends it, and gives all that it said on stderr.
    pub fn log(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }

    /// What it said at the start.
    pub fn printed(&self) -> String {
        self.printed.join("\n")
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The curl lines, each with the comment above it.
    pub fn examples(&self) -> Vec<Example> {
        let pairs = self.printed.windows(2).filter(|pair| pair[1].starts_with("curl "));
        pairs.map(|pair| Example::read(self, &pair[0], &pair[1])).collect()
    }

    /// `Bearer` and the token of the first example.
    pub fn good_token(&self) -> String {
        let example = self.examples().swap_remove(0);
        assert!(example.expected.starts_with("200"));
        example.authorization.unwrap()
    }

    /// A request that closes its connection.
    pub fn request(&self, target: &str, authorization: &[&str], body: &str) -> String {
        let fields: String = authorization.iter().map(|value| format!("Authorization: {value}\r\n")).collect();
        format!(
            "{target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{fields}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
    }

    pub fn get(&self, path: &str, authorization: &[&str]) -> Answer {
        self.send(&self.request(&format!("GET {path}"), authorization, ""))
    }

    /// The one answer to a request.
    pub fn send(&self, request: &str) -> Answer {
        let mut answers = self.send_all(request);
        assert_eq!(answers.len(), 1, "{request}\n{answers:?}");
        answers.remove(0)
    }

    /// The answers to all requests of a connection.
    pub fn send_all(&self, requests: &str) -> Vec<Answer> {
        let mut stream = self.connect();
        // The server may answer before it has read everything.
        _ = stream.write_all(requests.as_bytes());
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        Answer::read_all(&String::from_utf8(text).unwrap(), requests.starts_with("HEAD "))
    }

    /// How long the server holds a connection that sends this, and then a byte every half second.
    pub fn held(&self, start: &str) -> Duration {
        let mut stream = self.connect();
        let begun = Instant::now();
        stream.write_all(start.as_bytes()).unwrap();
        // The first byte after the end is answered with a reset, which the next one meets.
        while begun.elapsed() < Duration::from_secs(20) && stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(500));
        }
        begun.elapsed()
    }

    /// Sends bytes and goes away.
    pub fn send_only(&self, bytes: &[u8]) {
        _ = self.connect().write_all(bytes);
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// A printed curl line.
pub struct Example {
    pub comment: String,
    /// Status and error code of the comment.
    pub expected: String,
    pub authorization: Option<String>,
    request: String,
}

impl Example {
    fn read(server: &Server, comment: &str, line: &str) -> Self {
        let expected = comment.strip_prefix("# ").unwrap().split(": ").next().unwrap().to_owned();
        let (mut method, mut body, mut authorization, mut path) = ("GET", "", None, None);
        let words = words(line);
        let mut words = words.iter().map(String::as_str).skip(1);
        while let Some(word) = words.next() {
            match word {
                "-i" => {}
                "-X" => method = words.next().unwrap(),
                "-d" => body = words.next().unwrap(),
                "-H" => authorization = Some(words.next().unwrap().strip_prefix("Authorization: ").unwrap()),
                url => path = Some(url.strip_prefix(&server.base()).unwrap()),
            }
        }
        let fields: Vec<&str> = authorization.into_iter().collect();
        let request = server.request(&format!("{method} {}", path.unwrap()), &fields, body);
        Self { comment: comment.to_owned(), expected, authorization: authorization.map(str::to_owned), request }
    }

    pub fn request(&self) -> String {
        self.request.clone()
    }
}

/// The words of a shell line whose only quotes are single ones.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        match index % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// An answer of the server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    fields: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    fn read_all(mut text: &str, without_body: bool) -> Vec<Self> {
        let mut answers = Vec::new();
        while let Some((head, rest)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
            let fields = lines.map(|line| line.split_once(": ").unwrap());
            let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
            let mut answer = Self { status, fields, body: String::new() };
            let length = if without_body { 0 } else { answer.header("content-length").unwrap().parse().unwrap() };
            answer.body = rest[..length].to_owned();
            answers.push(answer);
            text = &rest[length..];
        }
        assert_eq!(text, "");
        answers
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str())
    }

    /// The `error` of the challenge.
    pub fn error_code(&self) -> Option<&str> {
        self.header("www-authenticate")?.split("error=\"").nth(1)?.split('"').next()
    }
}

/// A key of an authorization server that is not the demo's.
pub struct TestKey {
    id: &'static str,
    key: SigningKey,
}

impl TestKey {
    pub fn new(id: &'static str) -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).unwrap();
        Self { id, key: SigningKey::from_slice(&bytes).unwrap() }
    }

    pub fn jwks(&self) -> String {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (encode(point.x().unwrap()), encode(point.y().unwrap()));
        format!(
            r#"{{"keys":[{{"kty":"EC","use":"sig","crv":"P-256","kid":"{}","x":"{x}","y":"{y}","alg":"ES256"}}]}}"#,
            self.id
        )
    }

    /// Good claims for five minutes.
    pub fn claims() -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        format!(
            r#"{{"iss":"https:\/\/as.example","aud":["https://valve.example"],"sub":"bob","client_id":"test","jti":"1","iat":{now},"exp":{},"scope":"sensor:read"}}"#,
            now + 300
        )
    }

    /// `Bearer` and a token.
    pub fn token(&self, header: &str, claims: &str) -> String {
        let input = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let signature: Signature = self.key.sign(input.as_bytes());
        format!("Bearer {input}.{}", encode(&signature.to_bytes()))
    }
}

fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// A file that goes with the test.
pub struct TemporaryFile(PathBuf);

impl TemporaryFile {
    pub fn new(content: impl AsRef<[u8]>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("gateway-{}-{count}", std::process::id()));
        fs::write(&path, content).unwrap();
        Self(path)
    }

    /// A place where there is no file yet.
    pub fn absent() -> Self {
        let file = Self::new("");
        fs::remove_file(&file.0).unwrap();
        file
    }

    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.0);
    }
}
