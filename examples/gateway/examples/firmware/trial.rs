//! The program as a user starts it: it prints requests to try, and stops what it has started when it is told to end.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::TcpStream,
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Outcome, device::Image, request::Request};

/// What is named, what is expected, and what came.
type Row = (String, &'static str, String);

/// Starts it, sends one of the requests that it prints, and ends it by each signal that a user would.
pub fn run(image: Image<'_>) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for signal in ["INT", "TERM"] {
        let this = env::current_exe()?;
        // What a script starts in the background ignores SIGINT, and so would what that starts.
        let mut command = Command::new("env");
        command.arg("--default-signal=INT,TERM").arg(&this).arg(image.path).args(image.small.then_some("--small"));
        // A group of its own, to find all that belongs to it.
        let mut child = Group(command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).spawn()?);
        let (mut issuer, mut request) = (String::new(), None);
        for line in BufReader::new(child.0.stdout.take().ok_or("no output")?).lines() {
            let line = line?;
            if let Some((_, url)) = line.split_once("the authorization server is ") {
                issuer = url.to_owned();
            }
            request = request.or_else(|| curl(&line));
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        let (token, port) = request.ok_or("it prints no request")?;
        let (started, request) = (Instant::now(), Request::with("GET /sensor", &token));
        // It may still wait for the time, or for the keys, and tells when to come again; on a busy machine, late.
        let answer = loop {
            let answer = request.send(port);
            let is_early = answer.as_ref().map_or(true, |answer| answer.summary() == "503 Retry-After");
            if !is_early || started.elapsed() > Duration::from_secs(60) {
                break answer?;
            }
            thread::sleep(Duration::from_secs(1));
        };
        rows.push((format!("printed request, before SIG{signal}"), "200", answer.summary()));
        let group = child.0.id();
        Command::new("kill").args([format!("-{signal}"), group.to_string()]).status()?;
        child.0.wait()?;
        let ports = [Some(port), issuer.rsplit(':').next().and_then(|port| port.parse().ok())];
        let ports: Vec<u16> = ports.into_iter().flatten().collect();
        let left = || {
            let open = ports.iter().filter(|port| TcpStream::connect(("127.0.0.1", **port)).is_ok()).count();
            format!("{} processes, {open} of {} ports", processes(group, &this.display().to_string()), ports.len())
        };
        let started = Instant::now();
        while left() != NOTHING && started.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(50));
        }
        rows.push((format!("left after SIG{signal}"), NOTHING, left()));
    }
    Ok(rows)
}

const NOTHING: &str = "0 processes, 0 of 2 ports";

/// The token and the port of a line for curl that reads the sensor with one.
fn curl(line: &str) -> Option<(String, u16)> {
    let (_, rest) = line.strip_prefix("curl ")?.split_once("Bearer ")?;
    let (token, url) = rest.split_once("' http://127.0.0.1:")?;
    Some((token.to_owned(), url.strip_suffix("/sensor")?.parse().ok()?))
}

/// How many processes there are of this group, or of those that QEMU starts for the image, which have groups of their own.
fn processes(group: u32, this: &str) -> usize {
    let Ok(all) = fs::read_dir("/proc") else { return usize::MAX };
    let is_ours = |entry: fs::DirEntry| {
        let read = |name| fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        let stat = read("stat");
        // Behind the name: the state, the parent, and the group.
        let found = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(2)?.parse().ok());
        found == Some(group) || read("cmdline").starts_with(&format!("{this}\0forward\0"))
    };
    all.flatten().map(is_ours).filter(|ours| *ours).count()
}

/// A process with all that it has started, which ends with the trial, also when that fails.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = Command::new("kill").args(["-KILL".to_owned(), format!("-{}", self.0.id())]).status();
            let _ = self.0.wait();
        }
    }
}
