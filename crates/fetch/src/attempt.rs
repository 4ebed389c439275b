//! One request: the answer that is kept, or a new one, tried again where it failed, judged and kept.

use crate::answer::{Answer, Fate};
use crate::cache::{Cache, Known};
use crate::client::{Lost, Reply, forget};
use crate::error::{Error, Result, io, shown};
use crate::judge::{Held, judge};
use crate::key::holds;
use crate::patience::Pace;
use crate::plan::Plan;
use crate::request::{Form, Request, origin};
use crate::work::{Asking, Fetched};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::time::Duration;

/// The asking, as far as it has come.
pub(crate) struct Work<'a> {
    plan: &'a Plan,
    cache: &'a Cache,
    asking: &'a Asking<'a>,
    pace: Pace,
    /// The requests that this call has asked or found.
    asked: BTreeSet<String>,
    /// The addresses that answers have called their next pages.
    later_pages: BTreeSet<String>,
    /// Whether something was answered and is kept.
    any: bool,
    fetched: Fetched,
}

/// One failed attempt.
struct Failure {
    why: String,
    wait: Option<Duration>,
}

impl<'a> Work<'a> {
    pub fn new(plan: &'a Plan, cache: &'a Cache, asking: &'a Asking<'a>) -> Work<'a> {
        Work {
            plan,
            cache,
            asking,
            pace: Pace::default(),
            asked: BTreeSet::new(),
            later_pages: BTreeSet::new(),
            any: false,
            fetched: Fetched::default(),
        }
    }

    /// What was counted.
    pub fn into_fetched(self) -> Fetched {
        self.fetched
    }

    /// The answer to a request: the one that is kept, or a new one.
    pub fn answer(&mut self, request: &Request) -> Result<Answer> {
        let answer = self.kept_or_new(request)?;
        self.any = true;
        self.later_pages.extend(answer.next.clone());
        Ok(answer)
    }

    /// What to do after a failure that may pass.
    fn again(&self, place: &Path) -> &'static str {
        // Of an archive, the part that has come is kept.
        match self.any || place.exists() {
            true => "what was answered is kept: run the same command again",
            false => "run the same command again",
        }
    }

    fn kept_or_new(&mut self, request: &Request) -> Result<Answer> {
        let first = self.asked.insert(request.id());
        match self.cache.find(request)? {
            Known::Yes(answer) => {
                self.fetched.reused += u64::from(first);
                return Ok(answer);
            }
            Known::Damaged(why) => self.fetched.damaged.push(why),
            Known::No => {}
        }
        let place = self.cache.place(request);
        let patience = self.asking.patience;
        let (mut failures, mut longest) = (0, 0);
        loop {
            if self.fetched.sent >= self.asking.most_requests {
                return Err(Error::TooMany {
                    sent: self.fetched.sent,
                    next: request.url.clone(),
                    again: self.again(&place),
                });
            }
            self.pace.keep(patience.interval);
            self.fetched.sent += 1;
            (self.asking.progress)(&format!("request {}: {}", self.fetched.sent, request.url));
            let failure = match self.attempt(request, &place)? {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            // An archive that has grown is not a failure like one that does not come at all.
            let length = std::fs::metadata(&place).map_or(0, |m| m.len());
            if request.form.resumes() && length > longest {
                (failures, longest) = (0, length);
            } else if !request.form.resumes() {
                forget(&place);
            }
            failures += 1;
            let why = shown(&failure.why, self.asking.transport.secret());
            if failures >= patience.attempts {
                return Err(Error::Failed {
                    url: request.url.clone(),
                    attempts: failures,
                    last: why,
                    again: self.again(&place),
                });
            }
            if let Some(wait) = failure.wait.filter(|wait| *wait > patience.longest_wait) {
                return Err(Error::Wait {
                    url: request.url.clone(),
                    seconds: wait.as_secs(),
                    said: why,
                    again: self.again(&place),
                });
            }
            let wait = patience.after(failures).max(failure.wait.unwrap_or_default());
            let told = format!("waiting {:.1} s: {why}", wait.as_secs_f64());
            (self.asking.progress)(&told);
            if wait >= Duration::from_secs(1) {
                (self.asking.waiting)(&told);
            }
            std::thread::sleep(wait);
        }
    }

    /// One attempt: an answer, a failure that may pass, or an error that stays.
    fn attempt(&mut self, request: &Request, place: &Path) -> Result<Result<Answer, Failure>> {
        let failed = |why: String, wait| Ok(Err(Failure { why, wait }));
        let url = || request.url.clone();
        let (asking, pace, sent) = (self.asking, &mut self.pace, &mut self.fetched.sent);
        // Each step that a redirection leads on to is a request like others.
        let mut on = |to: &str| {
            let granted = *sent < asking.most_requests;
            if granted {
                pace.keep(asking.patience.interval);
                *sent += 1;
                (asking.progress)(&format!("request {sent}: {}", shown(to, asking.transport.secret())));
            }
            granted
        };
        let reply = match asking.transport.send(request, place, &mut on) {
            Ok(reply) => reply,
            Err(Lost::TooMany) => {
                return Err(Error::TooMany {
                    sent: self.fetched.sent,
                    next: format!("{}, which leads elsewhere", request.url),
                    again: self.again(place),
                });
            }
            Err(Lost::Passing(why)) => return failed(why, None),
            Err(Lost::Endless(limit)) => {
                forget(place);
                return Err(Error::Endless { url: url(), limit });
            }
            Err(Lost::Astray(problem)) => {
                let problem = shown(&problem, self.asking.transport.secret());
                return Err(Error::Redirect { url: url(), problem });
            }
            Err(Lost::Unsendable(problem)) if self.later_pages.contains(&request.url) => {
                return Err(Error::Redirect { url: url(), problem });
            }
            Err(Lost::Unsendable(problem)) => return Err(Error::Question(format!("{}: {problem}", request.url))),
            Err(Lost::Disk(problem)) => {
                forget(place);
                let source = std::io::Error::other(problem);
                return Err(io("write", place)(source));
            }
        };
        let refused = |advice| Error::Refused {
            url: url(),
            status: reply.status,
            said: reply.said.clone(),
            advice,
        };
        match reply.status {
            200 => {}
            413 | 414 => {
                let reply = Reply::default();
                let answer = self.note(request, Fate::TooLarge, Held::default(), place, reply)?;
                return Ok(Ok(answer));
            }
            403 if reply.said.to_ascii_lowercase().contains("quota") => {
                return Err(refused(match self.any {
                    true => "what was answered is kept: run the same command again when the quota is renewed",
                    false => "run the same command again when the quota is renewed",
                }));
            }
            401 | 403 if request.key.is_some() => {
                return Err(refused("check the key in the environment, COMTRADE_API_KEY"));
            }
            401 | 403 => return Err(refused("the server wants a key, or does not serve this network")),
            408 | 416 | 425 | 429 | 500..=599 => {
                return failed(
                    format!("the server answers {}: {}", reply.status, reply.said),
                    reply.wait,
                );
            }
            404 => return Err(refused("check the address and what is asked for")),
            _ => return Err(refused("check what is asked for")),
        }
        if self.tells_key(&reply, place).map_err(io("read", place))? {
            forget(place);
            return Err(Error::Key { url: url() });
        }
        if let Some(next) = &reply.next
            && !(origin(next) == origin(&request.url) && next.bytes().all(|b| b.is_ascii_graphic()))
        {
            forget(place);
            let problem = format!(
                "its next page is {}, which is elsewhere or no address",
                shown(next, None)
            );
            return Err(Error::Redirect { url: url(), problem });
        }
        let mut held = match self.held(request, &reply, place) {
            Ok(held) => held,
            Err(why) => {
                // A whole body that is wrong is of no use to go on from.
                forget(place);
                return failed(why, reply.wait);
            }
        };
        let paged = reply.next.is_some() || self.later_pages.contains(&request.url);
        // The lists of codes have no limit.
        let limited = request.form != Form::Codes && !paged;
        if let Some(said) = &held.said {
            held.said = Some(shown(said, self.asking.transport.secret()));
        }
        let fate = if limited && self.plan.is_cut(held.rows, held.announced) {
            Fate::Cut
        } else if !paged && held.announced != held.rows {
            forget(place);
            return failed(
                format!("it announces {} records and holds {}", held.announced, held.rows),
                None,
            );
        } else if let Some(error) = &held.error {
            // The rows may be those that were had before it.
            forget(place);
            return failed(format!("an error beside its rows: {error}"), None);
        } else {
            Fate::Whole
        };
        if fate == Fate::Whole
            && held.rows > 0
            && request.form != Form::Codes
            && let Err(why) = (self.asking.usable)(place)
        {
            forget(place);
            return failed(why, reply.wait);
        }
        self.note(request, fate, held, place, reply).map(Ok)
    }

    /// Whether the body has the key in it, or the address of the next page or the one that answered.
    fn tells_key(&self, reply: &Reply, place: &Path) -> std::io::Result<bool> {
        let Some(key) = self.asking.transport.secret() else {
            return Ok(false);
        };
        for address in reply.next.iter().chain(&reply.from) {
            if holds(address.as_bytes(), key)? {
                return Ok(true);
            }
        }
        holds(File::open(place)?, key)
    }

    /// What the body holds, or why it cannot be used.
    fn held(&self, request: &Request, reply: &Reply, place: &Path) -> Result<Held, String> {
        let mut file = File::open(place).map_err(|e| e.to_string())?;
        let kind = reply.kind.as_deref().unwrap_or_default();
        let lower = kind.to_ascii_lowercase();
        if !kind.is_empty() && !request.form.types().iter().any(|word| lower.contains(word)) {
            let mut start = Vec::new();
            let _ = (&mut file).take(200).read_to_end(&mut start);
            return Err(format!(
                "its type is `{kind}`, where {} was expected; it begins: {}",
                request.form.accept(),
                String::from_utf8_lossy(&start)
            ));
        }
        file.rewind().map_err(|e| e.to_string())?;
        judge(request.form, &mut file, reply.framed, reply.next.is_some())
    }

    fn note(&self, request: &Request, fate: Fate, held: Held, place: &Path, reply: Reply) -> Result<Answer> {
        let there = place.exists() && fate != Fate::TooLarge;
        let sha256 = if there {
            store::sha256_of_file(place)?
        } else {
            String::new()
        };
        let file = there.then(|| format!("raw/{sha256}.{}", request.form.extension()));
        let answer = Answer {
            url: request.url.clone(),
            extracted: crate::calendar::today(),
            fate,
            bytes: std::fs::metadata(place).map_or(0, |m| m.len()),
            rows: held.rows,
            announced: Some(held.announced).filter(|announced| *announced != held.rows),
            uncounted: held.uncounted,
            endless: held.endless,
            said: held.said,
            from: reply.from,
            sha256,
            file,
            next: reply.next,
        };
        self.cache.keep(request, &answer, there.then_some(place))?;
        // What is left is the body of an answer that is not kept, or the mark of one that was fetched on.
        forget(place);
        Ok(answer)
    }
}
