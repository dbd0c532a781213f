use super::*;

fn serve(arguments: &[&str]) -> Options {
    match read(arguments) {
        Ok(Task::Serve(options)) => *options,
        other => panic!("{arguments:?}: {other:?}"),
    }
}

#[test]
fn without_options_the_demo_listens_on_loopback() {
    let expected = Options { listen: DEFAULT_LISTEN, tls_ends_in_front: false, device_keys: None, authority: None };
    assert_eq!(serve(&[]), expected);
    assert_eq!(serve(&["--listen", "127.0.0.1:8080"]), expected);
    assert_eq!(serve(&["--listen=[::1]:0"]).listen, "[::1]:0".parse().unwrap());
}

#[test]
fn an_authority_has_keys_issuer_and_audience() {
    let complete = ["--jwks", "keys.json", "--issuer", "https://as.example", "--audience", "api://valve"];
    let expected = Authority {
        issuer: "https://as.example".into(),
        audience: "api://valve".into(),
        relaxed: false,
        keys: KeySource::File("keys.json".into()),
        decryption_keys: None,
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
        (&["--audience", "api://valve"], "--discover"),
        (&["--audience", "two words"], "--audience"),
        (&["--self-test", "--listen", "127.0.0.1:1"], "--self-test"),
        (&["--client-id", ""], "--client-id"),
        (&["--introspection-response", "xml"], "xml"),
        (&["--decryption-keys", "own.json"], "--jwks or --discover"),
        (&["--rotate-device-keys"], "--device-keys"),
        (&["--device-keys"], "--device-keys"),
        (&["-x"], "-x"),
        (&["keys.json"], "keys.json"),
    ] {
        let sentence = read(arguments).unwrap_err();
        assert!(sentence.contains(named) && !sentence.contains('\n'), "{arguments:?}: {sentence}");
    }
}

const DISCOVERY: [&str; 6] = ["--discover", "https://as.example", "--audience", "api://valve", "--ca", "ca.pem"];
const CLIENT: [&str; 4] = ["--client-id", "valve", "--client-secret-file", "secret"];

/// The options that say how the server is called, after [`DISCOVERY`].
fn discovery(more: &[&str]) -> Discovery {
    match serve(&[&DISCOVERY, more].concat()).authority.unwrap().keys {
        KeySource::Discovery(discovery) => discovery,
        KeySource::File(path) => panic!("{path:?}"),
    }
}

#[test]
fn a_server_that_is_discovered_has_an_issuer_and_certificate_authorities() {
    let authority = serve(&DISCOVERY).authority.unwrap();
    assert_eq!((&*authority.issuer, &*authority.audience), ("https://as.example", "api://valve"));
    let expected = Discovery { ca: "ca.pem".into(), client: None, introspection: None, upstream: None };
    assert_eq!(authority.keys, KeySource::Discovery(expected));
    assert!(serve(&[DISCOVERY.as_slice(), &["--relaxed"]].concat()).authority.unwrap().relaxed);
}

#[test]
fn who_introspects_is_a_client_with_a_secret() {
    for (way, always) in [("--introspect", false), ("--always-introspect", true)] {
        for (method, expected) in [
            (&[][..], ClientMethod::Basic),
            (&["--client-auth", "basic"], ClientMethod::Basic),
            (&["--client-auth", "post"], ClientMethod::Post),
            (&["--client-auth=jwt"], ClientMethod::Jwt),
        ] {
            let proof = Proof::Secret(expected, SecretSource::File("secret".into()));
            let discovery = discovery(&[&[way][..], &CLIENT, method].concat());
            assert_eq!(discovery.client, Some(ClientOptions { id: "valve".into(), proof }));
            assert_eq!(discovery.introspection, Some(Introspection { always, response: ResponseForm::Json }));
        }
    }
    let given = discovery(&["--introspect", "--client-id", "valve", "--client-secret", "gX1f"]).client.unwrap();
    let secret = SecretSource::Given(HiddenText("gX1f".into()));
    assert_eq!(given.proof, Proof::Secret(ClientMethod::Basic, secret));
    assert!(!format!("{given:?}").contains("gX1f"));
}

