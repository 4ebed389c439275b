use crate::error::shown;
use crate::paced::Paced;
use crate::request::{Request, is_local, is_private, names_user, origin};
use flate2::read::MultiGzDecoder;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use ureq::http::HeaderMap;

/// How many times a server may lead elsewhere.
const MOST_REDIRECTS: usize = 5;
/// How much of an error's body is read.
const MOST_SAID: usize = 4096;
/// Words that do not come in this time are not waited for.
const LONGEST_SAYING: Duration = Duration::from_secs(10);

/// Bounds on one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest time without an answer's beginning, or without its next kilobyte.
    pub silence: Duration,
    /// The largest body, in bytes.
    pub bytes: u64,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// The type of the body.
    pub kind: Option<String>,
    /// How long the server asks to wait.
    pub wait: Option<Duration>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address that answered, where the one that was asked led elsewhere.
    pub from: Option<String>,
    /// Whether the connection told where the body ends.
    pub framed: bool,
    /// Where the request was not granted: the server's words, shortened.
    pub said: String,
}

/// Why nothing usable came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It may come the next time.
    Passing(String),
    /// More bytes than the bound; the bound.
    Endless(u64),
    /// Led elsewhere without end, or to where it must not be followed; in the server's words, which can hold anything.
    Astray(String),
    /// Led elsewhere where no more requests are granted.
    TooMany,
    /// The request cannot be sent as it is.
    Unsendable(String),
    /// The body could not be written to the disk.
    Disk(String),
}

/// Sends one request; a granted one's body is written to the file, whole unless an error is returned.
pub trait Transport {
    /// `on` is asked before each further request that a redirection takes, and says whether it is granted.
    ///
    /// # Errors
    /// Says whether it may be tried again.
    fn send(&self, request: &Request, body: &Path, on: &mut dyn FnMut(&str) -> bool) -> Result<Reply, Lost>;
    /// What must never be shown.
    fn secret(&self) -> Option<&str>;
}

/// The client of the network.
pub struct Client {
    agent: ureq::Agent,
    /// For this machine: a proxy in the environment is another machine, which would be told the key.
    local: ureq::Agent,
    limits: Limits,
    key: Option<String>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the key.
        f.debug_struct("Client")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client with these bounds; `key` is the value of the key, where there is one.
    pub fn new(limits: Limits, key: Option<String>) -> Client {
        let config = || {
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .timeout_connect(Some(limits.silence.min(Duration::from_secs(60))))
                .timeout_recv_response(Some(limits.silence))
                .timeout_per_read(Some(limits.silence))
                .user_agent(concat!("counterflow/", env!("CARGO_PKG_VERSION")))
        };
        Client {
            agent: config().build().into(),
            local: config().proxy(None).build().into(),
            limits,
            key,
        }
    }
}

impl Transport for Client {
    fn secret(&self) -> Option<&str> {
        self.key.as_deref()
    }

    fn send(&self, request: &Request, body: &Path, on: &mut dyn FnMut(&str) -> bool) -> Result<Reply, Lost> {
        let partial = request.form.resumes().then(|| Partial::at(body)).flatten();
        let mut url = request.url.clone();
        for step in 0..=MOST_REDIRECTS {
            if step > 0 && !on(&url) {
                return Err(Lost::TooMany);
            }
            let agent = if is_local(&url) { &self.local } else { &self.agent };
            let mut call = agent.get(&url).header("Accept", request.form.accept());
            // Ranges count the bytes of the archive itself.
            let encoding = if request.form.resumes() { "identity" } else { "gzip" };
            call = call.header("Accept-Encoding", encoding);
            if let (Some(key), Some(value)) = (request.key, &self.key)
                && origin(&url) == origin(&request.url)
            {
                if !is_private(&url) {
                    let problem = "the key is not sent there: the connection is not encrypted";
                    return Err(Lost::Unsendable(problem.to_owned()));
                }
                call = call.header(key.header, value);
            }
            if let Some(partial) = &partial {
                call = call.header("Range", format!("bytes={}-", partial.bytes));
                call = call.header("If-Range", &partial.validator);
            }
            let response = call.call().map_err(|e| match lost(e) {
                // It is the server that made this address.
                Lost::Unsendable(why) if url != request.url => {
                    Lost::Astray(format!("it leads to `{url}`, which is no address: {why}"))
                }
                lost => lost,
            })?;
            let status = response.status().as_u16();
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                url = elsewhere(&url, response.headers()).map_err(Lost::Astray)?;
                continue;
            }
            let from = (url != request.url).then_some(url);
            let reply = self.receive(request, body, partial.as_ref(), response)?;
            return Ok(Reply { from, ..reply });
        }
        Err(Lost::Astray(format!(
            "it leads elsewhere more than {MOST_REDIRECTS} times, at last to {url}"
        )))
    }
}

