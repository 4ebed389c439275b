//! Asks until everything is answered: divides what is cut, tries again what failed, keeps what came.

use crate::answer::{Answer, Fate};
use crate::cache::{Cache, Known};
use crate::client::{Lost, Reply, Transport, forget};
use crate::error::{Error, Result, io, shown};
use crate::judge::{Held, codes, codes_held, judge};
use crate::part::{Part, Split};
use crate::patience::{Pace, Patience};
use crate::plan::{Plan, Provider};
use crate::request::{Form, Request, origin};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use std::time::Duration;

/// Addresses beyond this length are divided without being asked for: servers refuse them.
const LONGEST_URL: usize = 4_000;

/// How to ask.
pub struct Asking<'a> {
    /// Who sends.
    pub transport: &'a dyn Transport,
    /// How often and how fast.
    pub patience: Patience,
    /// At most so many requests are sent in all.
    pub most_requests: u64,
    /// Ask also what was answered before.
    pub refresh: bool,
    /// Is told what is being done.
    pub progress: &'a dyn Fn(&str),
    /// Reads a body as it will be read when all is there, and tells why it cannot be; what cannot be used is not kept.
    pub usable: &'a dyn Fn(&Path) -> Result<(), String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Fetched {
    /// The whole answers, in the order of the question, with what each is about.
    pub answers: Vec<(Part, Answer)>,
    /// Requests that were sent.
    pub sent: u64,
    /// Answers that were there before.
    pub reused: u64,
    /// Questions that were divided.
    pub divided: u64,
    /// Answers that were there and damaged, and were asked for again.
    pub damaged: Vec<String>,
}

/// Asks for all of a plan. What is answered is kept in the folder at once; a later call goes on from there.
///
/// # Errors
/// See [`Error`]. What was answered before is kept.
pub fn fetch(plan: &Plan, cache: &Cache, asking: &Asking<'_>) -> Result<Fetched> {
    cache.ask(plan)?;
    let mut work = Work {
        plan,
        cache,
        asking,
        pace: Pace::default(),
        asked: BTreeSet::new(),
        later_pages: BTreeSet::new(),
        fetched: Fetched::default(),
    };
    let mut answers = Vec::new();
    let divided = walk(
        plan,
        cache,
        &mut |request| work.answer(request).map(Some),
        &mut |part, _, answer| answers.extend(answer.map(|answer| (part.clone(), answer))),
    )?;
    Ok(Fetched {
        answers,
        divided,
        ..work.fetched
    })
}

/// The requests of a plan, and whether each is answered in the folder; what answered ones were divided into stands in
/// their place. Nothing is sent.
///
/// # Errors
/// When the folder cannot be read, or what it holds cannot be divided further.
pub fn unanswered(plan: &Plan, cache: &Cache) -> Result<Vec<(Request, bool)>> {
    let mut requests = Vec::new();
    walk(
        plan,
        cache,
        &mut |request| match cache.find(request)? {
            Known::Yes(answer) => Ok(Some(answer)),
            Known::No | Known::Damaged(_) => Ok(None),
        },
        &mut |_, request, answer| requests.push((request.clone(), answer.is_some())),
    )?;
    Ok(requests)
}

type Ask<'a> = &'a mut dyn FnMut(&Request) -> Result<Option<Answer>>;

