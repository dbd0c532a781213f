//! The command line.

use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

use lexopt::{Arg, Parser, ValueExt};

/// What `--help` says.
pub const HELP: &str = "\
gateway: a resource server that guards a sensor and an LED with OAuth 2.0 access tokens

Usage: gateway [OPTIONS]

Without options it makes a key, issues tokens to itself and prints requests to try.

Options:
  --listen ADDR:PORT      where to listen (default 127.0.0.1:8080)
  --jwks FILE             guard with the keys of this JWK Set; with --issuer and --audience
  --issuer URL            the authorization server, exactly as in the tokens' iss
  --audience URI          this resource, exactly as in the tokens' aud
  --relaxed               also take tokens of servers from before RFC 9068: typ JWT, or none; with --jwks
  --tls-ends-in-front     a proxy ends TLS in front of this server; needed to listen beyond loopback
  --self-test             send the printed requests itself, on a free port, and compare the answers
  --help                  this text
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Say how to use the program.
    Help,
    /// Test itself.
    SelfTest,
    /// Serve.
    Serve(Options),
}

/// How to serve.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether TLS ends in front.
    pub tls_ends_in_front: bool,
    /// Whose tokens to take; those of the demo issuer if absent.
    pub authority: Option<Authority>,
}

/// An authorization server and its keys.
#[derive(Debug, PartialEq, Eq)]
pub struct Authority {
    /// The file with its JWK Set.
    pub jwks: PathBuf,
    /// Its `iss`.
    pub issuer: String,
    /// The `aud` of tokens for this resource.
    pub audience: String,
    /// Whether tokens from before RFC 9068 are taken.
    pub relaxed: bool,
}

/// Where to listen unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// Reads the arguments, without the program's name.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn read(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Task, String> {
    let (mut listen, mut jwks, mut issuer, mut audience) = (None, None, None, None);
    let (mut relaxed, mut tls_ends_in_front, mut self_test) = (None, None, None);
    let mut count = 0;
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        count += 1;
        match argument {
            Arg::Long("listen") => once("--listen", &mut listen, address(&text(&mut parser)?)?)?,
            Arg::Long("jwks") => once("--jwks", &mut jwks, PathBuf::from(value(&mut parser)?))?,
            Arg::Long("issuer") => once("--issuer", &mut issuer, url("--issuer", text(&mut parser)?)?)?,
            Arg::Long("audience") => once("--audience", &mut audience, uri("--audience", text(&mut parser)?)?)?,
            Arg::Long("relaxed") => once("--relaxed", &mut relaxed, ())?,
            Arg::Long("tls-ends-in-front") => once("--tls-ends-in-front", &mut tls_ends_in_front, ())?,
            Arg::Long("self-test") => once("--self-test", &mut self_test, ())?,
            Arg::Long("help") | Arg::Short('h') => return Ok(Task::Help),
            other => return Err(other.unexpected().to_string()),
        }
    }
    if self_test.is_some() {
        return if count == 1 { Ok(Task::SelfTest) } else { Err("--self-test goes alone".into()) };
    }
    let authority = match (jwks, issuer, audience) {
        (Some(jwks), Some(issuer), Some(audience)) => {
            Some(Authority { jwks, issuer, audience, relaxed: relaxed.is_some() })
        }
        (None, None, None) if relaxed.is_some() => return Err("--relaxed goes with --jwks".into()),
        (None, None, None) => None,
        _ => return Err("--jwks, --issuer and --audience go together".into()),
    };
    let listen = listen.unwrap_or(DEFAULT_LISTEN);
    let tls_ends_in_front = tls_ends_in_front.is_some();
    if !listen.ip().is_loopback() && !tls_ends_in_front {
        return Err(format!(
            "{listen} is not loopback, and tokens must not cross a network in clear: \
             put TLS in front, and say --tls-ends-in-front"
        ));
    }
    Ok(Task::Serve(Options { listen, tls_ends_in_front, authority }))
}

