//! One call to a server that follows a script.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bearward_core::Request;
use bearward_net::{HttpClient, NetError, Timeouts, Url};
use tests::script::{Network, NoTls, Script};

pub const URL: &str = "https://as.example/token?x=y";

/// Nothing here waits for anything but the scripted time: what is pending twice, is stuck.
pub fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits without a deadline"),
    }
}

pub type Client<'n> = HttpClient<'n, Network, NoTls, Network, Network>;

pub fn client<'n>(network: &'n Network, head: &'n mut [u8]) -> Client<'n> {
    HttpClient::new(network, NoTls(network.clone()), network.clone(), network.clone(), head)
        .with_timeouts(Timeouts::DEFAULT)
}

pub fn url() -> Url<'static> {
    Url::parse(URL).unwrap()
}

pub const GET: Request<'static> = Request::get("application/json");

/// What an answer came to.
pub type Outcome = Result<(u16, Option<String>, Vec<u8>), NetError>;

/// The outcome of a call.
pub fn fetch(script: Script) -> Outcome {
    fetch_into(script, 1024, 1024)
}

/// The outcome of a call with buffers of these sizes for the head and the content.
pub fn fetch_into(script: Script, head: usize, content: usize) -> Outcome {
    let network = Network::new([script]);
    let (mut head, mut content) = (vec![0; head], vec![0; content]);
    let mut client = client(&network, &mut head);
    let fetched = run(client.fetch(&url(), &GET, &mut content))?;
    let answer = fetched.answer;
    Ok((answer.status, answer.content_type.map(str::to_owned), answer.body.to_vec()))
}

/// The outcome of an answer: the same whether it comes at once or byte by byte.
#[track_caller]
pub fn answer(answer: &[u8]) -> Outcome {
    let whole = fetch(Script::segments([answer]));
    assert_eq!(fetch(Script::bytes(answer)), whole, "{:?}", String::from_utf8_lossy(answer));
    whole
}

/// A good answer with this content.
#[track_caller]
pub fn content(bytes: &[u8]) -> Vec<u8> {
    answer(bytes).unwrap().2
}
