//! A token out of a form or a query is what a browser's reader finds there, and it finds no second one.
#![no_main]

use bearward_core::{BearerRequest, Transport};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut buffer = vec![0; data.len()];
    let content_type = Some("application/x-www-form-urlencoded");
    let form = BearerRequest::new(Transport::Tls).with_form("POST", content_type, data);
    check(form.token(&mut buffer).ok().flatten().map(|found| found.token.as_str()), data);
    let query = BearerRequest::new(Transport::Tls).danger_with_query("GET", data);
    check(query.token(&mut buffer).ok().flatten().map(|found| found.token.as_str()), data);
});

fn check(token: Option<&str>, data: &[u8]) {
    if let Some(token) = token {
        let mut values = form_urlencoded::parse(data).filter(|(name, _)| name == "access_token");
        assert_eq!(values.next().map(|(_, value)| value.into_owned()).as_deref(), Some(token));
        assert!(values.next().is_none());
    }
}
