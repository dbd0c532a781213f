//! The heads of requests, held against those that reqwless writes.

use bearward_core::{BearerToken, Request};
use bearward_net::{NetError, OutgoingRequest, ReqwlessFields, ResourceToken, Url};
use reqwless::request::{Request as Peer, RequestBuilder};
use tests::script::{Network, Script};

use crate::support::{client, run};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const FORM: &str = "application/x-www-form-urlencoded";

fn ours(url: &str, request: &Request<'_>) -> String {
    let network = Network::new([Script::segments([ANSWER])]);
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    run(client(&network, &mut head).fetch(&Url::parse(url).unwrap(), request, &mut buffer)).unwrap();
    network.sent().concat()
}

#[test]
fn a_fetch_is_written_as_reqwless_writes_it() {
    let fields = [
        ("Accept-Encoding", "identity"),
        ("Accept", "application/json"),
        ("Authorization", "Bearer mF_9.B5f-4.1JqM"),
        ("If-None-Match", "\"v1\""),
        ("Connection", "close"),
    ];
    let peer = Peer::get("/a?b=c").host("as.example").headers(&fields).build();
    let mut theirs = Vec::new();
    run(peer.write_header(&mut theirs)).unwrap();
    let request =
        Request::get("application/json").with_authorization("Bearer mF_9.B5f-4.1JqM").with_if_none_match("\"v1\"");
    assert_eq!(ours("https://as.example/a?b=c", &request), String::from_utf8(theirs).unwrap());
}

#[test]
fn a_form_is_written_as_reqwless_writes_it() {
    let fields = [
        ("Accept-Encoding", "identity"),
        ("Accept", "application/json"),
        ("Content-Type", FORM),
        ("Connection", "close"),
    ];
    let form: &[u8] = b"token=abc";
    let peer = Peer::post("/introspect").host("as.example:8443").body(form).headers(&fields).build();
    let mut theirs = Vec::new();
    run(peer.write_header(&mut theirs)).unwrap();
    theirs.extend_from_slice(form);
    let request = Request::post_form("application/json", form);
    assert_eq!(ours("https://as.example:8443/introspect", &request), String::from_utf8(theirs).unwrap());
}

#[test]
fn documents_and_deletions_are_written_as_reqwless_writes_them() {
    let fields = [
        ("Accept-Encoding", "identity"),
        ("Accept", "application/json"),
        ("Authorization", "Bearer mF_9.B5f-4.1JqM"),
        ("Content-Type", "application/json"),
        ("Connection", "close"),
    ];
    let document: &[u8] = br#"{"client_id":"s6BhdRkqt3"}"#;
    let token = "Bearer mF_9.B5f-4.1JqM";
    for (peer, request) in [
        (Peer::post("/r"), Request::post_json("application/json", document)),
        (Peer::put("/r"), Request::put_json("application/json", document)),
    ] {
        let mut theirs = Vec::new();
        run(peer.host("as.example").body(document).headers(&fields).build().write_header(&mut theirs)).unwrap();
        theirs.extend_from_slice(document);
        assert_eq!(
            ours("https://as.example/r", &request.with_authorization(token)),
            String::from_utf8(theirs).unwrap()
        );
    }
    let fields = [fields[0], fields[1], fields[2], fields[4]];
    let mut theirs = Vec::new();
    run(Peer::delete("/r").host("as.example").headers(&fields).build().write_header(&mut theirs)).unwrap();
    let request = Request::delete("application/json").with_authorization(token);
    assert_eq!(ours("https://as.example/r", &request), String::from_utf8(theirs).unwrap());
}

#[test]
fn a_request_with_a_token_is_one_of_reqwless_too() {
    let token = ResourceToken::new(
        BearerToken::new("mF_9.B5f-4.1JqM").unwrap(),
        Url::parse("https://tank.example:8443").unwrap(),
    );
    let url = Url::parse("https://tank.example:8443/led?a=b").unwrap();
    let [mut one, mut two, mut three] = [[0; 128]; 3];
    let get = OutgoingRequest::new(url, Request::get("application/json"));
    let form = OutgoingRequest::new(url, Request::post_form("*/*", b"led=on"));
    for request in [
        get.add_access_token(&token, &mut one).unwrap(),
        get.danger_add_access_token_to_query(&token, &mut two).unwrap(),
        form.add_access_token_to_form(&token, &mut three).unwrap(),
        get,
        OutgoingRequest::new(url, Request::put_json("*/*", b"{}")),
        OutgoingRequest::new(url, Request::delete("*/*")),
    ] {
        let mut own = [0; 512];
        let length = request.write_head(&mut own).unwrap();
        let (mut fields, mut theirs) = (ReqwlessFields::default(), Vec::new());
        let peer = request.to_reqwless(&mut fields).unwrap();
        match request.request().content_type() {
            None => run(peer.build().write_header(&mut theirs)),
            Some(_) => run(peer.body(request.request().body()).build().write_header(&mut theirs)),
        }
        .unwrap();
        assert_eq!(String::from_utf8(theirs).unwrap(), str::from_utf8(&own[..length]).unwrap());
    }
    // reqwless itself would write it.
    let injected = OutgoingRequest::new(url, Request::get("*/*\r\nX: y"));
    let mut fields = ReqwlessFields::default();
    assert_eq!(injected.to_reqwless(&mut fields).err(), Some(NetError::InvalidRequest));
}