impl Client {
    fn receive(
        &self,
        request: &Request,
        path: &Path,
        partial: Option<&Partial>,
        response: ureq::http::Response<ureq::Body>,
    ) -> Result<Reply, Lost> {
        let (head, body) = response.into_parts();
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let mut reply = Reply {
            status: head.status.as_u16(),
            kind: header("content-type").map(str::to_owned),
            wait: header("retry-after").and_then(|text| {
                // A date is told by the server's clock, which may differ from this one.
                let now = header("date").and_then(crate::calendar::date);
                crate::calendar::retry_after(text, now.unwrap_or_else(SystemTime::now))
            }),
            next: next_page(&head.headers, &request.url),
            from: None,
            framed: header("content-length").is_some() || header("transfer-encoding").is_some(),
            said: String::new(),
        };
        let bytes = body.into_reader();
        let encoding = header("content-encoding").unwrap_or("identity");
        let packed = ["gzip", "x-gzip"].iter().any(|e| encoding.eq_ignore_ascii_case(e));
        if !matches!(reply.status, 200 | 206) {
            if reply.status == 416 {
                // The archive is another one than the part that is here.
                Partial::forget(path);
            }
            let short = Limits {
                silence: self.limits.silence.min(LONGEST_SAYING),
                bytes: self.limits.bytes,
            };
            reply.said = match said(Paced::new(bytes, short), packed, short.silence) {
                Some(said) => shown(&words(&said), self.secret()),
                None => "(its words were cut)".to_owned(),
            };
            return Ok(reply);
        }
        if !packed && !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
            return Err(Lost::Passing(format!(
                "it is encoded as `{encoding}`, where gzip or nothing was expected"
            )));
        }
        let on_disk = |e: std::io::Error| Lost::Disk(format!("{}: {e}", path.display()));
        let continued = reply.status == 206;
        let mut file = match (continued, partial) {
            (true, Some(partial)) => {
                let from =
                    header("content-range").and_then(|r| r.strip_prefix("bytes ")?.split('-').next()?.parse().ok());
                if from != Some(partial.bytes) {
                    Partial::forget(path);
                    return Err(Lost::Passing(
                        "it goes on at another place than was asked for".to_owned(),
                    ));
                }
                OpenOptions::new().append(true).open(path).map_err(on_disk)?
            }
            (true, None) => {
                return Err(Lost::Passing(
                    "it gives a part where the whole was asked for".to_owned(),
                ));
            }
            _ => {
                let file = File::create(path).map_err(on_disk)?;
                if request.form.resumes() {
                    Partial::begin(path, header("etag"), header("last-modified")).map_err(on_disk)?;
                }
                file
            }
        };
        let bytes = Paced::new(bytes, self.limits);
        let mut bytes: Box<dyn Read> = if packed {
            Box::new(MultiGzDecoder::new(bytes))
        } else {
            Box::new(bytes)
        };
        let mut length = file.seek(std::io::SeekFrom::End(0)).map_err(on_disk)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = match bytes.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) if e.kind() == ErrorKind::FileTooLarge => return Err(Lost::Endless(self.limits.bytes)),
                Err(e) => return Err(Lost::Passing(format!("the answer broke off after {length} bytes: {e}"))),
            };
            length += read as u64;
            if length > self.limits.bytes {
                return Err(Lost::Endless(self.limits.bytes));
            }
            file.write_all(&buffer[..read]).map_err(on_disk)?;
        }
        file.flush().map_err(on_disk)?;
        reply.status = 200;
        Ok(reply)
    }
}

/// The beginning of what a refusal says, unpacked; `None` where nothing came of it. What drips is not waited for.
fn said(mut bytes: impl Read, packed: bool, long: Duration) -> Option<Vec<u8>> {
    let (start, mut said, mut whole) = (Instant::now(), Vec::new(), false);
    let mut buffer = [0; 512];
    while !whole && said.len() < MOST_SAID && start.elapsed() < long {
        match bytes.read(&mut buffer) {
            Ok(0) => whole = true,
            Ok(read) => said.extend_from_slice(&buffer[..read]),
            Err(_) => break,
        }
    }
    if packed {
        let (from, mut plain) = (std::mem::take(&mut said), Vec::new());
        // Cut gzip gives what there is before the cut.
        let _ = MultiGzDecoder::new(&from[..])
            .take(MOST_SAID as u64)
            .read_to_end(&mut plain);
        said = plain;
    }
    (whole || !said.is_empty()).then_some(said)
}

fn lost(error: ureq::Error) -> Lost {
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Lost::Unsendable(error.to_string()),
        ureq::Error::Io(e) if e.kind() == ErrorKind::UnexpectedEof => {
            Lost::Passing("the connection was cut before an answer came".to_owned())
        }
        ureq::Error::Io(e) => Lost::Passing(format!("the connection failed: {e}")),
        ureq::Error::Protocol(e) => Lost::Passing(format!("what came is no answer of HTTP: {e}")),
        ureq::Error::HostNotFound => Lost::Passing("its host is not found; is there a connection?".to_owned()),
        ureq::Error::Timeout(_) => Lost::Passing(format!("no answer in the time that was granted ({error})")),
        error => Lost::Passing(error.to_string()),
    }
}

