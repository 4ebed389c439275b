//! A server on the loopback that answers as a test tells it to, well or badly.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request that came in.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// Headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
}

impl Asked {
    /// A value of the query; empty where there is none.
    pub fn query(&self, name: &str) -> &str {
        let (_, query) = self.path.split_once('?').unwrap_or_default();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .into_iter()
            .find(|(n, _)| *n == name)
            .map_or("", |(_, value)| value)
    }
}

/// What is sent back, byte for byte, and what follows.
#[derive(Clone, Debug)]
pub struct Play {
    /// Status line, headers and body.
    pub bytes: Vec<u8>,
    /// Then.
    pub then: Then,
}

/// What follows the bytes.
#[derive(Clone, Copy, Debug)]
pub enum Then {
    /// The connection is closed.
    Close,
    /// Nothing more comes for so long.
    Silence(Duration),
    /// A byte comes after each such while, for twenty seconds.
    Drip(Duration),
    /// More of the same comes until nobody listens, or 256 MB were sent.
    Endless,
}

impl Play {
    /// A well-formed answer.
    pub fn answer(status: u16, kind: &str, headers: &[(&str, &str)], body: &[u8]) -> Play {
        let mut head = format!(
            "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        if !kind.is_empty() {
            head.push_str(&format!("Content-Type: {kind}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Play {
            bytes: [head.as_bytes(), b"\r\n", body].concat(),
            then: Then::Close,
        }
    }

    /// A well-formed answer in JSON.
    pub fn json(body: &serde_json::Value) -> Play {
        Play::answer(200, "application/json; charset=utf-8", &[], body.to_string().as_bytes())
    }

    /// The same answer without so many of its last bytes.
    #[must_use]
    pub fn without_end(mut self, bytes: usize) -> Play {
        self.bytes.truncate(self.bytes.len().saturating_sub(bytes));
        self
    }

    /// The same answer without a header.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Play {
        let end = self.bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(self.bytes[..end].to_vec()).unwrap();
        let kept: Vec<&str> = head.split("\r\n").filter(|line| !line.starts_with(name)).collect();
        self.bytes = [kept.join("\r\n").as_bytes(), &self.bytes[end..]].concat();
        self
    }

    /// The same answer, and then something else than a close.
    #[must_use]
    pub fn then(mut self, then: Then) -> Play {
        self.then = then;
        self
    }
}

type Player = dyn Fn(&Asked, usize) -> Play + Send + Sync;

/// The server; it ends when it is dropped.
pub struct Stub {
    port: u16,
    log: Arc<Mutex<Vec<Asked>>>,
    over: Arc<AtomicBool>,
}

impl std::fmt::Debug for Stub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stub").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Stub {
    /// A server that answers with what `play` gives for a request and its number, from 1.
    pub fn new(play: impl Fn(&Asked, usize) -> Play + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (log, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let play: Arc<Player> = Arc::new(play);
        let (to, ended) = (Arc::clone(&log), Arc::clone(&over));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (play, log, over) = (Arc::clone(&play), Arc::clone(&to), Arc::clone(&ended));
                if let Ok(stream) = stream {
                    std::thread::spawn(move || serve(stream, &*play, &log, &over));
                }
            }
        });
        Stub { port, log, over }
    }

    /// Its scheme and host.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests that have come in so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(mut stream: TcpStream, play: &Player, log: &Mutex<Vec<Asked>>, over: &AtomicBool) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let _ = stream.set_write_timeout(Some(Duration::from_secs(30)));
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) if head.len() < 1 << 20 => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let asked = Asked {
        path: path.to_owned(),
        headers: headers.map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect(),
    };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len()
    };
    let Play { bytes, then } = play(&asked, number);
    if stream.write_all(&bytes).is_err() {
        return;
    }
    match then {
        Then::Close => {}
        Then::Silence(long) => {
            let start = std::time::Instant::now();
            while start.elapsed() < long && !over.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        Then::Drip(every) => {
            let start = std::time::Instant::now();
            while start.elapsed() < Duration::from_secs(20) && !over.load(Ordering::SeqCst) {
                std::thread::sleep(every);
                if stream.write_all(b" ").is_err() {
                    return;
                }
            }
        }
        Then::Endless => {
            let more = vec![b' '; 1 << 20];
            for _ in 0..256 {
                if over.load(Ordering::SeqCst) || stream.write_all(&more).is_err() {
                    return;
                }
            }
        }
    }
    let _ = stream.shutdown(std::net::Shutdown::Write);
    // What the other side still says is taken, so that a reset does not overtake the answer.
    let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
    let _ = stream.read(&mut [0; 512]);
}
