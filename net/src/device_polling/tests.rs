use std::{vec, vec::Vec};

use bearward_core::{Answer, AnswerError, DeviceAuthorization, DeviceAuthorizationRequest, TokenError};
use embedded_io_async::ErrorKind;

use super::{DevicePolling, Duration};
use crate::{
    error::{HttpError, NetError, Step, TlsError},
    failure::{Failure, FailureKind},
};

fn codes(expires_in: u32, interval: &str) -> DeviceAuthorization<'static> {
    let body = std::format!(
        r#"{{"device_code":"d","user_code":"u","verification_uri":"https://as.example","expires_in":{expires_in}{interval}}}"#
    );
    let body = Vec::from(body).leak();
    DeviceAuthorizationRequest::read(Answer { status: 200, content_type: Some("application/json"), body }).unwrap()
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The times of the requests that are made while the answers are these, the last one's for ever; each takes no time.
fn requests(codes: &DeviceAuthorization<'_>, answers: &[Failure]) -> (Vec<u64>, Failure) {
    let mut now = seconds(1000);
    let mut polling = DevicePolling::new(codes, now);
    let mut answers = answers.iter().chain(answers.last().into_iter().cycle());
    let mut times = Vec::new();
    loop {
        match polling.begin(now) {
            Ok(wait) => now += wait,
            Err(error) => return (times, error.into()),
        }
        times.push(now.as_secs() - 1000);
        if let Err(failure) = polling.failed(*answers.next().unwrap(), now) {
            return (times, failure);
        }
    }
}

const PENDING: Failure = Failure { kind: FailureKind::Token(TokenError::AuthorizationPending), retry_after: None };
const SLOW_DOWN: Failure = Failure { kind: FailureKind::Token(TokenError::SlowDown), retry_after: None };
const TIMED_OUT: Failure = Failure { kind: FailureKind::Net(NetError::TimedOut(Step::Connect)), retry_after: None };

#[test]
fn rfc8628_3_5_the_interval_lies_before_every_request_until_the_codes_expire() {
    let expired = Failure::from(TokenError::ExpiredToken);
    assert_eq!(requests(&codes(20, r#","interval":7"#), &[PENDING]), (vec![7, 14], expired));
    assert_eq!(requests(&codes(21, ""), &[PENDING]), (vec![5, 10, 15, 20], expired));
    // One that falls on the end comes too late.
    assert_eq!(requests(&codes(20, ""), &[PENDING]), (vec![5, 10, 15], expired));
    assert_eq!(requests(&codes(5, ""), &[PENDING]), (vec![], expired));
    // A server without an interval is not flooded.
    assert_eq!(requests(&codes(4, r#","interval":0"#), &[PENDING]), (vec![1, 2, 3], expired));
}

#[test]
fn rfc8628_3_5_slow_down_adds_five_seconds_for_all_further_requests() {
    let (times, _) = requests(&codes(70, ""), &[PENDING, SLOW_DOWN, PENDING, SLOW_DOWN, PENDING]);
    assert_eq!(times, [5, 10, 20, 30, 45, 60]);
}

#[test]
fn rfc8628_3_5_a_connection_timeout_doubles_the_interval() {
    let (times, _) = requests(&codes(300, ""), &[PENDING, TIMED_OUT]);
    assert_eq!(times, [5, 10, 20, 40, 80, 140, 200, 260]);
    // An interval above that stays as it is.
    let (times, _) = requests(&codes(300, r#","interval":90"#), &[TIMED_OUT]);
    assert_eq!(times, [90, 180, 270]);
}

#[test]
fn what_may_pass_is_waited_for() {
    for kind in [
        NetError::TimedOut(Step::Handshake),
        NetError::TimedOut(Step::Answer),
        NetError::NameNotResolved,
        NetError::Connect(ErrorKind::ConnectionRefused),
        NetError::NoAnswer,
        NetError::Truncated,
        NetError::Tls(TlsError::Truncated),
        NetError::Tls(TlsError::Stream(ErrorKind::ConnectionReset)),
    ] {
        assert_eq!(requests(&codes(20, ""), &[kind.into()]).0, [5, 15], "{kind:?}");
    }
    let unavailable = TokenError::Answer(AnswerError::Unavailable);
    assert_eq!(requests(&codes(20, ""), &[unavailable.into()]).0, [5, 15]);
    let later = Failure { retry_after: Some(seconds(30)), ..unavailable.into() };
    assert_eq!(requests(&codes(50, ""), &[later, PENDING]).0, [5, 35, 45]);
}

#[test]
fn rfc8628_3_5_any_other_error_ends_it() {
    for kind in [
        FailureKind::Token(TokenError::AccessDenied),
        FailureKind::Token(TokenError::ExpiredToken),
        FailureKind::Token(TokenError::InvalidGrant),
        FailureKind::Token(TokenError::InvalidClient),
        FailureKind::Token(TokenError::Answer(AnswerError::Status(400))),
        FailureKind::Net(NetError::Tls(TlsError::WrongName)),
        FailureKind::Net(NetError::Tls(TlsError::TimeUnavailable)),
        FailureKind::Net(NetError::Redirect(302)),
        FailureKind::Net(NetError::Http(HttpError::StatusLine)),
        FailureKind::Net(NetError::ContentTooLarge),
        FailureKind::Busy,
    ] {
        let failure = Failure { kind, retry_after: Some(seconds(1)) };
        assert_eq!(requests(&codes(60, ""), &[PENDING, failure]), (vec![5, 10], failure));
    }
}

#[test]
fn a_request_that_was_dropped_counts() {
    let mut polling = DevicePolling::new(&codes(60, ""), seconds(0));
    assert_eq!(polling.begin(seconds(0)), Ok(seconds(5)));
    // Taken up again without an answer, at once and later.
    assert_eq!(polling.begin(seconds(6)), Ok(seconds(4)));
    assert_eq!(polling.begin(seconds(40)), Ok(seconds(0)));
    assert_eq!(polling.begin(seconds(60)), Err(TokenError::ExpiredToken));
    assert_eq!(polling.interval(), seconds(5));
}
