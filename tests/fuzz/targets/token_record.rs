//! A record that flash brings is an entry like any other, or none: it can be asked for and revoked, and is written again
//! as it was.
#![no_main]

use bearward_core::{RECORD_OVERHEAD, RecordError, RecordKey, TokenStore, UnixTime, Work};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let today = Some(UnixTime::from_seconds(1_800_000_000));
    assert_eq!(RecordKey::new(&[7; 32]).open(0, &mut data.to_vec()), Err(RecordError::Sealed));
    let mut store = TokenStore::<2, 512>::new();
    if store.restore(0, data, 5, today).is_err() {
        assert!(store.is_empty() && store.revocations() == 0);
        return;
    }
    assert_eq!(store.len() + store.revocations(), 1);
    assert_eq!(store.unsaved(), None);
    assert_eq!(store.restore(0, data, 5, today), Err(RecordError::Taken));
    for _ in 0..4 {
        match store.next_work(u64::MAX) {
            Work::Obtain(ticket) => {
                let wanted = store.wanted(ticket).unwrap();
                let (application, session) = (wanted.application.to_owned(), wanted.session.to_owned());
                if let Ok(token) = store.is_authorized(&application, &session, "", 5) {
                    assert!(!token.access_token().is_empty());
                }
                assert_eq!(store.revoke(&application, &session, 5), Ok(true));
            }
            Work::Revoke(ticket) => {
                if store.revocation(ticket).is_none() {
                    return;
                }
                store.revoked(ticket, 5);
            }
            Work::Later(_) | Work::Nothing => break,
        }
        let mut buffer = [0; 512 + RECORD_OVERHEAD];
        while let Some(unsaved) = store.unsaved() {
            if let Some(length) = store.write_record(unsaved, 5, today, &mut buffer).unwrap() {
                TokenStore::<2, 512>::new().restore(0, &buffer[..length], 5, today).unwrap();
            }
            store.saved(unsaved);
        }
    }
});
