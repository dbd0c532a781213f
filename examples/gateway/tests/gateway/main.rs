//! The gateway as its users meet it: a process, a socket, and what it prints.

mod authority;
mod device_keys;
mod hostile;
mod support;
mod upstream;
mod who;

use support::{Server, TestKey, code, failure, run};

#[test]
fn every_printed_line_gets_the_answer_that_is_printed_with_it() {
    let server = Server::demo();
    let examples = server.examples();
    assert_eq!(examples.len(), 8);
    for example in examples {
        let answer = server.send(&example.request());
        let got =
            [answer.status.to_string().as_str()].into_iter().chain(answer.error_code()).collect::<Vec<_>>().join(" ");
        assert_eq!(got, example.expected, "{}\n{answer:?}", example.comment);
    }
}

#[test]
fn without_a_token_the_challenge_is_bare_and_says_where_to_get_one() {
    let server = Server::demo();
    let answer = server.get("/sensor", &[]);
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer realm=\"gateway\""), "{challenge}");
    assert!(challenge.contains("scope=\"sensor:read\""), "{challenge}");
    assert!(!challenge.contains("error"), "{challenge}");
    let url = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource\"", server.base());
    assert!(challenge.contains(&url), "{challenge}");
}

#[test]
fn the_metadata_names_the_resource_and_its_authorization_server() {
    let server = Server::demo();
    let answer = server.get("/.well-known/oauth-protected-resource", &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let document = bearward_core::json::Object::read(answer.body.trim().as_bytes()).unwrap();
    assert!(document.get("resource").unwrap().as_text().unwrap() == server.base().as_str());
    assert!(document.get("authorization_servers").unwrap().as_array().unwrap().as_json().contains("demo-issuer"));
    for scope in ["sensor:read", "led:set"] {
        assert!(document.get("scopes_supported").unwrap().as_array().unwrap().as_json().contains(scope));
    }
}

#[test]
fn rfc9728_3_1_the_metadata_is_where_the_challenge_says() {
    for resource in ["https://valve.example/", "https://valve.example/2/", "https://valve.example/2%20b?c=/d&e"] {
        let server = Server::guarding(resource);
        let challenge = server.get("/sensor", &[]).header("www-authenticate").map(str::to_owned).unwrap();
        let url = challenge.split("resource_metadata=\"").nth(1).unwrap().split('"').next().unwrap();
        let answer = server.get(url.strip_prefix("https://valve.example").unwrap(), &[]);
        assert_eq!(answer.status, 200, "{url}");
        let document = bearward_core::json::Object::read(answer.body.as_bytes()).unwrap();
        assert!(document.get("resource").unwrap().as_text().unwrap() == resource);
        // Anywhere else would be another resource.
        assert_eq!(server.get("/.well-known/oauth-protected-resource?other", &[]).status, 404);
    }
    let server = Server::guarding("api://valve");
    assert!(!server.get("/sensor", &[]).header("www-authenticate").unwrap().contains("resource_metadata"));
    assert_eq!(server.get("/.well-known/oauth-protected-resource", &[]).status, 200);
}

#[test]
fn the_index_is_open_and_other_paths_and_methods_are_not_there() {
    let server = Server::demo();
    let index = server.get("/", &[]);
    assert_eq!(index.status, 200);
    assert!(index.body.contains("sensor:read"));
    assert_eq!(server.get("/valve", &[]).status, 404);
    assert_eq!(server.send(&server.request("POST /sensor", &[], "")).status, 405);
    assert_eq!(server.send(&server.request("GET /led", &[], "")).status, 405);
}

#[test]
fn rfc9110_9_3_2_head_needs_the_same_token_and_gets_no_content() {
    let server = Server::demo();
    assert_eq!(server.send(&server.request("HEAD /sensor", &[], "")).status, 401);
    for path in ["/led", "/valve"] {
        let status = if path == "/led" { 405 } else { 404 };
        assert_eq!(server.send(&server.request(&format!("HEAD {path}"), &[], "")).status, status);
    }
    let answer = server.send(&server.request("HEAD /sensor", &[&server.good_token()], ""));
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[test]
fn the_sensor_is_read_in_the_name_of_the_token() {
    let server = Server::demo();
    let answer = server.get("/sensor", &[&server.good_token()]);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let document = bearward_core::json::Object::read(answer.body.trim().as_bytes()).unwrap();
    assert!(document.get("reader").unwrap().as_text().unwrap() == "alice");
    assert!(document.get("celsius").unwrap().as_number().is_some());
}

#[test]
fn the_page_says_whose_the_token_is() {
    let server = Server::demo();
    let answer = server.get("/whoami", &[&server.good_token()]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for line in ["<dt>scope<dd>sensor:read led:set", "<dt>user<dd>alice", "<dt>client<dd>curl"] {
        assert!(answer.body.contains(line), "{}", answer.body);
    }
    let refused = server.get("/whoami", &[]);
    assert_eq!(refused.status, 401);
    assert!(!refused.header("www-authenticate").unwrap().contains("scope="));
    assert_eq!(server.send(&server.request("POST /whoami", &[], "")).status, 405);
}

#[test]
fn no_claim_is_markup_on_the_page() {
    let key = TestKey::new("mine");
    let server = Server::guarded_by(&key.jwks(), &[]);
    let claims = TestKey::claims()
        .replace("sensor:read", "a<b>&c'd")
        .replace("\"test\"", r#""<img src=x onerror=alert(1)>""#)
        .replacen('{', r#"{"username":"<script>alert(\"\u0000\")<\/script>","#, 1);
    let token = key.token(r#"{"alg":"ES256","typ":"at+jwt","kid":"mine"}"#, &claims);
    let answer = server.get("/whoami", &[&token]);
    assert_eq!(answer.status, 200, "{answer:?}");
    for line in [
        "<dt>scope<dd>a&lt;b&gt;&amp;c&#39;d\n",
        "<dt>user<dd>&lt;script&gt;alert(&quot;\u{fffd}&quot;)&lt;/script&gt;\n",
        "<dt>client<dd>&lt;img src=x onerror=alert(1)&gt;\n",
    ] {
        assert!(answer.body.contains(line), "{}", answer.body);
    }
}

#[test]
fn the_led_takes_on_and_off_and_nothing_else() {
    let server = Server::demo();
    let token = server.good_token();
    for (body, answered) in [("on", (200, "{\"led\":\"on\"}\n")), ("off", (200, "{\"led\":\"off\"}\n"))] {
        let answer = server.send(&server.request("PUT /led", &[&token], body));
        assert_eq!((answer.status, answer.body.as_str()), answered);
    }
    for body in ["", "ON", "onoff", "{}"] {
        assert_eq!(server.send(&server.request("PUT /led", &[&token], body)).status, 400, "{body:?}");
    }
}

#[test]
fn a_refusal_for_scope_names_the_scope() {
    let server = Server::demo();
    let reader = server.examples().into_iter().find(|example| example.expected.starts_with("403")).unwrap();
    let challenge = server.send(&reader.request()).header("www-authenticate").map(str::to_owned).unwrap();
    assert!(challenge.contains("scope=\"led:set\""), "{challenge}");
}

#[test]
fn the_scheme_has_no_case() {
    let server = Server::demo();
    let token = server.good_token().replace("Bearer", "bEARER");
    assert_eq!(server.get("/sensor", &[&token]).status, 200);
}

#[test]
fn the_self_test_passes() {
    let output = run(&["--self-test"]);
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{table}");
    assert!(table.lines().any(|line| line.starts_with("tampered") && line.contains("401 invalid_token")), "{table}");
    assert!(table.contains("every answer is as expected") && !table.contains("DIFFERS"), "{table}");
}

#[test]
fn wrong_options_get_one_line_and_code_2() {
    for (arguments, named) in [
        (&["--lisen", "127.0.0.1:0"][..], "--lisen"),
        (&["--listen", "nowhere"], "nowhere"),
        (&["--listen", "0.0.0.0:0"], "--tls-ends-in-front"),
        (&["--jwks", "keys.json"], "--issuer"),
        (&["keys.json"], "keys.json"),
        (&["--discover", "https://as.example", "--audience", "api://valve"], "--ca"),
        (&["--discover", "http://as.example"], "https"),
        (&["--introspect"], "--discover"),
    ] {
        let line = failure(arguments, 2);
        assert!(line.contains(named), "{line}");
    }
    assert_eq!(code(&["--help"]), Some(0));
}

#[test]
fn keys_of_a_file_guard_as_well() {
    let key = TestKey::new("mine");
    let server = Server::guarded_by(&key.jwks(), &[]);
    assert!(server.examples().is_empty());
    let good = key.token(r#"{"alg":"ES256","typ":"at+jwt","kid":"mine"}"#, &TestKey::claims());
    assert_eq!(server.get("/sensor", &[&good]).status, 200);
    let other = TestKey::new("mine").token(r#"{"alg":"ES256","typ":"at+jwt","kid":"mine"}"#, &TestKey::claims());
    let answer = server.get("/sensor", &[&other]);
    assert_eq!((answer.status, answer.error_code()), (401, Some("invalid_token")));
    let challenge = server.get("/sensor", &[]).header("www-authenticate").map(str::to_owned).unwrap();
    assert!(challenge.contains("\"https://valve.example/.well-known/oauth-protected-resource\""), "{challenge}");
}

#[test]
fn tokens_from_before_rfc_9068_need_the_relaxed_policy() {
    let key = TestKey::new("mine");
    let token = key.token(r#"{"alg":"ES256","typ":"JWT","kid":"mine"}"#, &TestKey::claims());
    assert_eq!(Server::guarded_by(&key.jwks(), &[]).get("/sensor", &[&token]).status, 401);
    assert_eq!(Server::guarded_by(&key.jwks(), &["--relaxed"]).get("/sensor", &[&token]).status, 200);
}

#[test]
fn a_file_without_a_usable_key_is_named_in_one_line() {
    let encryption = TestKey::new("mine").jwks().replace("\"sig\"", "\"enc\"");
    for document in ["", "{}", "[]", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", &encryption] {
        let file = support::TemporaryFile::new(document);
        let line = failure(&support::at_free_port(&support::authority(file.path())), 1);
        assert!(line.contains(file.path()), "{document}: {line}");
    }
    let line = failure(&support::at_free_port(&support::authority("/nowhere/keys.json")), 1);
    assert!(line.contains("/nowhere/keys.json"), "{line}");
}

#[test]
fn an_address_that_is_taken_is_named_in_one_line() {
    let server = Server::demo();
    let address = server.address().to_string();
    assert!(failure(&["--listen", &address], 1).contains(&address));
}