#[test]
fn answers_come_in_the_form_that_is_registered_and_tokens_may_be_encrypted() {
    for (form, expected) in [
        ("json", ResponseForm::Json),
        ("jwt", ResponseForm::Jwt),
        ("encrypted-jwt", ResponseForm::EncryptedJwt),
        ("keycloak", ResponseForm::Keycloak),
    ] {
        let form = ["--introspection-response", form, "--decryption-keys", "own.json"];
        let more = [&["--introspect"][..], &CLIENT, &form].concat();
        assert_eq!(discovery(&more).introspection.unwrap().response, expected);
        let authority = serve(&[&DISCOVERY, &*more].concat()).authority.unwrap();
        assert_eq!(authority.decryption_keys, Some("own.json".into()));
    }
    let local = ["--jwks", "keys.json", "--issuer", "https://as.example", "--audience", "api://valve"];
    let authority = serve(&[&local[..], &["--decryption-keys", "own.json"]].concat()).authority.unwrap();
    assert_eq!(authority.decryption_keys, Some("own.json".into()));
    let own = ["--introspect", "--introspection-response", "encrypted-jwt", "--device-keys", "keys"];
    assert_eq!(discovery(&[&own[..], &CLIENT].concat()).introspection.unwrap().response, ResponseForm::EncryptedJwt);
}

#[test]
fn the_gateways_own_keys_lie_in_a_file_and_may_sign_for_it() {
    for (more, rotate) in [(&[][..], false), (&["--rotate-device-keys"][..], true)] {
        let expected = DeviceKeyFile { path: "keys".into(), rotate };
        assert_eq!(serve(&[&["--device-keys", "keys"], more].concat()).device_keys, Some(expected));
    }
    let key = ["--introspect", "--client-id", "valve", "--client-auth", "key", "--device-keys", "keys"];
    assert_eq!(discovery(&key).client.unwrap().proof, Proof::DeviceKey);
}

#[test]
fn options_that_do_not_go_together_are_named_in_one_line() {
    for (arguments, sentence) in [
        (&["--jwks", "keys.json"][..], "--discover finds the keys of its issuer: leave out --jwks and --issuer"),
        (&["--issuer", "https://as.example"], "--discover finds the keys of its issuer: leave out --jwks and --issuer"),
        (&["--introspect", "--always-introspect"], "--introspect and --always-introspect are two ways: choose one"),
        (&["--introspect"], "to introspect goes with --client-id"),
        (&["--always-introspect", "--client-id", "valve"], "to introspect goes with --client-secret-file"),
        (&["--client-id", "valve"], "--client-id goes with --introspect, --always-introspect or --upstream"),
        (&["--client-auth", "jwt"], "--client-auth goes with --introspect, --always-introspect or --upstream"),
        (
            &["--introspection-response", "jwt"],
            "--introspection-response goes with --introspect or --always-introspect",
        ),
        (
            &[
                "--introspect",
                "--client-id",
                "valve",
                "--client-secret",
                "a",
                "--introspection-response",
                "encrypted-jwt",
            ],
            "--introspection-response encrypted-jwt goes with --device-keys or --decryption-keys",
        ),
        (
            &["--introspect", "--client-id", "valve", "--client-secret", "a", "--client-auth", "digest"],
            "--client-auth takes basic, post, jwt or key, and not \"digest\"",
        ),
        (
            &["--introspect", "--client-id", "valve", "--client-secret", "a", "--client-auth", "key"],
            "--client-auth key needs no secret",
        ),
        (
            &["--introspect", "--client-id", "valve", "--client-auth", "key"],
            "--client-auth key goes with --device-keys",
        ),
        (
            &["--introspect", "--client-id", "valve", "--client-secret", "a", "--client-secret-file", "b"],
            "--client-secret-file and --client-secret: one secret is enough",
        ),
    ] {
        assert_eq!(read([&DISCOVERY, arguments].concat()), Err(sentence.into()));
    }
    let mut incomplete = DISCOVERY.to_vec();
    incomplete.truncate(4);
    assert!(read(&incomplete).unwrap_err().starts_with("--discover goes with --ca"));
    incomplete.truncate(2);
    assert_eq!(read(&incomplete), Err("--discover goes with --audience".into()));
    for alone in [
        &["--ca", "ca.pem"][..],
        &["--introspect"],
        &["--always-introspect"],
        &["--client-id", "valve"],
        &["--client-secret", "gX1f"],
        &["--client-secret-file", "secret"],
        &["--client-auth", "basic"],
        &["--upstream", "https://tank.example"],
        &["--upstream-resource", "https://tank.example"],
        &["--upstream-scope", "tank:read"],
        &["--upstream-ca", "tank.pem"],
        &["--danger-http-upstream"],
    ] {
        assert_eq!(read(alone), Err(format!("{} goes with --discover", alone[0])));
    }
}

