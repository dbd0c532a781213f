//! What is read as a URL is read by everyone else as the same scheme, host, port, path and query.
#![no_main]

use bearward_net::Url;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(own) = Url::danger_http(text) else {
        assert!(Url::parse(text).is_err());
        return;
    };
    assert_eq!(Url::parse(text).is_ok(), own.is_secure());
    let other = match url::Url::parse(text) {
        Ok(other) => other,
        // The other reader decodes internationalised names. Here each is a name of DNS as it stands, whatever it decodes to.
        Err(error) => {
            let is_encoded = |label: &str| label.to_ascii_lowercase().starts_with("xn--");
            assert_eq!(error, url::ParseError::IdnaError);
            assert!(own.host().split('.').any(is_encoded));
            return;
        }
    };
    assert_eq!(other.scheme() == "https", own.is_secure());
    assert_eq!(other.port_or_known_default(), Some(own.port()));
    assert_eq!((other.username(), other.password(), other.fragment()), ("", None, None));
    match other.host().unwrap() {
        url::Host::Domain(host) => assert!(host.eq_ignore_ascii_case(own.host()) && own.address().is_none()),
        url::Host::Ipv4(address) => assert_eq!(own.address(), Some(address.into())),
        url::Host::Ipv6(address) => assert_eq!(own.address(), Some(address.into())),
    }
    // The other reader removes `.` and `..` from the path, which is the server's to do here.
    if !own.target().contains("/.") && !own.target().to_ascii_lowercase().contains("/%2e") {
        let query = other.query().map(|query| format!("?{query}")).unwrap_or_default();
        // It also encodes `'` in a query.
        assert_eq!(format!("{}{query}", other.path()).replace("%27", "'"), own.target().replace("%27", "'"));
    }

    // It is one line of a request, and reads again as it is written.
    assert!(own.target().starts_with('/') && own.target().bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(own.authority().bytes().all(|byte| byte.is_ascii_graphic()));
    let written = own.to_string();
    assert_eq!(Url::danger_http(&written), Ok(own));
});
