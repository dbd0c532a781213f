//! What is signed and then encrypted: access tokens, and answers about the user and about a token.

use bearward_core::{
    Answer, AnswerError, BearerToken, Claim, Decryption, Error, IntrospectionError, IntrospectionResponse, Keys,
    Parameter, Policy, Reason, TokenCache, UnixTime, UserInfoEndpoint, UserInfoError,
};
use tests::{
    encrypter::{AgreementCurve, CONTENT_ENCRYPTIONS, Encrypter, KEY_MANAGEMENTS},
    signer::{ALGORITHMS, Signer},
};

const ISSUER: &str = "https://as.example";
const NOW: UnixTime = UnixTime::from_seconds(1_795_318_700);
const CLAIMS: &str = r#"{"iss":"https://as.example","sub":"jane","aud":"valve","client_id":"app","iat":1795318692,"exp":1795319292,"jti":"1"}"#;
const JWT: &str = r#","cty":"JWT""#;

fn sender() -> Encrypter {
    Encrypter::new("ECDH-ES", "A256GCM", AgreementCurve::P256)
}

/// What the policy reports of a token: signature, key management and content encryption.
fn verify(sender: &Encrypter, token: &str, keys: &dyn Keys) -> Result<[&'static str; 3], Error> {
    let own = sender.keys();
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &own);
    let mut buffer = vec![0; token.len() + token.len() / 2];
    let policy = Policy::new(ISSUER, "valve", &ALGORITHMS);
    let token = policy.verify_encrypted(BearerToken::new(token)?, &decryption, keys, NOW, &mut buffer)?;
    assert!(token.subject().is_some_and(|subject| subject == "jane"));
    Ok([token.algorithm(), token.key_management().unwrap(), token.content_encryption().unwrap()])
}

/// The same of an answer about the user.
fn read(sender: &Encrypter, body: &str, keys: &dyn Keys) -> Result<[&'static str; 3], UserInfoError> {
    let own = sender.keys();
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &own);
    let endpoint = UserInfoEndpoint::signed_and_encrypted(ISSUER, "valve", &ALGORITHMS, decryption);
    let (mut body, mut buffer) = (body.as_bytes().to_vec(), vec![0; body.len() * 3 / 4]);
    let answer = Answer { status: 200, content_type: Some("application/jwt"), body: &mut body };
    let user = endpoint.read(answer, "jane", keys, NOW, &mut buffer)?;
    Ok([user.algorithm().unwrap(), user.key_management().unwrap(), user.content_encryption().unwrap()])
}

/// The same of an answer about a token.
fn introspect(sender: &Encrypter, body: &str, keys: &dyn Keys) -> Result<[&'static str; 3], IntrospectionError> {
    let own = sender.keys();
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &own);
    let response = IntrospectionResponse::signed_and_encrypted(ISSUER, "valve", &ALGORITHMS, decryption);
    let (mut body, mut buffer) = (body.as_bytes().to_vec(), vec![0; body.len() * 3 / 4]);
    let answer = Answer { status: 200, content_type: Some(MEDIA_TYPE), body: &mut body };
    let policy = Policy::new(ISSUER, "https://valve.example", &ALGORITHMS);
    let token = policy.introspect_as(&response, answer, keys, NOW, &mut buffer)?;
    token.require_scope("valve:open").map_err(IntrospectionError::Token)?;
    let protection = token.answer_protection().unwrap();
    // It is the answer that was encrypted, and not the token.
    assert_eq!(token.content_encryption(), None);
    Ok([protection.algorithm(), protection.key_management().unwrap(), protection.content_encryption().unwrap()])
}

const MEDIA_TYPE: &str = "application/token-introspection+jwt";
const ANSWER_HEADER: &str = r#"{"alg":"ES256","typ":"token-introspection+jwt"}"#;
const ANSWER: &str = r#"{"iss":"https://as.example","aud":"valve","iat":1795318699,"token_introspection":{"active":true,"aud":"https://valve.example","scope":"valve:open"}}"#;

/// Whether all refuse, for this reason.
fn refuse(token: &str, keys: &dyn Keys, error: Error) {
    assert_eq!(verify(&sender(), token, keys), Err(error));
    assert_eq!(read(&sender(), token, keys), Err(error.into()));
    assert_eq!(introspect(&sender(), token, keys), Err(IntrospectionError::Jwt(error)));
}