/// Goes through a plan; `ask` gives an answer, or nothing where it is not to be had, and `found` gets each request that
/// is not divided. Tells how many were.
fn walk(
    plan: &Plan,
    cache: &Cache,
    ask: Ask<'_>,
    found: &mut dyn FnMut(&Part, &Request, Option<Answer>),
) -> Result<u64> {
    let mut open: Vec<Part> = plan.parts.iter().rev().cloned().collect();
    let mut divided = 0;
    while let Some(part) = open.pop() {
        let request = plan.request(&part);
        let (cut, pages) = if request.url.len() > LONGEST_URL {
            (None, Vec::new())
        } else {
            let pages = pages(request.clone(), ask)?;
            let cut = pages
                .iter()
                .find_map(|(_, answer)| answer.clone().filter(|a| a.fate != Fate::Whole));
            if cut.is_none() {
                pages
                    .into_iter()
                    .for_each(|(request, answer)| found(&part, &request, answer));
                continue;
            }
            (cut, pages)
        };
        divided += 1;
        match divide(plan, cache, &part, cut.as_ref(), ask)? {
            Divided::Into(both) => open.extend([both.1, both.0]),
            Divided::Unknown(codes) => found(&part, &codes, None),
            Divided::No => {
                let url = pages.first().map_or(&request.url, |(request, _)| &request.url).clone();
                let advice = match &plan.provider {
                    Provider::Comtrade { key: false, .. } => "ask with a key, whose limit is higher, or for less",
                    Provider::Comtrade { .. } => "ask for less, such as single products",
                    _ => "name the reporters and partners instead of `all`",
                };
                return Err(match (cut, plan.limit) {
                    (Some(answer), limit) if answer.fate == Fate::Cut => Error::Cut {
                        url,
                        rows: answer.rows,
                        limit: limit.unwrap_or(answer.rows),
                        advice,
                    },
                    _ => Error::TooLarge { url, advice },
                });
            }
        }
    }
    Ok(divided)
}

/// An answer and those that it calls its next pages.
fn pages(request: Request, ask: Ask<'_>) -> Result<Vec<(Request, Option<Answer>)>> {
    let mut pages: Vec<(Request, Option<Answer>)> = Vec::new();
    let mut next = Some(request);
    while let Some(request) = next.take() {
        let answer = ask(&request)?;
        if let Some(url) = answer.as_ref().and_then(|answer| answer.next.clone()) {
            let again = url == request.url || pages.iter().any(|(page, _)| page.url == url);
            // A server that does not heed the page's number gives the same one under ever new addresses.
            let same = pages
                .iter()
                .flat_map(|(_, page)| page)
                .any(|page| Some(&page.sha256) == answer.as_ref().map(|a| &a.sha256));
            if same || again {
                let problem = if same {
                    "its next page is, to the byte, one that was had before".to_owned()
                } else {
                    format!("its next page is {}, which was had before", shown(&url, None))
                };
                return Err(Error::Redirect {
                    problem: problem + " (its pages are kept; --refresh asks for them again)",
                    url: request.url,
                });
            }
            next = Some(Request { url, ..request.clone() });
        }
        pages.push((request, answer));
    }
    Ok(pages)
}

enum Divided {
    Into(Box<(Part, Part)>),
    /// These codes are not known yet.
    Unknown(Request),
    No,
}

/// Divides a part; `cut` is what is there of its answer.
fn divide(plan: &Plan, cache: &Cache, part: &Part, cut: Option<&Answer>, ask: Ask<'_>) -> Result<Divided> {
    let mut part = part.clone();
    loop {
        match part.split(|dimension| plan.provider.codes(dimension).is_some()) {
            Split::Halves(both) => return Ok(Divided::Into(both)),
            Split::Never => return Ok(Divided::No),
            Split::Codes(dimension) => {
                let Some(request) = plan.provider.codes(dimension) else {
                    return Ok(Divided::No);
                };
                let Some(answer) = ask(&request)? else {
                    return Ok(Divided::Unknown(request));
                };
                let all = read(cache, &answer, codes)?;
                if let Some(cut) = cut.filter(|cut| cut.file.is_some()) {
                    let held = read(cache, cut, |body| codes_held(body, dimension))?;
                    if let Some(code) = held.into_iter().find(|code| !all.contains(code)) {
                        let (url, list) = (cut.url.clone(), request.url);
                        return Err(Error::Unlisted { url, code, list });
                    }
                }
                part = part.with_codes(dimension, &all);
                if part.products.is_empty() {
                    return Ok(Divided::No);
                }
            }
        }
    }
}

/// Reads the body of an answer.
fn read<T>(
    cache: &Cache,
    answer: &Answer,
    how: impl Fn(BufReader<File>) -> std::result::Result<T, String>,
) -> Result<T> {
    let path = cache.body(answer).unwrap_or_default();
    let file = File::open(&path).map_err(io("read", &path))?;
    how(BufReader::new(file)).map_err(|problem| Error::Damaged { path, problem })
}

