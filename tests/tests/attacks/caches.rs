//! Verdicts that are remembered beyond their reasons, or for another token.

use bearward_core::{
    Answer, BearerToken, Claim, Error, IntrospectionCache, IntrospectionError, Keys, Policy, Reason, TokenCache,
    UnixTime,
};
use tests::signer::{Signer, base64url};

use crate::{AUDIENCE, CLAIMS, NOW, policy};

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_seconds(NOW + seconds)
}

/// The subject of a token that is let in.
fn ask(
    cache: &mut TokenCache<2>,
    policy: &Policy<'_>,
    token: &str,
    keys: &dyn Keys,
    now: UnixTime,
) -> Result<String, Error> {
    let mut buffer = vec![0; token.len()];
    let token = policy.verify_cached(BearerToken::new(token)?, keys, now, &mut buffer, cache)?;
    Ok(token.subject().unwrap().to_string())
}

/// Introspects a token that is active for ten seconds, and keeps the answer.
fn introspected(cache: &mut IntrospectionCache<2>, token: &str) {
    let mut body = format!(r#"{{"active":true,"aud":"{AUDIENCE}","sub":"device","exp":{}}}"#, NOW + 10).into_bytes();
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    let outcome = policy().introspect(answer, at(0));
    assert!(outcome.is_ok());
    assert!(cache.keep(&policy(), BearerToken::new(token).unwrap(), &outcome, at(0)));
}

/// What the memory says: the subject of a good token.
fn kept(cache: &mut IntrospectionCache<2>, token: &str, now: UnixTime) -> Option<Result<String, IntrospectionError>> {
    let mut buffer = [0; 512];
    let found = cache.get(&policy(), BearerToken::new(token).unwrap(), now, &mut buffer)?;
    Some(found.map(|token| token.subject().unwrap().to_string()))
}

/// LiteLLM remembered tokens by their first twenty characters, which are those of the header.
#[test]
fn cve_2026_35030_cache_key_of_the_first_characters() {
    let (issuer, attacker) = (Signer::new("ES256"), Signer::with_seed("ES256", 9));
    let good = issuer.token(CLAIMS);
    let admin = CLAIMS.replace(r#""sub":"device""#, r#""sub":"admin""#);
    // The attacker's own signature, the good one under other claims, and no signature.
    let (message, signature) = good.rsplit_once('.').unwrap();
    let header = message.split_once('.').unwrap().0;
    let forged = [
        attacker.token(&admin),
        format!("{header}.{}.{signature}", base64url(admin.as_bytes())),
        format!("{message}."),
    ];

    let (mut tokens, mut answers) = (TokenCache::new(), IntrospectionCache::new(60));
    assert_eq!(ask(&mut tokens, &policy(), &good, &issuer.keys(), at(0)).as_deref(), Ok("device"));
    introspected(&mut answers, &good);
    assert_eq!(tokens.len(), 1);
    for forged in forged {
        assert_eq!(forged[..20], good[..20]);
        assert_eq!(ask(&mut tokens, &policy(), &forged, &issuer.keys(), at(0)), Err(Error::BadSignature));
        assert_eq!(kept(&mut answers, &forged, at(0)), None);
    }
    assert_eq!(ask(&mut tokens, &policy(), &good, &issuer.keys(), at(0)).as_deref(), Ok("device"));
    assert_eq!(kept(&mut answers, &good, at(0)), Some(Ok("device".into())));
}

/// liboauth2 let a token in for as long as it was remembered, whether it had expired or not.
#[test]
fn liboauth2_remembered_token_after_exp() {
    let issuer = Signer::new("ES256");
    let good = issuer.token(&CLAIMS.replace("1795319292", &(NOW + 10).to_string()));
    let expired = Err(Error::Claim { claim: Claim::ExpirationTime, reason: Reason::Expired });
    let mut cache = TokenCache::new();
    for (seconds, outcome) in [(0, Ok("device".into())), (9, Ok("device".into())), (10, expired.clone()), (11, expired)]
    {
        assert_eq!(ask(&mut cache, &policy(), &good, &issuer.keys(), at(seconds)), outcome, "{seconds}");
    }
    // The answer about it would be kept for a minute.
    let mut answers = IntrospectionCache::new(60);
    introspected(&mut answers, "opaque");
    assert_eq!(kept(&mut answers, "opaque", at(9)), Some(Ok("device".into())));
    assert_eq!(kept(&mut answers, "opaque", at(10)), None);
}

/// What one policy accepts is nothing to another one that shares the memory.
#[test]
fn remembered_token_under_another_policy() {
    let issuer = Signer::new("ES256");
    let good = issuer.token(CLAIMS);
    let mut cache = TokenCache::new();
    assert!(ask(&mut cache, &policy(), &good, &issuer.keys(), at(0)).is_ok());
    let lamp = Policy::new(crate::ISSUER, "https://lamp.example", &tests::signer::ALGORITHMS);
    let mismatch = |claim| Err(Error::Claim { claim, reason: Reason::Mismatch });
    assert_eq!(ask(&mut cache, &lamp, &good, &issuer.keys(), at(0)), mismatch(Claim::Audience));
    let other = Policy::new("https://other.example", AUDIENCE, &tests::signer::ALGORITHMS);
    assert_eq!(ask(&mut cache, &other, &good, &issuer.keys(), at(0)), mismatch(Claim::Issuer));
    let strict = policy().with_required_claims(&["tenant"]);
    let missing = Err(Error::Claim { claim: Claim::Required, reason: Reason::Missing });
    assert_eq!(ask(&mut cache, &strict, &good, &issuer.keys(), at(0)), missing);

    // So it is with what the server has said of a token.
    let mut answers = IntrospectionCache::new(60);
    introspected(&mut answers, "opaque");
    let mut buffer = [0; 512];
    let mut get = |policy: &Policy<'_>| {
        let found = answers.get(policy, BearerToken::new("opaque").unwrap(), at(0), &mut buffer)?;
        Some(found.map(|token| token.subject().unwrap().to_string()))
    };
    assert_eq!(get(&lamp), None);
    assert_eq!(get(&other), None);
    let missing = Error::Claim { claim: Claim::Required, reason: Reason::Missing };
    assert_eq!(get(&strict), Some(Err(IntrospectionError::Token(missing))));
    assert_eq!(get(&policy()), Some(Ok("device".into())));
}

/// A key that the issuer withdraws takes its tokens with it, whatever was remembered.
#[test]
fn remembered_token_of_a_withdrawn_key() {
    let (old, new) = (Signer::new("ES256"), Signer::with_seed("ES256", 9));
    let good = old.token(CLAIMS);
    let mut cache = TokenCache::new();
    assert!(ask(&mut cache, &policy(), &good, &old.keys(), at(0)).is_ok());
    // The new key has the name of the old one.
    assert_eq!(ask(&mut cache, &policy(), &good, &new.keys(), at(0)), Err(Error::BadSignature));
    assert_eq!(ask(&mut cache, &policy(), &good, &*crate::set(&[]), at(0)), Err(Error::UnknownKey));
    assert!(ask(&mut cache, &policy(), &good, &old.keys(), at(0)).is_ok());
}

/// Else a token that comes too early, or before its key, would stay refused.
#[test]
fn failure_is_not_remembered() {
    let issuer = Signer::new("ES256");
    let early = issuer.token(&crate::and(&format!(r#""nbf":{}"#, NOW + 5)));
    let not_yet = Err(Error::Claim { claim: Claim::NotBefore, reason: Reason::NotYetValid });
    let mut cache = TokenCache::new();
    assert_eq!(ask(&mut cache, &policy(), &early, &issuer.keys(), at(0)), not_yet);
    assert_eq!(ask(&mut cache, &policy(), &early, &*crate::set(&[]), at(5)), Err(Error::UnknownKey));
    assert!(cache.is_empty());
    assert_eq!(ask(&mut cache, &policy(), &early, &issuer.keys(), at(5)).as_deref(), Ok("device"));
}