const UPSTREAM: [&str; 4] = ["--upstream", "https://tank.example/level", "--upstream-resource", "https://tank.example"];

#[test]
fn another_resource_server_is_called_as_the_same_client() {
    let expected = |url: &str, resource: &str, scope: Option<&str>, takes_http| Upstream {
        url: url.into(),
        resource: resource.into(),
        scope: scope.map(Into::into),
        takes_http,
        ca: None,
    };
    let plain = discovery(&[&UPSTREAM[..], &CLIENT].concat());
    assert_eq!(plain.upstream, Some(expected("https://tank.example/level", "https://tank.example", None, false)));
    assert_eq!((plain.client.unwrap().id, plain.introspection), ("valve".into(), None));
    let both = discovery(&[&UPSTREAM[..], &CLIENT, &["--introspect", "--upstream-scope", "tank:read"]].concat());
    assert_eq!(both.upstream.unwrap().scope.as_deref(), Some("tank:read"));
    let elsewhere = discovery(&[&UPSTREAM[..], &CLIENT, &["--upstream-ca", "tank.pem"]].concat());
    assert_eq!(elsewhere.upstream.unwrap().ca, Some("tank.pem".into()));
    assert!(both.introspection.is_some());
    let loopback = ["--upstream", "http://127.0.0.1:8/a", "--upstream-resource", "http://127.0.0.1:8"];
    let danger = discovery(&[&loopback[..], &CLIENT, &["--danger-http-upstream"]].concat());
    assert_eq!(danger.upstream, Some(expected("http://127.0.0.1:8/a", "http://127.0.0.1:8", None, true)));
}

#[test]
fn rfc8707_2_another_resource_server_has_an_https_url_that_its_tokens_are_for() {
    let danger = "--danger-http-upstream";
    for (url, resource, more, named) in [
        ("http://127.0.0.1:8/a", "http://127.0.0.1:8", &[][..], "--upstream takes an https URL"),
        ("https://tank.example/", "api://tank", &[], "--upstream-resource takes an https URL"),
        ("https://tank.example/", "https://tank.example:444", &[], "two servers"),
        ("https://tank.example/", "https://evil.example", &[], "two servers"),
        ("http://tank.example/", "http://tank.example", &[danger], "an address of this machine"),
        ("http://localhost/", "http://localhost", &[danger], "an address of this machine"),
        ("http://10.0.0.1/", "http://10.0.0.1", &[danger], "an address of this machine"),
        ("https://127.0.0.1:8/", "http://127.0.0.1:8", &[danger], "two servers"),
    ] {
        let upstream = ["--upstream", url, "--upstream-resource", resource];
        let sentence = read([&DISCOVERY[..], &upstream, &CLIENT, more].concat()).unwrap_err();
        assert!(sentence.contains(named) && !sentence.contains('\n'), "{sentence}");
    }
    for (arguments, sentence) in [
        (&UPSTREAM[..2], "--upstream goes with --upstream-resource"),
        (&UPSTREAM[2..], "--upstream-resource goes with --upstream"),
        (&[danger], "--danger-http-upstream goes with --upstream"),
        (&["--upstream-scope", "a"], "--upstream-scope goes with --upstream"),
        (&["--upstream-ca", "a"], "--upstream-ca goes with --upstream"),
        (&UPSTREAM, "--upstream goes with --client-id"),
    ] {
        assert_eq!(read([&DISCOVERY[..], arguments].concat()), Err(sentence.into()));
    }
    let nameless = [&UPSTREAM[..], &CLIENT[..2]].concat();
    assert_eq!(read([&DISCOVERY[..], &nameless].concat()), Err("--upstream goes with --client-secret-file".into()));
}

#[test]
fn rfc8414_2_an_issuer_is_an_https_url_without_query_and_fragment() {
    let long = format!("https://as.example/{}", "x".repeat(256));
    for issuer in ["", "as.example", "http://as.example", "https://", "https://as.example/?a", "https://a b", &long] {
        let sentence = read(["--discover", issuer]).unwrap_err();
        assert!(sentence.starts_with("--discover takes the https URL of an issuer"), "{sentence}");
    }
}

#[test]
fn help_and_the_self_test_are_tasks_of_their_own() {
    assert_eq!(read(["--help"]), Ok(Task::Help));
    assert_eq!(read(["-h"]), Ok(Task::Help));
    assert_eq!(read(["--self-test"]), Ok(Task::SelfTest));
}
