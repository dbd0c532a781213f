//! Where the image's calls to its authorization server come by: a test lets them through, or answers in the server's place.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use tests::{pki::Identity, scripted::Scripted};

/// Who answers a call.
#[derive(Clone)]
enum Way {
    /// Whoever listens at this port.
    Through(u16),
    /// A server that does as a script says.
    Script(Arc<dyn Fn(TcpStream) + Send + Sync>),
}

/// The gate. It is open to the authorization server at first.
pub struct Gate {
    pub port: u16,
    server: u16,
    way: Arc<Mutex<Way>>,
    /// The connections there are.
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Gate {
    /// In front of this port.
    pub fn start(server: u16) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (way, open) = (Arc::new(Mutex::new(Way::Through(server))), Arc::new(Mutex::new(Vec::new())));
        let gate = Self { port: listener.local_addr()?.port(), server, way: Arc::clone(&way), open: Arc::clone(&open) };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                open.lock().unwrap().extend(stream.try_clone());
                let way = way.lock().unwrap().clone();
                thread::spawn(move || match way {
                    Way::Through(port) => through(&stream, port),
                    Way::Script(script) => script(stream),
                });
            }
        });
        Ok(gate)
    }

    /// Lets calls through to the authorization server.
    pub fn open(&self) {
        self.lead(Way::Through(self.server));
    }

    /// Answers calls by a script, which begins behind the ClientHello.
    pub fn answer(
        &self,
        identity: impl Fn() -> Identity + Send + Sync + 'static,
        script: impl Fn(&mut Scripted) + Send + Sync + 'static,
    ) {
        self.lead(Way::Script(Arc::new(move |stream| {
            let end = stream.try_clone();
            if let Some(mut server) = Scripted::start(stream, identity()) {
                script(&mut server);
            }
            // The gate has the connection as well.
            let _ = end.map(|end| end.shutdown(Shutdown::Both));
        })));
    }

    fn lead(&self, way: Way) {
        *self.way.lock().unwrap() = way;
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Carries the bytes of one connection.
fn through(stream: &TcpStream, port: u16) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
        let _ = stream.shutdown(Shutdown::Both);
        return;
    };
    let _ = (stream.set_nodelay(true), server.set_nodelay(true));
    thread::scope(|scope| {
        scope.spawn(|| carry(stream, &server));
        carry(&server, stream);
    });
}

fn carry(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
