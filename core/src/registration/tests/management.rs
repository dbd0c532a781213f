//! RFC 7592.

use super::*;

fn configured() -> Registration {
    registration(ANSWER)
}

fn read(body: &str) -> Result<ClientInformation<'static>, RegistrationError> {
    configured().configuration().unwrap().read(answer(200, body))
}

#[test]
fn rfc7592_2_1_reading_is_a_get_with_the_token() {
    let mut buffer = [0; 128];
    let registration = configured();
    let configuration = registration.configuration().unwrap();
    assert_eq!(configuration.uri(), "https://as.example/register/s6BhdRkqt3");
    let request = configuration.write_read(&mut buffer).unwrap();
    assert_eq!((request.method(), request.body()), (Method::Get, &b""[..]));
    assert_eq!(request.authorization(), Some("Bearer this.is.an.access.token.value.ffx83"));
    assert_eq!(configuration.write_read(&mut [0; 41]).err(), Some(CallError::BufferTooSmall));
}

#[test]
fn rfc7592_2_2_replacing_is_a_put_with_identifier_and_secret_and_without_what_the_server_chose() {
    let mut buffer = [0; 512];
    let registration = configured();
    let request = registration.configuration().unwrap().write_update(&BASIC.with_scope("a"), &mut buffer).unwrap();
    assert_eq!((request.method(), request.content_type()), (Method::Put, JSON));
    assert_eq!(request.authorization(), Some("Bearer this.is.an.access.token.value.ffx83"));
    let object = Object::read(request.body()).unwrap();
    for (name, value) in
        [("client_id", "s6BhdRkqt3"), ("client_secret", "cf136dc3c1fc93f31185e5885805d"), ("scope", "a")]
    {
        assert!(object.get(name).and_then(Value::as_text).unwrap() == value);
    }
    for name in
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"]
    {
        assert!(object.get(name).is_none(), "{name}");
    }
}

#[test]
fn rfc7592_2_2_a_client_without_a_secret_shows_none() {
    let body = set("client_secret", None);
    let registration = registration(&body);
    let mut buffer = [0; 512];
    let request = registration.configuration().unwrap().write_update(&BASIC, &mut buffer).unwrap();
    assert!(Object::read(request.body()).unwrap().get("client_secret").is_none());
}

#[test]
fn rfc7592_2_3_deleting_has_no_content_and_204_is_success() {
    let mut buffer = [0; 128];
    let registration = configured();
    let request = registration.configuration().unwrap().write_delete(&mut buffer).unwrap();
    assert_eq!((request.method(), request.content_type(), request.body()), (Method::Delete, None, &b""[..]));
    let read = |status| ClientConfiguration::read_deletion(&answer(status, "{}"));
    assert_eq!(read(204), Ok(()));
    for status in [200, 202, 302, 404] {
        assert_eq!(read(status), Err(AnswerError::Status(status).into()));
    }
    for (status, error) in [
        (401, RegistrationError::TokenRefused),
        (403, RegistrationError::Forbidden),
        (405, RegistrationError::NotSupported),
        (503, AnswerError::Unavailable.into()),
    ] {
        assert_eq!(read(status), Err(error));
    }
}

#[test]
fn rfc7592_2_1_an_answer_about_another_client_is_not_used() {
    assert!(read(ANSWER).is_ok());
    assert_eq!(read(&set("client_id", Some("\"other\""))).err(), Some(RegistrationError::OtherClient));
    let uri = Some("\"https://evil.example/register\"");
    assert_eq!(read(&set("registration_client_uri", uri)).err(), Some(RegistrationError::OtherOrigin));
    let other = super::read(&set("client_id", Some("\"other\""))).unwrap();
    assert_eq!(configured().update(&other), Err(RegistrationError::OtherClient));
}

#[test]
fn rfc7592_2_1_only_200_is_an_answer() {
    let read = |status| configured().configuration().unwrap().read(answer(status, ANSWER)).err();
    for status in [201, 204, 302] {
        assert_eq!(read(status), Some(AnswerError::Status(status).into()));
    }
    assert_eq!(read(401), Some(RegistrationError::TokenRefused));
}

#[test]
fn rfc7592_2_2_a_new_secret_and_token_take_the_place_of_the_old_ones() {
    let mut registration = configured();
    let body = set("client_secret", Some("\"new\""))
        .replace("ffx83", "ffx84")
        .replace("2893276800", "2893276801")
        .replace("s6BhdRkqt3\",\"grant", "2\",\"grant");
    let information = read(&body).unwrap();
    registration.update(&information).unwrap();
    let configuration = registration.configuration().unwrap();
    assert_eq!(configuration.client_secret, Some("new"));
    assert!(configuration.token.as_str().ends_with("ffx84"));
    assert_eq!(registration.client_secret_expires_at(), Some(UnixTime::from_seconds(2_893_276_801)));
    assert_eq!(registration.issuer(), ISSUER);
    assert!(Registration::<512>::import(registration.as_bytes(), ISSUER).is_ok());
}

#[test]
fn rfc7592_2_what_an_answer_leaves_out_stays() {
    let mut registration = configured();
    let before = registration.as_bytes().to_vec();
    registration.update(&read(r#"{"client_id":"s6BhdRkqt3"}"#).unwrap()).unwrap();
    assert_eq!(registration.as_bytes(), before);
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let information = super::read(ANSWER).unwrap();
    let length = configured().as_bytes().len();
    assert_eq!(length, 23 + 5 * 2 + 8 + ISSUER.len() + 10 + 29 + 38 + 35);
    let mut registration = Registration::<180>::new(&information, ISSUER).unwrap();
    let before = registration.as_bytes().to_vec();
    let long = format!("\"{}\"", "x".repeat(120));
    assert_eq!(
        registration.update(&read(&set("client_secret", Some(&long))).unwrap()),
        Err(RegistrationError::TooLong)
    );
    assert_eq!(registration.as_bytes(), before);
    assert_eq!(Registration::<160>::new(&information, ISSUER).err(), Some(RegistrationError::TooLong));
}
