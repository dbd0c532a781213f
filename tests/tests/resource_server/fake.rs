//! An authorization server that does what a test tells it: over plain HTTP on loopback, so that it can be counted, stopped
//! and started again.

use std::{cell::RefCell, collections::BTreeMap, net::SocketAddr, rc::Rc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, spawn_local},
};

/// What the server answers under a path: a head without its length, and the content.
#[derive(Clone)]
pub struct Page {
    pub status: u16,
    pub fields: String,
    pub content: String,
    /// How long it takes.
    pub delay: Duration,
}

impl Page {
    pub fn json(content: impl Into<String>) -> Self {
        let fields = "Content-Type: application/json\r\n".to_owned();
        Self { status: 200, fields, content: content.into(), delay: Duration::ZERO }
    }

    pub fn status(status: u16) -> Self {
        Self { status, fields: String::new(), content: String::new(), delay: Duration::ZERO }
    }

    pub fn with_field(mut self, name: &str, value: &str) -> Self {
        self.fields += &format!("{name}: {value}\r\n");
        self
    }

    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

#[derive(Default)]
struct State {
    pages: BTreeMap<String, Page>,
    /// The heads and forms that came.
    requests: Vec<String>,
    connections: usize,
    tasks: Vec<AbortHandle>,
}

#[derive(Clone)]
pub struct Fake {
    address: SocketAddr,
    state: Rc<RefCell<State>>,
}

impl Fake {
    /// Starts it. There is nothing under any path.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self { address: listener.local_addr().unwrap(), state: Rc::default() };
        fake.serve(listener);
        fake
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn put(&self, path: &str, page: Page) {
        self.state.borrow_mut().pages.insert(path.to_owned(), page);
    }

    pub fn remove(&self, path: &str) {
        self.state.borrow_mut().pages.remove(path);
    }

    /// How many requests came to a path.
    pub fn count(&self, path: &str) -> usize {
        self.state.borrow().requests.iter().filter(|head| head.split(' ').nth(1) == Some(path)).count()
    }

    /// The contents of all requests that came to a path.
    pub fn forms(&self, path: &str) -> Vec<String> {
        let state = self.state.borrow();
        let requests = state.requests.iter().filter(|head| head.split(' ').nth(1) == Some(path));
        requests.filter_map(|request| Some(request.split_once("\r\n\r\n")?.1.to_owned())).collect()
    }

    /// The last request, head and content.
    pub fn last_request(&self) -> String {
        self.state.borrow().requests.last().cloned().unwrap_or_default()
    }

    pub fn connections(&self) -> usize {
        self.state.borrow().connections
    }

    /// Ends it, with every connection.
    pub fn kill(&self) {
        for task in self.state.borrow_mut().tasks.drain(..) {
            task.abort();
        }
    }

    /// Ends the connections, as a server does that has waited too long.
    pub fn hang_up(&self) {
        for task in self.state.borrow_mut().tasks.drain(1..) {
            task.abort();
        }
    }

    /// Starts it again under the same address.
    pub async fn revive(&self) {
        self.serve(TcpListener::bind(self.address).await.unwrap());
    }

    fn serve(&self, listener: TcpListener) {
        let fake = self.clone();
        let task = spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = fake.clone();
                let task = spawn_local(async move { connection.talk(stream).await });
                let mut state = fake.state.borrow_mut();
                state.connections += 1;
                state.tasks.push(task.abort_handle());
            }
        });
        self.state.borrow_mut().tasks.push(task.abort_handle());
    }

    async fn talk(&self, mut stream: TcpStream) {
        while let Some(request) = read(&mut stream).await {
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let close = request.to_ascii_lowercase().contains("connection: close");
            self.state.borrow_mut().requests.push(request);
            let page = self.state.borrow().pages.get(&path).cloned().unwrap_or_else(|| Page::status(404));
            tokio::time::sleep(page.delay).await;
            let Page { status, fields, content, .. } = page;
            let length = content.len();
            let length = if status == 304 { String::new() } else { format!("Content-Length: {length}\r\n") };
            let answer = format!("HTTP/1.1 {status} x\r\n{fields}{length}\r\n{content}");
            if stream.write_all(answer.as_bytes()).await.is_err() || close {
                return;
            }
        }
    }
}

/// A request with its content, or `None` at the end of the connection.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, content)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        if content.len() >= length {
            return Some(text);
        }
    }
}
