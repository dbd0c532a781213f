//! What is signed and then encrypted: access tokens, and answers about the user.

use bearward_core::{
    Answer, BearerToken, Decryption, Error, Keys, Parameter, Policy, UnixTime, UserInfoEndpoint, UserInfoError,
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

/// Whether both refuse, for this reason.
fn refuse(token: &str, keys: &dyn Keys, error: Error) {
    assert_eq!(verify(&sender(), token, keys), Err(error));
    assert_eq!(read(&sender(), token, keys), Err(error.into()));
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