struct Work<'a> {
    plan: &'a Plan,
    cache: &'a Cache,
    asking: &'a Asking<'a>,
    pace: Pace,
    /// The requests that this call has asked or found.
    asked: BTreeSet<String>,
    /// The addresses that answers have called their next pages.
    later_pages: BTreeSet<String>,
    fetched: Fetched,
}

/// One failed attempt.
struct Failure {
    why: String,
    wait: Option<Duration>,
}

impl Work<'_> {
    /// The answer to a request: the one that is kept, or a new one.
    fn answer(&mut self, request: &Request) -> Result<Answer> {
        let answer = self.kept_or_new(request)?;
        self.later_pages.extend(answer.next.clone());
        Ok(answer)
    }

    fn kept_or_new(&mut self, request: &Request) -> Result<Answer> {
        let first = self.asked.insert(request.id());
        if !(self.asking.refresh && first) {
            match self.cache.find(request)? {
                Known::Yes(answer) => {
                    self.fetched.reused += u64::from(first);
                    return Ok(answer);
                }
                Known::Damaged(why) => self.fetched.damaged.push(why),
                Known::No => {}
            }
        }
        let place = self.cache.place(request);
        let patience = self.asking.patience;
        let (mut failures, mut longest) = (0, 0);
        loop {
            if self.fetched.sent >= self.asking.most_requests {
                return Err(Error::TooMany {
                    sent: self.fetched.sent,
                    next: request.url.clone(),
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
                });
            }
            if let Some(wait) = failure.wait.filter(|wait| *wait > patience.longest_wait) {
                return Err(Error::Wait {
                    url: request.url.clone(),
                    seconds: wait.as_secs(),
                    said: why,
                });
            }
            let wait = patience.after(failures).max(failure.wait.unwrap_or_default());
            (self.asking.progress)(&format!("waiting {:.1} s: {why}", wait.as_secs_f64()));
            std::thread::sleep(wait);
        }
    }

    /// One attempt: an answer, a failure that may pass, or an error that stays.
    fn attempt(&self, request: &Request, place: &Path) -> Result<Result<Answer, Failure>> {
        let failed = |why: String, wait| Ok(Err(Failure { why, wait }));
        let url = || request.url.clone();
        let reply = match self.asking.transport.send(request, place) {
            Ok(reply) => reply,
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
                let answer = self.note(request, Fate::TooLarge, Held::default(), place, None)?;
                return Ok(Ok(answer));
            }
            403 if reply.said.to_ascii_lowercase().contains("quota") => {
                return Err(refused(
                    "what was answered is kept: run the same command again when the quota is renewed",
                ));
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
        let held = match self.held(request, &reply, place) {
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
        self.note(request, fate, held, place, reply.next).map(Ok)
    }

    /// Whether the body, or the address of the next page, has the key in it. A short one, or one of digits alone, could
    /// stand there by chance.
    fn tells_key(&self, reply: &Reply, place: &Path) -> std::io::Result<bool> {
        let key = match self.asking.transport.secret() {
            Some(key) if key.len() >= 8 && !key.bytes().all(|b| b.is_ascii_digit()) => key,
            _ => return Ok(false),
        };
        if reply.next.as_ref().is_some_and(|next| next.contains(key)) {
            return Ok(true);
        }
        let mut file = File::open(place)?;
        let (mut text, mut read) = (Vec::new(), 1);
        while read > 0 {
            // What could be the beginning of the key goes before the next bytes.
            text.drain(..text.len().saturating_sub(key.len() - 1));
            read = (&mut file).take(1 << 16).read_to_end(&mut text)?;
            if text.windows(key.len()).any(|window| window == key.as_bytes()) {
                return Ok(true);
            }
        }
        Ok(false)
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

    fn note(&self, request: &Request, fate: Fate, held: Held, place: &Path, next: Option<String>) -> Result<Answer> {
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
            sha256,
            file,
            next,
        };
        self.cache.keep(request, &answer, there.then_some(place))?;
        // What is left is the body of an answer that is not kept, or the mark of one that was fetched on.
        forget(place);
        Ok(answer)
    }
}
