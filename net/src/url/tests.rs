use std::{format, string::ToString};

use super::*;

#[track_caller]
fn refused(text: &str, error: UrlError) {
    assert_eq!(Url::parse(text), Err(error), "{text}");
}

#[test]
fn only_https_is_a_scheme() {
    for text in
        ["http://h/", "ftp://h/", "://h/", "//h/", "h/", "", "https:/h/", "https:h", " https://h/", "httpss://h"]
    {
        refused(text, UrlError::Scheme);
    }
    assert_eq!(Url::parse("HTTPS://h").unwrap().port(), 443);
}

#[test]
fn http_is_read_only_by_the_dangerous_way() {
    let url = Url::danger_http("http://127.0.0.1/x").unwrap();
    assert_eq!((url.port(), url.is_secure()), (80, false));
    assert!(Url::danger_http("https://h").unwrap().is_secure());
    assert_eq!(Url::danger_http("ws://h"), Err(UrlError::Scheme));
}

#[test]
fn userinfo_is_refused() {
    for text in ["https://user@h/", "https://as.example:pw@evil.example/", "https://@h/", "https://a@b@c/"] {
        refused(text, UrlError::UserInfo);
    }
    assert!(Url::parse("https://h/@x").is_ok());
}

#[test]
fn a_fragment_is_refused() {
    refused("https://h/a#b", UrlError::Fragment);
    refused("https://h#", UrlError::Fragment);
}

#[test]
fn a_host_is_a_dns_name() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    for host in ["h", "as.example", "AS-1.example", "_x.example", "xn--bcher-kva.example", "1.example", &longest] {
        let text = format!("https://{host}");
        let url = Url::parse(&text).unwrap();
        assert_eq!((url.host(), url.authority(), url.target(), url.address()), (host, host, "/", None));
    }
    let too_long = format!("{longest}a");
    for host in [
        "",
        ".",
        "a..b",
        ".a",
        "a.",
        "-a",
        "a-.b",
        "a b",
        "a%20b",
        "bücher.example",
        "a\\b",
        "a\0b",
        "a\r\nb",
        "a,b",
        "a*b",
        &"a".repeat(64),
        &too_long,
    ] {
        refused(&format!("https://{host}/"), UrlError::Host);
    }
}

#[test]
fn what_others_take_for_an_address_is_one_or_is_refused() {
    assert_eq!(Url::parse("https://192.0.2.1").unwrap().address(), Some(IpAddr::from([192, 0, 2, 1])));
    for host in [
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0X7F.1",
        "127.0.0.0x1",
        "127.0.0.01",
        "256.1.1.1",
        "1.2.3.4.5",
        "a.0x",
        "a.1",
    ] {
        refused(&format!("https://{host}/"), UrlError::Host);
    }
}

#[test]
fn an_ipv6_address_stands_in_brackets() {
    let url = Url::parse("https://[2001:db8::1]:8443/x").unwrap();
    assert_eq!((url.host(), url.port(), url.authority()), ("2001:db8::1", 8443, "[2001:db8::1]:8443"));
    assert_eq!(url.address(), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(Url::parse("https://[::1]").unwrap().port(), 443);
    for host in ["[", "[]", "[::1", "[::1]x", "[::1]]", "[fe80::1%25eth0]", "[192.0.2.1]", "[v1.x]", "[h]"] {
        refused(&format!("https://{host}/"), UrlError::Host);
    }
    refused("https://::1/", UrlError::Port);
}

#[test]
fn a_port_is_1_to_65535_in_digits() {
    assert_eq!(Url::parse("https://h:65535").unwrap().port(), 65535);
    for port in ["", "0", "00000", "65536", "000443", "+443", "-1", "4 3", "x", "443:443", "٣"] {
        refused(&format!("https://h:{port}/"), UrlError::Port);
        refused(&format!("https://[::1]:{port}/"), UrlError::Port);
    }
}

#[test]
fn path_and_query_have_only_their_characters() {
    for target in ["/", "//", "/a/b;c=d?e=f/g?h", "/%41%c3%bC", "/-._~!$&'()*+,;=:@", "/.well-known/x"] {
        let text = format!("https://h{target}");
        assert_eq!(Url::parse(&text).unwrap().target(), target);
    }
    for target in [
        "/a b",
        "/a\r\nX: y",
        "/\n",
        "/\t",
        "/\0",
        "/\x7f",
        "/ü",
        "/%",
        "/%4",
        "/%4g",
        "/%g4",
        "/<",
        "/>",
        "/\"",
        "/\\",
        "/^",
        "/`",
        "/{",
        "/|",
        "/}",
        "/[",
        "?a=b",
    ] {
        refused(&format!("https://h{target}"), UrlError::Path);
    }
}

#[test]
fn an_origin_is_scheme_host_and_port() {
    let url = Url::parse("https://as.example/a").unwrap();
    let same = |text| url.is_same_origin(&Url::danger_http(text).unwrap());
    assert!(same("https://AS.EXAMPLE:443/b?c"));
    assert!(!same("https://as.example:444/a"));
    assert!(!same("https://as.example.evil.example/a"));
    assert!(!same("http://as.example:443/a"));
}

#[test]
fn it_is_written_as_it_was() {
    for text in ["https://as.example:443/a?b", "https://[::1]/", "http://h/"] {
        assert_eq!(Url::danger_http(text).unwrap().to_string(), text);
    }
    assert_eq!(Url::parse("https://h").unwrap().to_string(), "https://h/");
}
