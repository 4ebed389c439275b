//! Asks until everything is answered, and divides what is cut.

use crate::answer::{Answer, Fate};
use crate::attempt::Work;
use crate::cache::{Cache, Known};
use crate::client::Transport;
use crate::error::{Error, Result, io, shown};
use crate::judge::{codes, codes_held};
use crate::part::{Part, Split};
use crate::patience::Patience;
use crate::plan::{Plan, Provider};
use crate::request::Request;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

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
    /// Is told what is being done.
    pub progress: &'a dyn Fn(&str),
    /// Is told of a wait of a second or more.
    pub waiting: &'a dyn Fn(&str),
    /// Reads a body as it will be read when all is there, and tells why it cannot be; what cannot be used is not kept.
    pub usable: &'a dyn Fn(&Path) -> Result<(), String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Fetched {
    /// The whole answers, in the order of the question, with what each is about.
    pub answers: Vec<(Part, Answer)>,
    /// Answers that were cut and are not used, with what they are about: what they hold must stand in the others.
    pub cut: Vec<(Part, Answer)>,
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
    let mut work = Work::new(plan, cache, asking);
    let (mut answers, mut cut) = (Vec::new(), Vec::new());
    let divided = walk(
        plan,
        cache,
        &mut |request| work.answer(request).map(Some),
        &mut |part, found| match found {
            Found::Asked(_, answer) => answers.extend(answer.map(|answer| (part.clone(), answer.clone()))),
            Found::Cut(answer) => cut.push((part.clone(), answer.clone())),
        },
    )?;
    Ok(Fetched {
        answers,
        cut,
        divided,
        ..work.into_fetched()
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
        &mut |_, found| {
            if let Found::Asked(request, answer) = found {
                requests.push((request.clone(), answer.is_some()));
            }
        },
    )?;
    Ok(requests)
}

type Ask<'a> = &'a mut dyn FnMut(&Request) -> Result<Option<Answer>>;

/// What is met on the way through a plan.
enum Found<'a> {
    /// A request that is not divided, and its answer, if it is to be had.
    Asked(&'a Request, Option<&'a Answer>),
    /// A cut answer with a body, whose question is divided.
    Cut(&'a Answer),
}

/// Goes through a plan; `ask` gives an answer, or nothing where it is not to be had. Tells how many questions were divided.
fn walk(plan: &Plan, cache: &Cache, ask: Ask<'_>, found: &mut dyn FnMut(&Part, Found<'_>)) -> Result<u64> {
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
                    .iter()
                    .for_each(|(request, answer)| found(&part, Found::Asked(request, answer.as_ref())));
                continue;
            }
            (cut, pages)
        };
        divided += 1;
        match divide(plan, cache, &part, cut.as_ref(), ask)? {
            Divided::Into(both) => {
                open.extend([both.1, both.0]);
                cut.iter()
                    .filter(|cut| cut.file.is_some())
                    .for_each(|cut| found(&part, Found::Cut(cut)));
            }
            Divided::Unknown(codes) => found(&part, Found::Asked(&codes, None)),
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
                        what: match (answer.announced, limit) {
                            (Some(announced), _) => {
                                format!("the answer announces {announced} rows and has {}", answer.rows)
                            }
                            (None, Some(limit)) if answer.rows >= limit => format!(
                                "the answer has {} rows and so reaches the interface's limit of {limit}",
                                answer.rows
                            ),
                            _ => format!(
                                "the answer has exactly {} rows, a number at which the interface stops",
                                answer.rows
                            ),
                        },
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
