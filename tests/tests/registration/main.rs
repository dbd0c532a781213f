//! Registration over scripted connections: what is sent to whom, and what is made of answers that no good server gives.

use bearward_core::{
    AnswerError, BearerToken, ClientAuthentication, ClientMetadata, GrantType, Registration, RegistrationError,
    RegistrationRequest,
};
use bearward_net::{Failure, FailureKind, HttpClient, NetError, Url, UrlError};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tests::script::{Event, Network, NoTls, Script};

const METADATA: ClientMetadata<'_> =
    ClientMetadata::new(&[GrantType::ClientCredentials], ClientAuthentication::SecretBasic);
const ENDPOINT: &str = "https://as.example/register";
const CREATED: &str = r#"{"client_id":"s6Bh","client_secret":"s3cret","client_secret_expires_at":0,"registration_access_token":"manage.me","registration_client_uri":"https://as.example/register/s6Bh?v=2"}"#;

fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits without a deadline"),
    }
}

fn answer(status: &str, fields: &str, body: &str) -> Script {
    let length = body.len();
    Script::segments([format!(
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\n{fields}Content-Length: {length}\r\n\r\n{body}"
    )])
}

/// What a call sends, and what becomes of the answer; the buffer as the call leaves it.
fn call<T>(
    script: Script,
    act: impl AsyncFnOnce(&mut HttpClient<'_, Network, NoTls, Network, Network>, &mut [u8]) -> T,
) -> (T, Network, Vec<u8>) {
    let network = Network::new([script]);
    let (mut head, mut buffer) = ([0; 512], vec![0xff; 1024]);
    let tls = NoTls(network.clone());
    let mut http = HttpClient::new(&network, tls, network.clone(), network.clone(), &mut head);
    let outcome = run(act(&mut http, &mut buffer));
    (outcome, network, buffer)
}

fn register(script: Script, endpoint: &str) -> (Result<Registration, Failure>, Network, Vec<u8>) {
    let token = BearerToken::new("initial").unwrap();
    call(script, async |http, buffer| {
        let request = RegistrationRequest::new(METADATA).with_initial_access_token(token);
        let url = Url::danger_http(endpoint).unwrap();
        let information = http.register(&url, &request, buffer).await?;
        Ok(Registration::new(&information, "https://as.example").unwrap())
    })
}

fn registered() -> Registration {
    register(answer("201", "", CREATED), ENDPOINT).0.unwrap()
}

fn kind<T: std::fmt::Debug>(result: Result<T, Failure>) -> FailureKind {
    result.unwrap_err().kind
}

#[test]
fn rfc7591_3_1_a_registration_is_one_post_over_tls() {
    let (registration, network, _) = register(answer("201", "", CREATED), ENDPOINT);
    let sent = "POST /register HTTP/1.1\r\nHost: as.example\r\nContent-Length: 121\r\nAccept-Encoding: identity\r\n\
                Accept: application/json\r\nAuthorization: Bearer initial\r\nContent-Type: application/json\r\n\
                Connection: close\r\n\r\n{\"response_types\":[],\"grant_types\":[\"client_credentials\"],\
                \"token_endpoint_auth_method\":\"client_secret_basic\"}";
    let length = sent.split_once("\r\n\r\n").unwrap().1.len();
    assert_eq!(network.sent(), [sent.replace("121", &length.to_string())]);
    assert!(network.events().contains(&Event::Authenticated("as.example".into())));
    let registration = registration.unwrap();
    assert_eq!(registration.client_id(), "s6Bh");
    assert_eq!(registration.client(None).unwrap().method(), "client_secret_basic");
}

#[test]
fn no_credentials_are_asked_for_or_sent_in_clear() {
    let (refused, network, _) = register(answer("201", "", CREATED), "http://as.example/register");
    assert_eq!(kind(refused), FailureKind::Url(UrlError::Scheme));
    assert_eq!(network.connections(), 0);
}

#[test]
fn rfc7592_2_the_client_is_read_replaced_and_deleted_where_it_was_said() {
    let registration = registered();
    let configuration = registration.configuration().unwrap();
    let lines = |network: &Network| {
        let sent = network.sent().concat();
        let token = sent.lines().find(|line| line.starts_with("Authorization: ")).unwrap().to_owned();
        (sent.lines().next().unwrap().to_owned(), token)
    };
    let token = "Authorization: Bearer manage.me".to_owned();

    let (id, network, _) = call(answer("200", "", CREATED), async |http, buffer| {
        Ok::<_, Failure>(http.read_registration(&configuration, buffer).await?.client_id().to_string())
    });
    assert_eq!(
        (id.unwrap(), lines(&network)),
        ("s6Bh".into(), ("GET /register/s6Bh?v=2 HTTP/1.1".into(), token.clone()))
    );

    let (update, network, _) = call(answer("200", "", &CREATED.replace("s3cret", "next")), async |http, buffer| {
        let information = http.update_registration(&configuration, &METADATA, buffer).await?;
        let mut registration = registered();
        registration.update(&information).unwrap();
        Ok::<_, Failure>(registration)
    });
    assert!(update.unwrap().as_bytes().windows(4).any(|window| window == b"next"));
    assert_eq!(lines(&network), ("PUT /register/s6Bh?v=2 HTTP/1.1".into(), token.clone()));
    assert!(network.sent().concat().ends_with(r#","client_id":"s6Bh","client_secret":"s3cret"}"#));

    let gone = Script::segments(["HTTP/1.1 204 No Content\r\n\r\n"]);
    let (deleted, network, _) = call(gone, async |http, buffer| http.delete_registration(&configuration, buffer).await);
    assert_eq!((deleted, lines(&network)), (Ok(()), ("DELETE /register/s6Bh?v=2 HTTP/1.1".into(), token)));
}

#[test]
fn a_redirect_takes_neither_token_nor_document_along() {
    for status in ["301", "302", "303", "307", "308"] {
        let (refused, network, _) = register(answer(status, "Location: https://evil.example/\r\n", ""), ENDPOINT);
        assert_eq!(kind(refused), FailureKind::Net(NetError::Redirect(status.parse().unwrap())));
        assert_eq!(network.connections(), 1);
    }
}

#[test]
fn what_was_sent_is_wiped_also_when_no_answer_comes() {
    let (refused, _, buffer) = register(Script::segments([""; 0]), ENDPOINT);
    assert_eq!(kind(refused), FailureKind::Net(NetError::NoAnswer));
    assert!(!String::from_utf8_lossy(&buffer).contains("initial"));
}

#[test]
fn rfc7591_3_2_2_an_error_is_told_by_its_code_and_says_when_to_come_again() {
    let body = r#"{"error":"unapproved_software_statement"}"#;
    let (refused, _, _) = register(answer("400", "", body), ENDPOINT);
    assert_eq!(kind(refused), RegistrationError::UnapprovedSoftwareStatement.into());
    let (refused, _, _) = register(answer("429", "Retry-After: 30\r\n", "{}"), ENDPOINT);
    let failure = refused.unwrap_err();
    assert_eq!(failure.kind, RegistrationError::Answer(AnswerError::Unavailable).into());
    assert_eq!(failure.retry_after, Some(Duration::from_secs(30)));
}

#[test]
fn malformed_answers_register_nothing() {
    let member = |name| RegistrationError::Answer(AnswerError::Member(name)).into();
    for (body, error) in [
        (CREATED.replace("s6Bh\",\"client_secret", "\",\"client_secret"), member("client_id")),
        (CREATED.replace("s3cret", "s3cret\\r\\nX: y"), member("client_secret")),
        (CREATED.replace("manage.me", "manage me"), member("registration_access_token")),
        (CREATED.replace("https://as.example/", "http://as.example/"), member("registration_client_uri")),
        (CREATED.replace("https://as.example/", "https://evil.example/"), RegistrationError::OtherOrigin.into()),
        (CREATED.replace(":0,", ":-1,"), member("client_secret_expires_at")),
    ] {
        assert_eq!(kind(register(answer("201", "", &body), ENDPOINT).0), error, "{body}");
    }
    for body in ["", "[]", "{\"client_id\":\"a\",\"client_id\":\"b\"}", &CREATED[..CREATED.len() - 1]] {
        let (refused, _, _) = register(answer("201", "", body), ENDPOINT);
        let FailureKind::Registration(RegistrationError::Answer(AnswerError::Json(_))) = kind(refused) else {
            panic!("{body}")
        };
    }
    // An answer that is cut is not read at all.
    let cut =
        Script::segments(["HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{}"]);
    assert_eq!(kind(register(cut, ENDPOINT).0), FailureKind::Net(NetError::Truncated));
}
