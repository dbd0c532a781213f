//! A real authorization server to try the gateway with: oidc-provider on loopback, as the tests have it, with certificates
//! made at start. It prints the commands, and does what it is told on standard input.

use std::{env, error::Error, fs, io::stdin, path::PathBuf};

use tests::{
    authority::{Authority, CLIENT_SECRET, TokenFormat, client_id},
    pki::{KeyType, Pki},
};

const AUDIENCE: &str = "https://valve.example";
const SCOPE: &str = "sensor:read";

fn main() -> Result<(), Box<dyn Error>> {
    let pki = Pki::new(KeyType::P256);
    let mut authority = Authority::start(&pki);
    let ca = file("ca.pem", &pki.root.certificate.pem())?;
    let secret = file("client-secret", CLIENT_SECRET)?;
    println!(
        "The gateway, in another terminal:\n\n\
         cargo run --release -p gateway -- --discover {} --audience {AUDIENCE} --ca {} \
         --introspect --client-id {} --client-secret-file {}\n\n\
         Requests, in a third:",
        authority.issuer(),
        ca.display(),
        client_id("client_secret_basic"),
        secret.display(),
    );
    let jwt = authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE);
    let opaque = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
    for (name, token) in [("a JWT", jwt), ("an opaque token", opaque.clone())] {
        println!("\n# {name}\ncurl -i -H 'Authorization: Bearer {token}' http://127.0.0.1:8080/sensor");
    }
    println!("\nType revoke (the opaque token), kill, restart or end.");
    let mut runs = true;
    for line in stdin().lines() {
        match line?.trim() {
            "revoke" if runs => authority.revoke(&opaque),
            "kill" if runs => {
                authority.kill();
                runs = false;
            }
            "restart" if !runs => {
                authority.restart();
                runs = true;
            }
            "end" => break,
            other => println!("not now: {other}"),
        }
    }
    fs::remove_file(ca)?;
    fs::remove_file(secret)?;
    Ok(())
}

/// Writes a file among the temporary ones.
fn file(name: &str, content: &str) -> Result<PathBuf, Box<dyn Error>> {
    let path = env::temp_dir().join(format!("bearward-{name}"));
    fs::write(&path, content)?;
    Ok(path)
}