/// Where a redirection leads.
fn elsewhere(url: &str, headers: &HeaderMap) -> Result<String, String> {
    let to = headers.get("location").and_then(|value| value.to_str().ok());
    let to = to.ok_or("it leads elsewhere and does not say where")?;
    let here = origin(url).unwrap_or_default();
    let there = if to.starts_with('/') && !to.starts_with("//") {
        format!("{here}{to}")
    } else {
        to.to_owned()
    };
    if names_user(&there) {
        return Err("it leads to an address with a user's name before its host, which is not followed".to_owned());
    }
    match origin(&there) {
        Some(origin) if here.starts_with("https:") && !origin.starts_with("https:") => {
            Err("it leads from an encrypted to an open connection".to_owned())
        }
        Some(_) => Ok(there),
        None => Err(format!("it leads to `{to}`, which is no address")),
    }
}

/// The address after `rel="next"` of a `Link` header; an address may hold commas, which also stand between links.
fn next_page(headers: &HeaderMap, url: &str) -> Option<String> {
    let lines = headers.get_all("link").iter().filter_map(|value| value.to_str().ok());
    let links = lines
        .flat_map(|line| line.split('<').skip(1))
        .filter_map(|link| link.split_once('>'));
    let is_next = |about: &str| {
        let mut words = about.split([';', ',']);
        words.any(|word| matches!(word.trim(), "rel=\"next\"" | "rel=next"))
    };
    let next = links.into_iter().find(|(_, about)| is_next(about))?.0.trim();
    let from_root = next.starts_with('/') && !next.starts_with("//");
    Some(if from_root {
        format!("{}{next}", origin(url)?)
    } else {
        next.to_owned()
    })
}

/// What the body of a refusal says: the message of UN Comtrade's, else its text.
fn words(body: &[u8]) -> String {
    if let Ok(serde_json::Value::Object(fields)) = serde_json::from_slice(body)
        && let Some(serde_json::Value::String(message)) = fields.get("message")
    {
        return message.clone();
    }
    String::from_utf8_lossy(body).into_owned()
}

/// The part of an archive that an earlier attempt has fetched, and what tells the archive from another.
struct Partial {
    bytes: u64,
    validator: String,
}

impl Partial {
    fn note(body: &Path) -> PathBuf {
        body.with_extension("validator")
    }

    fn at(body: &Path) -> Option<Partial> {
        let bytes = std::fs::metadata(body).ok().filter(|m| m.is_file())?.len();
        let validator = std::fs::read_to_string(Self::note(body)).ok()?;
        (bytes > 0 && !validator.is_empty()).then_some(Partial { bytes, validator })
    }

    /// A weak mark of an entity does not promise the same bytes.
    fn begin(body: &Path, etag: Option<&str>, modified: Option<&str>) -> std::io::Result<()> {
        match etag.filter(|tag| !tag.starts_with("W/")).or(modified) {
            Some(validator) => std::fs::write(Self::note(body), validator),
            None => Self::forget_note(body),
        }
    }

    fn forget(body: &Path) {
        let _ = std::fs::remove_file(body);
        let _ = Self::forget_note(body);
    }

    fn forget_note(body: &Path) -> std::io::Result<()> {
        match std::fs::remove_file(Self::note(body)) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }
}

/// Removes what an attempt has left.
pub(crate) fn forget(body: &Path) {
    Partial::forget(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirections_are_followed_but_not_into_the_open() {
        let to = |from: &str, location: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("location", location.parse().unwrap());
            elsewhere(from, &headers)
        };
        assert_eq!(to("https://a.org/x", "/y?z").unwrap(), "https://a.org/y?z");
        assert_eq!(to("http://a.org/x", "https://b.org/").unwrap(), "https://b.org/");
        assert!(to("https://a.org/x", "http://a.org/x").is_err());
        assert!(to("https://a.org/x", "//b.org").is_err());
        for user in ["https://a.org@b.org/", "https://me:secret@a.org/", "//me:secret@a.org/"] {
            assert!(to("https://a.org/x", user).is_err_and(|why| !why.contains("secret")));
        }
        assert!(elsewhere("https://a.org", &HeaderMap::new()).is_err());
    }

    #[test]
    fn the_next_page_is_told_by_its_link() {
        let next = |link: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("link", link.parse().unwrap());
            next_page(&headers, "https://a.org/x?y")
        };
        assert_eq!(
            next("</x?p=1>; rel=\"prev\", </x?p=3>; rel=\"next\"").as_deref(),
            Some("https://a.org/x?p=3")
        );
        assert_eq!(
            next("<https://a.org/x?p=2>; rel=next").as_deref(),
            Some("https://a.org/x?p=2")
        );
        assert_eq!(next("<//b.org/x>; rel=\"next\"").as_deref(), Some("//b.org/x"));
        assert_eq!(
            next("</a?x=1,2>; rel=next; title=\"b\", </c>; rel=last").as_deref(),
            Some("https://a.org/a?x=1,2")
        );
        assert_eq!(next("nonsense"), None);
    }
}
