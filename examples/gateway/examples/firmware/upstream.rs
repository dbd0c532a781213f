//! Another resource server for the image to call: the gateway on this machine, behind TLS.

use std::{
    env, fs, io,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tests::{
    authority::{Authority, CLIENT_SECRET, TokenFormat, client_id, userinfo_client},
    pki::{Identity, KeyType, Pki},
};

use crate::{AUDIENCE, Outcome, SelfTest, device::WATCH, request::Request};

/// What the image's tokens allow there.
pub const SCOPE: &str = "tank:read";

/// What is called at the server at this port.
pub fn url(port: u16) -> String {
    format!("https://localhost:{port}/whoami")
}

/// What the tokens are for.
pub fn resource(port: u16) -> String {
    format!("https://localhost:{port}")
}

/// The gateway, and what ends TLS in front of it.
pub struct Upstream {
    pub port: u16,
    /// Whether it shows a certificate that another authority of the same name has issued.
    stranger: Arc<AtomicBool>,
    /// The shell that ends the gateway when its input ends, however that comes about.
    gateway: Child,
}

impl Upstream {
    /// Starts it. Of tokens it asks this authorization server, and its certificate is of this PKI.
    pub fn start(authority: &Authority, pki: &Pki) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let folder = env::temp_dir().join(format!("bearward-upstream-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let (authorities, secret) = (folder.join("ca"), folder.join("secret"));
        fs::write(&authorities, pki.root.certificate.pem())?;
        fs::write(&secret, CLIENT_SECRET)?;
        // `cargo build` puts this program into a folder below that of the gateway.
        let program = env::current_exe()?.ancestors().nth(2).ok_or("no folder")?.join("gateway");
        let id = client_id("client_secret_post");
        let mut gateway = Command::new("sh")
            .args(["-c", WATCH, "sh"])
            .arg(folder)
            .arg(program)
            .args(["--listen", "127.0.0.1:0", "--discover", authority.issuer(), "--audience", &resource(port)])
            .args(["--introspect", "--client-id", &id, "--client-auth", "post"])
            .arg("--ca")
            .arg(authorities)
            .arg("--client-secret-file")
            .arg(secret)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(gateway.stdout.take().ok_or("no output")?);
        let address = loop {
            let mut line = String::new();
            if output.read_line(&mut line)? == 0 {
                return Err("the gateway does not serve".into());
            }
            if let Some((_, address)) = line.trim().rsplit_once("http://") {
                break address.parse::<SocketAddr>()?;
            }
        };
        // It goes on writing.
        thread::spawn(move || io::copy(&mut output, &mut io::sink()));
        let stranger = Arc::new(AtomicBool::new(false));
        let upstream = Self { port, stranger: Arc::clone(&stranger), gateway };
        let right = Arc::new(config(&pki.server(&["localhost"]))?);
        let wrong = Arc::new(config(&Pki::new(KeyType::P256).server(&["localhost"]))?);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let config = Arc::clone(if stranger.load(Ordering::Relaxed) { &wrong } else { &right });
                // A call that comes to nothing is one that the image tells of.
                thread::spawn(move || carry(stream, config, address).is_ok());
            }
        });
        Ok(upstream)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        drop(self.gateway.stdin.take());
        let _ = self.gateway.wait();
    }
}

fn config(identity: &Identity) -> Outcome<ServerConfig> {
    let chain = identity.chain_der().into_iter().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::try_from(identity.key_der().to_vec())?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?)
}

/// One request, and its answer, behind which the gateway closes.
fn carry(stream: TcpStream, config: Arc<ServerConfig>, gateway: SocketAddr) -> Outcome<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut tls = StreamOwned::new(ServerConnection::new(config)?, stream);
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut piece = [0; 512];
        match tls.read(&mut piece)? {
            0 => return Ok(()),
            length => request.extend_from_slice(&piece[..length]),
        }
    }
    let mut gateway = TcpStream::connect(gateway)?;
    gateway.write_all(&request)?;
    io::copy(&mut gateway, &mut tls)?;
    tls.conn.send_close_notify();
    tls.flush()?;
    Ok(())
}

impl SelfTest {
    /// The image calls another server with a token that it gets by itself, for those who may ask that of it.
    pub fn upstream(&mut self) {
        let jwt = TokenFormat::Jwt("ES256");
        let may = self.authority.access_token(jwt, "upstream:read", AUDIENCE);
        let request = Request::with("GET /upstream", &may);
        // The other server says for whom it took it.
        self.page(
            "another server, by a token of its own",
            &request,
            &format!("<dt>client<dd>{}", client_id("client_secret_basic")),
        );
        self.page("the same again", &request, &format!("<dt>scope<dd>{SCOPE}"));
        let other = self.authority.access_token(jwt, "sensor:read", AUDIENCE);
        self.case(
            "another server, without the scope",
            &Request::with("GET /upstream", &other),
            "403 insufficient_scope",
        );
        self.other.stranger.store(true, Ordering::Relaxed);
        self.case("another server, that cannot prove it is", &request, "502");
        self.other.stranger.store(false, Ordering::Relaxed);
        self.case("another server, as it was", &request, "200");
    }

    /// Who somebody is, by introspection and userinfo.
    pub fn who(&mut self) {
        let app = userinfo_client(None);
        let token = self.authority.user_token_for(&app, "zofie", "openid profile", AUDIENCE);
        let request = Request::with("GET /whoami", &token);
        self.page("who, by introspection", &request, "<dt>user<dd>zofie");
        self.page("who, by userinfo", &request, "<dt>name<dd>\u{17d}ofie &quot;Zo\\e&quot;");
        let gone = self.authority.user_token_for(&app, "nobody", "openid profile", AUDIENCE);
        self.page("who, of whom nothing is told", &Request::with("GET /whoami", &gone), "tells nothing about the user");
    }

    /// A request that is answered with this in the text.
    fn page(&mut self, name: &str, request: &Request<'_>, text: &str) {
        let got = match self.device.send(request) {
            Ok(answer) if answer.contains(text) => answer.summary(),
            Ok(answer) => format!("{}, without {text}", answer.summary()),
            Err(error) => error.to_string(),
        };
        self.row(name, "200", &got);
    }
}
