//! The gateway calls another resource server, with tokens that it gets by itself.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        LazyLock, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver},
    },
    thread::{self, JoinHandle, sleep},
    time::Duration,
};

use tests::{
    authority::{Authority, CLIENT_SECRET, TokenFormat, client_id},
    pki::{Identity, KeyType, Pki, server_params},
    scripted::{self, APPLICATION_DATA},
};

use crate::support::{Answer, Server, TemporaryFile};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new(KeyType::P256));
/// How many calls a gateway makes at a time.
const LINES: usize = 4;

static AUTHORITY: LazyLock<Mutex<Authority>> = LazyLock::new(|| Mutex::new(Authority::start(&PKI)));

/// The server of all tests that leave it running, for one of them at a time.
fn authority() -> MutexGuard<'static, Authority> {
    AUTHORITY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `Bearer` and a token of somebody who calls the first gateway.
fn caller(authority: &mut Authority, scope: &str) -> String {
    format!("Bearer {}", authority.access_token(TokenFormat::Jwt("ES256"), scope, "https://valve.example"))
}

/// A gateway that calls this path of a resource server on this machine.
fn calling(authority: &Authority, upstream: SocketAddr, path: &str, more: &[&str]) -> Server {
    let (secret, id) = (TemporaryFile::new(CLIENT_SECRET), client_id("client_secret_basic"));
    let (url, resource) = (format!("http://{upstream}{path}"), format!("http://{upstream}"));
    let client = ["--client-id", &id, "--client-secret-file", secret.path(), "--danger-http-upstream"];
    let upstream = ["--upstream", &url, "--upstream-resource", &resource, "--upstream-scope", "tank:read"];
    Server::discovering(authority.issuer(), PKI.root.certificate.pem(), &[&client[..], &upstream, more].concat())
}

/// Another gateway, which guards what has this address.
fn second(authority: &Authority, address: SocketAddr) -> Server {
    let (secret, ca) = (TemporaryFile::new(CLIENT_SECRET), TemporaryFile::new(PKI.root.certificate.pem()));
    let (listen, audience, id) = (address.to_string(), format!("http://{address}"), client_id("client_secret_post"));
    let resource = ["--listen", &listen, "--audience", &audience, "--discover", authority.issuer(), "--ca", ca.path()];
    let client = ["--introspect", "--client-id", &id, "--client-secret-file", secret.path(), "--client-auth", "post"];
    Server::start(&[&resource[..], &client].concat())
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A resource server that answers so many requests, and tells which tokens came.
struct Script {
    address: SocketAddr,
    tokens: Receiver<String>,
    thread: JoinHandle<()>,
}

impl Script {
    /// The answer is made of how many requests came before, and of the token.
    fn start(count: usize, answer: impl Fn(usize, &str) -> Vec<u8> + Send + 'static) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), count, answer)
    }

    fn start_at(address: SocketAddr, count: usize, answer: impl Fn(usize, &str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, tokens) = mpsc::channel();
        let thread = thread::spawn(move || {
            for index in 0..count {
                let (mut stream, token) = accept(&listener);
                // The test may have ended.
                _ = sender.send(token.clone());
                stream.write_all(&answer(index, &token)).unwrap();
            }
        });
        Self { address, tokens, thread }
    }

    /// The tokens that came since the last time.
    fn tokens(&self) -> Vec<String> {
        self.tokens.try_iter().collect()
    }
}

/// A request, and the token in it.
fn accept(listener: &TcpListener) -> (TcpStream, String) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    let token = token_of(&request);
    (stream, token)
}

fn token_of(request: &[u8]) -> String {
    let request = str::from_utf8(request).unwrap().replace("authorization:", "Authorization:");
    request.split("Authorization: Bearer ").nth(1).unwrap().lines().next().unwrap().to_owned()
}

fn answer(status: &str, fields: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{fields}\r\n", content.len());
    [head.as_bytes(), content].concat()
}

fn upstream(server: &Server, caller: &str) -> Answer {
    server.get("/upstream", &[caller])
}