#[test]
fn rfc7519_5_2_what_is_signed_and_then_encrypted_is_let_in_by_each_combination() {
    let signer = Signer::new("ES256");
    for sender in Encrypter::all() {
        let names = ["ES256", sender.key_management(), sender.content_encryption()];
        let token = sender.jwe(JWT, signer.token(CLAIMS).as_bytes());
        assert_eq!(verify(&sender, &token, &signer.keys()), Ok(names));
        let inner = signer.jws(r#"{"alg":"ES256"}"#, CLAIMS.as_bytes());
        assert_eq!(read(&sender, &sender.jwe(JWT, inner.as_bytes()), &signer.keys()), Ok(names));
        let inner = signer.jws(ANSWER_HEADER, ANSWER.as_bytes());
        assert_eq!(introspect(&sender, &sender.jwe(JWT, inner.as_bytes()), &signer.keys()), Ok(names));
    }
}

#[test]
fn each_signature_algorithm_is_verified_inside() {
    for signer in Signer::all() {
        let names = [signer.algorithm(), "ECDH-ES", "A256GCM"];
        let token = sender().jwe(JWT, signer.token(CLAIMS).as_bytes());
        assert_eq!(verify(&sender(), &token, &signer.keys()), Ok(names));
    }
}

#[test]
fn what_is_only_encrypted_is_never_believed() {
    let signer = Signer::new("ES256");
    refuse(&sender().jwe(JWT, CLAIMS.as_bytes()), &signer.keys(), Error::NotCompact);
    let unsigned = format!("{}.", signer.jws(r#"{"alg":"none"}"#, CLAIMS.as_bytes()).rsplit_once('.').unwrap().0);
    refuse(&sender().jwe(JWT, unsigned.as_bytes()), &signer.keys(), Error::AlgorithmNotAllowed);
}

#[test]
fn what_is_only_signed_is_refused() {
    let signer = Signer::new("ES256");
    refuse(&signer.token(CLAIMS), &signer.keys(), Error::NotEncrypted);
}

#[test]
fn what_is_encrypted_twice_is_refused() {
    let signer = Signer::new("ES256");
    let once = sender().jwe(JWT, signer.token(CLAIMS).as_bytes());
    refuse(&sender().jwe(JWT, once.as_bytes()), &signer.keys(), Error::Encrypted);
}

#[test]
fn rfc7519_5_2_cty_says_that_it_is_a_jwt() {
    let signer = Signer::new("ES256");
    let inner = signer.token(CLAIMS);
    let with = |cty: &str| sender().jwe(cty, inner.as_bytes());
    for bad in ["", r#","cty":"json""#, r#","cty":"""#, r#","cty":"JWT ""#, r#","typ":"JWT""#] {
        refuse(&with(bad), &signer.keys(), Error::Header(Parameter::ContentType));
    }
    for good in ["JWT", "jwt", "application/jwt", "at+jwt", "application/AT+JWT"] {
        assert!(verify(&sender(), &with(&format!(r#","cty":"{good}""#)), &signer.keys()).is_ok(), "{good}");
    }
    // An access token is no answer about the user.
    let access = with(r#","cty":"at+jwt""#);
    assert_eq!(read(&sender(), &access, &signer.keys()), Err(Error::Header(Parameter::ContentType).into()));
    assert_eq!(read(&sender(), &with(JWT), &signer.keys()), Err(Error::TokenType.into()));
}

#[test]
fn a_bad_signature_inside_is_refused_however_well_it_is_encrypted() {
    let signer = Signer::new("ES256");
    let inner = Signer::with_seed("ES256", 8).jws(r#"{"alg":"ES256","typ":"at+jwt"}"#, CLAIMS.as_bytes());
    let token = sender().jwe(JWT, inner.as_bytes());
    assert_eq!(verify(&sender(), &token, &signer.keys()), Err(Error::BadSignature));
    let answer = |header: &str, claims: &str| {
        sender().jwe(JWT, Signer::with_seed("ES256", 8).jws(header, claims.as_bytes()).as_bytes())
    };
    let (user, token) = (answer(r#"{"alg":"ES256"}"#, CLAIMS), answer(ANSWER_HEADER, ANSWER));
    assert_eq!(read(&sender(), &user, &signer.keys()), Err(Error::BadSignature.into()));
    assert_eq!(introspect(&sender(), &token, &signer.keys()), Err(IntrospectionError::Jwt(Error::BadSignature)));
    let expired = CLAIMS.replace("1795319292", "1795318693");
    let token = sender().jwe(JWT, signer.token(&expired).as_bytes());
    assert!(matches!(verify(&sender(), &token, &signer.keys()), Err(Error::Claim { .. })));
}

#[test]
fn one_and_a_half_times_the_tokens_length_is_buffer_enough_and_less_than_is_needed_is_told() {
    let signer = Signer::new("ES256");
    let token = sender().jwe(JWT, signer.token(CLAIMS).as_bytes());
    let (own, keys) = (sender().keys(), signer.keys());
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &own);
    let policy = Policy::new(ISSUER, "valve", &ALGORITHMS);
    for length in (0..token.len() * 3 / 2).step_by(7) {
        let mut buffer = vec![0; length];
        let bearer = BearerToken::new(&token).unwrap();
        match policy.verify_encrypted(bearer, &decryption, &keys, NOW, &mut buffer) {
            Ok(_) => assert!(length > token.len() / 2),
            Err(error) => assert_eq!(error, Error::TokenTooLong),
        }
    }
}

#[test]
fn rfc9701_5_an_encrypted_answer_about_a_token_is_good_in_every_part_of_what_is_signed() {
    let signer = Signer::new("ES256");
    let with = |cty: &str, header: &str, claims: &str| {
        introspect(&sender(), &sender().jwe(cty, signer.jws(header, claims.as_bytes()).as_bytes()), &signer.keys())
    };
    assert!(with(JWT, ANSWER_HEADER, ANSWER).is_ok());
    let jwt = |error| Err(IntrospectionError::Jwt(error));
    for cty in ["", r#","cty":"at+jwt""#, r#","cty":"token-introspection+jwt""#, r#","cty":"json""#] {
        assert_eq!(with(cty, ANSWER_HEADER, ANSWER), jwt(Error::Header(Parameter::ContentType)), "{cty}");
    }
    for header in [r#"{"alg":"ES256"}"#, r#"{"alg":"ES256","typ":"JWT"}"#, r#"{"alg":"ES256","typ":"at+jwt"}"#] {
        assert_eq!(with(JWT, header, ANSWER), jwt(Error::TokenType), "{header}");
    }
    for (name, claim, other) in [("iss", Claim::Issuer, "https://as.example"), ("aud", Claim::Audience, "valve")] {
        let claims = ANSWER.replacen(&format!(r#""{name}":"{other}""#), &format!(r#""{name}":"other""#), 1);
        assert_eq!(with(JWT, ANSWER_HEADER, &claims), jwt(Error::Claim { claim, reason: Reason::Mismatch }), "{name}");
    }
    // An answer about the user, or an access token, is none about a token.
    assert_eq!(
        introspect(&sender(), &sender().jwe(JWT, signer.token(CLAIMS).as_bytes()), &signer.keys()),
        jwt(Error::TokenType)
    );
}

#[test]
fn rfc9701_8_1_an_answer_about_a_token_is_no_access_token_however_it_is_encrypted() {
    let signer = Signer::new("ES256");
    let claims = CLAIMS.replacen('{', r#"{"token_introspection":{"active":true},"#, 1);
    let answer = signer.jws(ANSWER_HEADER, claims.as_bytes());
    assert_eq!(verify(&sender(), &sender().jwe(JWT, answer.as_bytes()), &signer.keys()), Err(Error::TokenType));
    let unexpected = Error::Claim { claim: Claim::TokenIntrospection, reason: Reason::Unexpected };
    let token = sender().jwe(JWT, signer.token(&claims).as_bytes());
    assert_eq!(verify(&sender(), &token, &signer.keys()), Err(unexpected));
}

#[test]
fn json_is_refused_where_an_encrypted_answer_is_registered_whatever_it_calls_itself() {
    let signer = Signer::new("ES256");
    let (own, keys) = (sender().keys(), signer.keys());
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &own);
    let user = UserInfoEndpoint::signed_and_encrypted(ISSUER, "valve", &ALGORITHMS, decryption);
    let token = IntrospectionResponse::signed_and_encrypted(ISSUER, "valve", &ALGORITHMS, decryption);
    let json = r#"{"sub":"jane","active":true,"iss":"https://as.example","aud":"valve"}"#;
    let nested = sender().jwe(JWT, signer.jws(ANSWER_HEADER, ANSWER.as_bytes()).as_bytes());
    for (content_type, body, user_error, token_error) in [
        ("application/json", json, UserInfoError::NotSigned, IntrospectionError::NotSigned),
        ("application/json", &nested, UserInfoError::NotSigned, IntrospectionError::NotSigned),
        ("application/jwt", json, Error::NotCompact.into(), AnswerError::ContentType.into()),
        (MEDIA_TYPE, json, AnswerError::ContentType.into(), IntrospectionError::Jwt(Error::NotCompact)),
    ] {
        let (mut one, mut other, mut buffer) = (body.as_bytes().to_vec(), body.as_bytes().to_vec(), [0; 2048]);
        let answer = Answer { status: 200, content_type: Some(content_type), body: &mut one };
        assert_eq!(user.read(answer, "jane", &keys, NOW, &mut buffer).err(), Some(user_error), "{content_type}");
        let answer = Answer { status: 200, content_type: Some(content_type), body: &mut other };
        assert_eq!(token.read(answer, &keys, NOW, &mut buffer).err(), Some(token_error), "{content_type}");
    }
}

#[test]
fn a_form_that_is_not_registered_is_refused() {
    let signer = Signer::new("ES256");
    let signed = signer.jws(ANSWER_HEADER, ANSWER.as_bytes());
    let encrypted = sender().jwe(JWT, signed.as_bytes());
    assert_eq!(introspect(&sender(), &signed, &signer.keys()), Err(IntrospectionError::Jwt(Error::NotEncrypted)));
    let response = IntrospectionResponse::signed(ISSUER, "valve", &ALGORITHMS);
    let mut body = encrypted.into_bytes();
    let answer = Answer { status: 200, content_type: Some(MEDIA_TYPE), body: &mut body };
    let read = response.read(answer, &signer.keys(), NOW, &mut []).map(drop);
    assert_eq!(read, Err(IntrospectionError::Jwt(Error::Encrypted)));
}

#[test]
fn a_token_that_was_seen_before_is_decrypted_again_and_its_signature_is_spared() {
    let signer = Signer::new("ES256");
    let inner = signer.token(CLAIMS);
    let token = sender().jwe(JWT, inner.as_bytes());
    let (own, keys, policy) = (sender().keys(), signer.keys(), Policy::new(ISSUER, "valve", &ALGORITHMS));
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &own);
    let mut cache = TokenCache::<2>::new();
    let mut verify = |token: &str, now: u64| {
        let mut buffer = vec![0; token.len() * 3 / 2];
        let (signed, free) = policy.decrypt(BearerToken::new(token)?, &decryption, &mut buffer)?;
        let now = UnixTime::from_seconds(now);
        let token = policy.verify_cached(signed, &keys, now, free, &mut cache)?;
        Ok::<_, Error>((token.content_encryption(), cache.len()))
    };
    for _ in 0..2 {
        assert_eq!(verify(&token, NOW.seconds()), Ok((Some("A256GCM"), 1)));
    }
    // What lies in another encrypted token is the same.
    let again = Encrypter::new("ECDH-ES", "A128GCM", AgreementCurve::P256).jwe(JWT, inner.as_bytes());
    assert_eq!(verify(&again, NOW.seconds()), Ok((Some("A128GCM"), 1)));
    // A hit is checked like any other, and so is the encryption.
    let expired = Error::Claim { claim: Claim::ExpirationTime, reason: Reason::Expired };
    assert_eq!(verify(&token, 1_795_319_292), Err(expired));
    let tampered = format!("{}AAAA", &token[..token.len() - 4]);
    assert_eq!(verify(&tampered, NOW.seconds()), Err(Error::DecryptionFailed));
}