fn once<T>(name: &str, place: &mut Option<T>, value: T) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{name} is given twice")),
    }
}

fn value(parser: &mut Parser) -> Result<OsString, String> {
    parser.value().map_err(|error| error.to_string())
}

fn text(parser: &mut Parser) -> Result<String, String> {
    value(parser)?.string().map_err(|error| error.to_string())
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("--listen takes ADDR:PORT, as in 127.0.0.1:8080, and not {text:?}"))
}

fn url(name: &str, text: String) -> Result<String, String> {
    if text.starts_with("https://") || text.starts_with("http://") {
        uri(name, text)
    } else {
        Err(format!("{name} takes a URL with https://, and not {text:?}"))
    }
}

/// A URI has no space and nothing that would have to be quoted (RFC 3986 §2).
fn uri(name: &str, text: String) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        Ok(text)
    } else {
        Err(format!("{name} takes a URI, and not {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serve(arguments: &[&str]) -> Options {
        match read(arguments) {
            Ok(Task::Serve(options)) => options,
            other => panic!("{arguments:?}: {other:?}"),
        }
    }

    #[test]
    fn without_options_the_demo_listens_on_loopback() {
        let expected = Options { listen: DEFAULT_LISTEN, tls_ends_in_front: false, authority: None };
        assert_eq!(serve(&[]), expected);
        assert_eq!(serve(&["--listen", "127.0.0.1:8080"]), expected);
        assert_eq!(serve(&["--listen=[::1]:0"]).listen, "[::1]:0".parse().unwrap());
    }

    #[test]
    fn an_authority_has_keys_issuer_and_audience() {
        let complete = ["--jwks", "keys.json", "--issuer", "https://as.example", "--audience", "api://valve"];
        let expected = Authority {
            jwks: "keys.json".into(),
            issuer: "https://as.example".into(),
            audience: "api://valve".into(),
            relaxed: false,
        };
        assert_eq!(serve(&complete).authority, Some(expected));
        assert!(serve(&[complete.as_slice(), &["--relaxed"]].concat()).authority.unwrap().relaxed);
        for missing in [0..2, 2..4, 4..6] {
            let mut incomplete = complete.to_vec();
            drop(incomplete.drain(missing));
            assert_eq!(read(&incomplete), Err("--jwks, --issuer and --audience go together".into()));
        }
    }

    #[test]
    fn beyond_loopback_tls_has_to_end_in_front() {
        assert!(read(["--listen", "0.0.0.0:80"]).unwrap_err().contains("--tls-ends-in-front"));
        assert!(serve(&["--listen", "0.0.0.0:80", "--tls-ends-in-front"]).tls_ends_in_front);
    }

    #[test]
    fn wrong_options_are_named_in_one_line() {
        for (arguments, named) in [
            (&["--lisen", "127.0.0.1:1"][..], "--lisen"),
            (&["--listen"], "--listen"),
            (&["--listen", "localhost"], "localhost"),
            (&["--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2"], "twice"),
            (&["--relaxed"], "--jwks"),
            (&["--relaxed=yes"], "--relaxed"),
            (&["--issuer", "as.example"], "as.example"),
            (&["--audience", ""], "--audience"),
            (&["--audience", "two words"], "--audience"),
            (&["--self-test", "--listen", "127.0.0.1:1"], "--self-test"),
            (&["-x"], "-x"),
            (&["keys.json"], "keys.json"),
        ] {
            let sentence = read(arguments).unwrap_err();
            assert!(sentence.contains(named) && !sentence.contains('\n'), "{arguments:?}: {sentence}");
        }
    }

    #[test]
    fn help_and_the_self_test_are_tasks_of_their_own() {
        assert_eq!(read(["--help"]), Ok(Task::Help));
        assert_eq!(read(["-h"]), Ok(Task::Help));
        assert_eq!(read(["--self-test"]), Ok(Task::SelfTest));
    }
}