#[test]
fn a_gateway_calls_another_with_a_token_that_it_got_by_itself() {
    let mut authority = authority();
    let address = free_address();
    let second = second(&authority, address);
    let first = calling(&authority, address, "/whoami", &[]);
    assert!(first.printed().contains(&format!("calls     http://{address}/whoami")), "{}", first.printed());
    let caller = caller(&mut authority, "upstream:read");
    for _ in 0..2 {
        let answer = upstream(&first, &caller);
        assert_eq!(answer.status, 200, "{}", answer.body);
        // It is the other one's page about the first gateway; here it is a text.
        assert!(answer.body.contains("<dt>client<dd>valve:client_secret_basic"), "{}", answer.body);
        assert!(answer.body.contains("<dt>scope<dd>tank:read"), "{}", answer.body);
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            (answer.header("cache-control"), answer.header("content-security-policy")),
            (Some("no-store"), None)
        );
    }
    let metadata = first.get("/.well-known/oauth-protected-resource", &[]);
    assert!(metadata.body.contains("\"upstream:read\""), "{}", metadata.body);
    assert_eq!(first.log(), [""; 0]);
    assert_eq!(second.log(), [""; 0]);
}

#[test]
fn the_gateway_lends_its_token_to_nobody_without_the_scope_for_it() {
    let mut authority = authority();
    let script = Script::start(0, |_, _| Vec::new());
    let first = calling(&authority, script.address, "/", &[]);
    assert_eq!((first.get("/upstream", &[]).status, first.get("/upstream", &["Bearer no"]).status), (401, 401));
    let other = upstream(&first, &caller(&mut authority, "sensor:read"));
    assert_eq!((other.status, other.error_code()), (403, Some("insufficient_scope")));
    assert!(other.header("www-authenticate").unwrap().contains("scope=\"upstream:read\""));
    let good = caller(&mut authority, "upstream:read");
    let put = first.send(&first.request("PUT /upstream", &[&good], ""));
    assert_eq!((put.status, put.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn without_the_option_there_is_no_such_path() {
    let mut authority = authority();
    let server = Server::discovering(authority.issuer(), PKI.root.certificate.pem(), &[]);
    assert_eq!(upstream(&server, &caller(&mut authority, "upstream:read")).status, 404);
    let metadata = server.get("/.well-known/oauth-protected-resource", &[]);
    assert!(!metadata.body.contains("upstream"), "{}", metadata.body);
}

#[test]
fn what_the_other_server_refuses_is_not_the_callers_fault() {
    let mut authority = authority();
    let address = free_address();
    let _second = second(&authority, address);
    // The token has another scope.
    let first = calling(&authority, address, "/sensor", &[]);
    let answer = upstream(&first, &caller(&mut authority, "upstream:read"));
    assert_eq!((answer.status, answer.header("www-authenticate")), (502, None));
    assert_eq!(answer.body, "the upstream server does not allow it to this device (403)\n");
}

#[test]
fn a_token_that_was_revoked_is_renewed_and_the_request_made_again() {
    let mut authority = authority();
    let address = free_address();
    let script = Script::start_at(address, 1, |_, _| answer("200 OK", "", b"recorded"));
    let first = calling(&authority, address, "/whoami", &[]);
    let caller = caller(&mut authority, "upstream:read");
    assert_eq!(upstream(&first, &caller).body, "recorded");
    let token = script.tokens.recv().unwrap();
    script.thread.join().unwrap();
    authority.revoke(&token);
    // From here on a server is there that asks about the token.
    let _second = second(&authority, address);
    let [again, once_more] = [(); 2].map(|()| upstream(&first, &caller));
    assert_eq!((again.status, once_more.status), (200, 200), "{}", again.body);
    assert!(again.body.contains("<dt>client<dd>valve:client_secret_basic"), "{}", again.body);
}

#[test]
fn a_token_that_is_refused_is_renewed_once() {
    let mut authority = authority();
    let script = Script::start(6, |index, token| match index {
        0 | 2 | 3 => answer("200 OK", "Set-Cookie: a=b\r\n", format!("level {index}").as_bytes()),
        _ => answer(
            "401 Unauthorized",
            "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n",
            token.as_bytes()[..8].as_ref(),
        ),
    });
    let first = calling(&authority, script.address, "/", &[]);
    let caller = caller(&mut authority, "upstream:read");
    for (body, count) in [("level 0", 1), ("level 2", 2), ("level 3", 1)] {
        let answer = upstream(&first, &caller);
        assert_eq!((answer.status, &*answer.body, answer.header("set-cookie")), (200, body, None));
        let tokens = script.tokens();
        assert_eq!(tokens.len(), count);
        assert!(count == 1 || tokens[0] != tokens[1]);
    }
    let answer = upstream(&first, &caller);
    assert_eq!((answer.status, answer.header("www-authenticate")), (502, None));
    assert_eq!(answer.body, "the upstream server takes no token of this device (401)\n");
    let tokens = script.tokens();
    assert!(tokens.len() == 2 && tokens[0] != tokens[1]);
}

/// The requests of the first gateway, so many at a time as it makes.
fn at_once(listener: &TcpListener, count: usize) -> (Vec<TcpStream>, String) {
    let (streams, tokens): (Vec<_>, Vec<_>) = (0..count).map(|_| accept(listener)).unzip();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    (streams, tokens[0].clone())
}

fn answer_all(streams: Vec<TcpStream>, status: &str) {
    for mut stream in streams {
        stream.write_all(&answer(status, "", b"level")).unwrap();
    }
}

#[test]
fn several_calls_are_under_way_at_once_and_no_more_than_there_are_lines() {
    let mut authority = authority();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let first = calling(&authority, listener.local_addr().unwrap(), "/", &[]);
    let caller = caller(&mut authority, "upstream:read");
    thread::scope(|scope| {
        let calls: Vec<_> = (0..LINES + 2).map(|_| scope.spawn(|| upstream(&first, &caller).status)).collect();
        // None of them is answered before all of them are there.
        let (streams, _) = at_once(&listener, LINES);
        // The gateway goes on meanwhile, and has the time to call once more.
        (0..10).for_each(|_| assert_eq!(first.get("/", &[]).status, 200));
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().err().map(|error| error.kind()), Some(ErrorKind::WouldBlock));
        listener.set_nonblocking(false).unwrap();
        answer_all(streams, "200 OK");
        answer_all(at_once(&listener, 2).0, "200 OK");
        calls.into_iter().for_each(|call| assert_eq!(call.join().unwrap(), 200));
    });
}

#[test]
fn a_token_that_is_refused_to_several_at_once_is_renewed_once() {
    let mut authority = authority();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let first = calling(&authority, listener.local_addr().unwrap(), "/", &[]);
    let caller = caller(&mut authority, "upstream:read");
    thread::scope(|scope| {
        let calls: Vec<_> = (0..LINES).map(|_| scope.spawn(|| upstream(&first, &caller).status)).collect();
        let (streams, refused) = at_once(&listener, LINES);
        answer_all(streams, "401 Unauthorized");
        let (streams, token) = at_once(&listener, LINES);
        assert_ne!(token, refused);
        answer_all(streams, "200 OK");
        calls.into_iter().for_each(|call| assert_eq!(call.join().unwrap(), 200));
    });
}

/// A resource server behind TLS, for one call. Tells whether one came, and the token in it.
fn over_tls(identity: Identity) -> (SocketAddr, Receiver<String>) {
    let (sender, tokens) = mpsc::channel();
    let address = scripted::serve(identity, move |server| {
        server.handshake();
        let Some((APPLICATION_DATA, request)) = server.read() else { return };
        _ = sender.send(token_of(&request));
        server.send(APPLICATION_DATA, &answer("200 OK", "", b"level"));
    });
    (address, tokens)
}

/// A gateway that calls it by this name.
fn calling_over_tls(authority: &Authority, host: &str, upstream: SocketAddr, more: &[&str]) -> Server {
    let (secret, id) = (TemporaryFile::new(CLIENT_SECRET), client_id("client_secret_basic"));
    let (url, resource) =
        (format!("https://{host}:{}/level", upstream.port()), format!("https://{host}:{}", upstream.port()));
    let client = ["--client-id", &id, "--client-secret-file", secret.path()];
    let upstream = ["--upstream", &url, "--upstream-resource", &resource];
    Server::discovering(authority.issuer(), PKI.root.certificate.pem(), &[&client[..], &upstream, more].concat())
}

#[test]
fn another_server_is_called_over_tls_by_who_vouches_for_it() {
    let mut authority = authority();
    let caller = caller(&mut authority, "upstream:read");
    let own = Pki::new(KeyType::P256);
    let root = TemporaryFile::new(own.root.certificate.pem());
    for (pki, more) in [(&*PKI, &[][..]), (&own, &["--upstream-ca", root.path()])] {
        let (address, tokens) = over_tls(pki.server(&["localhost"]));
        let answer = upstream(&calling_over_tls(&authority, "localhost", address, more), &caller);
        assert_eq!((answer.status, &*answer.body), (200, "level"));
        assert_eq!(tokens.iter().count(), 1);
    }
}

#[test]
fn another_server_that_cannot_prove_who_it_is_hears_of_no_token() {
    let mut authority = authority();
    let caller = caller(&mut authority, "upstream:read");
    let own = Pki::new(KeyType::P256);
    let root = TemporaryFile::new(own.root.certificate.pem());
    let others_ca = ["--upstream-ca", root.path()];
    let mut expired = server_params(&["localhost"]);
    expired.not_after = rcgen::date_time_ymd(2024, 1, 1);
    let wrong_signature = "a certificate's signature is not its issuer's";
    for (identity, more, reason) in [
        // Both have the same name for their root.
        (own.server(&["localhost"]), &[][..], wrong_signature),
        (PKI.server(&["localhost"]), &others_ca, wrong_signature),
        (PKI.server(&["other.example"]), &[], "the certificate is for another server"),
        (PKI.server_with(expired), &[], "a certificate has expired"),
    ] {
        let (address, tokens) = over_tls(identity);
        let answer = upstream(&calling_over_tls(&authority, "localhost", address, more), &caller);
        assert_eq!(answer.status, 502, "{reason}");
        assert_eq!(answer.body, format!("the upstream server does not answer: {reason}\n"));
        assert_eq!(tokens.iter().count(), 0);
    }
}

#[test]
fn an_outage_of_the_authority_matters_to_who_has_no_token_yet() {
    let mut authority = Authority::start(&PKI);
    let script = Script::start(4, |_, _| answer("200 OK", "", b"level"));
    let [with, without] = [(); 2].map(|()| calling(&authority, script.address, "/", &[]));
    let caller = caller(&mut authority, "upstream:read sensor:read");
    assert_eq!(upstream(&with, &caller).status, 200);
    // It has the keys, and no token.
    assert_eq!(without.get("/sensor", &[&caller]).status, 200);
    authority.kill();
    assert_eq!((upstream(&with, &caller).status, &*upstream(&with, &caller).body), (200, "level"));
    let answer = upstream(&without, &caller);
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    assert_eq!(answer.body, "there is no token for the upstream server: the host did not take the connection\n");
    let tokens = script.tokens();
    assert!(tokens.len() == 3 && tokens.iter().all(|token| *token == tokens[0]));
    authority.restart();
    sleep(Duration::from_secs(6));
    assert_eq!(upstream(&without, &caller).status, 200);
    assert_ne!(script.tokens(), tokens[..1]);
}

#[test]
fn an_answer_that_cannot_be_passed_on_is_named_and_no_token_with_it() {
    let mut authority = authority();
    let caller = caller(&mut authority, "upstream:read");
    type Reply = fn(&str) -> Vec<u8>;
    let cases: [(Reply, &str); 7] = [
        (|token| answer("200 OK", "", format!("you said {token}").as_bytes()), "repeats the token"),
        (|token| answer("500 Oops", "", format!("you said {token}").as_bytes()), "repeats the token"),
        (|_| answer("200 OK", "", b"\xff"), "no text"),
        (|_| answer("200 OK", "", &[b'x'; 2049]), "the content of the answer is too long"),
        (|_| answer("302 Found", "Location: https://evil.example/\r\n", b""), "redirects"),
        (|_| answer("500 Oops", "", b"trace"), "answers with status 500"),
        (|_| Vec::new(), "closed before an answer came"),
    ];
    for (reply, named) in cases {
        let script = Script::start(1, move |_, token| reply(token));
        let first = calling(&authority, script.address, "/", &[]);
        let answer = upstream(&first, &caller);
        assert_eq!((answer.status, answer.header("location")), (502, None), "{named}: {}", answer.body);
        assert!(answer.body.contains(named) && answer.body.lines().count() == 1, "{named}: {}", answer.body);
        let token = script.tokens.recv().unwrap();
        assert!(!answer.body.contains(&token) && !answer.body.contains("trace"));
        assert!(!first.log().concat().contains(&token));
    }
    let script = Script::start(1, |_, _| answer("200 OK", "", &[b'x'; 2048]));
    assert_eq!(upstream(&calling(&authority, script.address, "/", &[]), &caller).body, "x".repeat(2048));
}

#[test]
fn another_server_that_is_silent_or_gone_holds_no_request_for_long() {
    let mut authority = authority();
    let caller = caller(&mut authority, "upstream:read");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let answer = upstream(&calling(&authority, silent.local_addr().unwrap(), "/", &[]), &caller);
    assert_eq!(
        (answer.status, &*answer.body),
        (504, "the upstream server does not answer: the answer took too long\n")
    );
    let answer = upstream(&calling(&authority, free_address(), "/", &[]), &caller);
    assert_eq!(answer.status, 502);
    assert_eq!(answer.body, "the upstream server does not answer: the host did not take the connection\n");
}
