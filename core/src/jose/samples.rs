//! Keys that several tests use.

/// RFC 7517 appendix A.1.
pub(super) const RFC7517_A1: &str = r#"{"keys":
 [
   {"kty":"EC",
    "crv":"P-256",
    "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "use":"enc",
    "kid":"1"},

   {"kty":"RSA",
    "n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e":"AQAB",
    "alg":"RS256",
    "kid":"2011-04-29"}
 ]
}"#;

/// The first key of RFC 7517 appendix A.1, without what says that it is for encryption.
pub(super) const P256: &str = r#""kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM""#;

/// RFC 8037 appendix A.2.
pub(super) const ED25519: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;

/// RFC 7638 §3.1.
pub(super) const RSA: &str = r#""kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB""#;

/// RFC 7520 §3.1.
pub(super) const RFC7520_EC: &str = r#"{"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521",
"x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
"y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"}"#;

/// RFC 7520 §3.3.
pub(super) const RFC7520_RSA: &str = r#"{"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig",
"n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
"e":"AQAB"}"#;

/// RFC 7520 §3.5.
pub(super) const RFC7520_SECRET: &str = r#"{"kty":"oct","kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037","use":"sig","alg":"HS256",
"k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}"#;

/// Public keys as OpenSSL 3 writes them.
pub(super) const P256_PEM: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzu9T0vWCauXmTUhUysOK5kSHB42A
TsTNYlUtskjWlA57ARyu76N6Pvqc2oAmPeniB40L6UhYIdjPi+uqMvAXeQ==
-----END PUBLIC KEY-----
";

pub(super) const P384_PEM: &str = "\
-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEiF0OwgXdN00GE3VzTAfrg8KqDZpWQCqq
hvAAv0jkmWpyMuRSQp6UYlM5aI+HRvtBJbXN1AiQA5Rd6Bog80/fu12P1a36Gur7
vteb9ma8om8ZeKJdBpJdS65nPt5UIMlI
-----END PUBLIC KEY-----
";

pub(super) const P521_PEM: &str = "\
-----BEGIN PUBLIC KEY-----
MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBbpAHkW35SEy9HCSRuARkCUSZ+Vrq
TP5sbalWxlEMc7/JRPU6YI15IRONsXaKA6V53FG96BZh9Ev6KqseVN/bV+wBAM0t
BiSDZXddEW8OCUSXonje/+WTLuQVlG9zNANbXROktMi20CycTkSNN3O0AFxunryp
JROGXwO0caOJXR2tdA4=
-----END PUBLIC KEY-----
";

pub(super) const ED25519_PEM: &str = "\
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAMvq/k+Tktw5ieYoLZB3MZwQpBugJnD0EDju4jg9joyo=
-----END PUBLIC KEY-----
";

pub(super) const RSA_PEM: &str = "\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5u/blFUkC2qbrKugsXln
0UJraUKdN/zU8hrODNeYD3flwxIOcVawU4yaZdfBPwEdaCHHOuc/YvIYlWcgPr1U
xYc2m1L/P3kI2xBzXtCpYOCrsG1rADEGcdWvTIyfkQPxFs50OKxQBloXISi2ipa9
BLw0e5+gOh2hCojax7gZL6g8+ra6Q/qygcQaP4WpfasnpYDYVAzh8zh+7s08GAOR
9zf8HvJYTsX/gLCXZuF7piq7SFV+jMAPXOaX3XPmktIm9nCpGT2z99iyURZgDo9m
bLTjJJ0uWF5QunQyUUMrmM5/mD2ee+nfBw9Zlsol8hWhq3hTSNBLvEBHBKWM7+b2
PwIDAQAB
-----END PUBLIC KEY-----
";
