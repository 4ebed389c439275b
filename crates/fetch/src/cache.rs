//! A folder in which answers are kept.
//!
//! ```text
//! FOLDER/
//!   fetch.toml            the question
//!   raw/SHA256.json       an answer's body, under the hash of its bytes
//!   answers/REQUEST.toml  what was asked and answered; REQUEST is the hash of the request
//!   refresh/              the same two for questions that are asked anew, until all are answered
//! ```
//!
//! A body is written under another name, flushed and renamed, and only then noted in `answers/`: what is noted is
//! whole. A note ends with a hash of itself, so that one that was cut or changed is not believed. One process at a time works in a folder; a second one waits.

mod refresh;

use crate::answer::Answer;
use crate::error::{Error, Result, io};
use crate::request::Request;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// How the names of archives begin that a later run can fetch on.
const PARTIAL: &str = ".partial-";
/// The version of the layout.
const FORMAT: &str = "counterflow fetch 1";

fn make_rooms(folder: &Path) -> Result<()> {
    for name in ["raw", "answers"] {
        let path = folder.join(name);
        std::fs::create_dir_all(&path).map_err(io("make", &path))?;
    }
    Ok(())
}

/// The folder, and the right to write into it.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    /// Where answers are looked for and kept: the folder, or that of its refresh.
    at: PathBuf,
    /// Held as long as the program lives, however it ends.
    _lock: Option<File>,
}

/// What the folder knows of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing.
    No,
    /// It was answered, and the body is as it was.
    Yes(Answer),
    /// It was answered, but the body is not what it was.
    Damaged(String),
}

#[derive(Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Question {
    format: String,
    limit: Option<u64>,
    requests: Vec<String>,
}

impl Cache {
    /// Opens a folder to fetch into it, and makes it where there is none. Where another process works in it, `waiting`
    /// is called, and its end awaited. What an interrupted one left unfinished is removed.
    ///
    /// # Errors
    /// When the folder cannot be made or written to, or holds what no fetch has made.
    pub fn open(folder: &Path, waiting: &dyn Fn()) -> Result<Cache> {
        if let Some(what) = foreign(folder)? {
            let folder = folder.to_owned();
            return Err(Error::Foreign { folder, what });
        }
        std::fs::create_dir_all(folder).map_err(io("make", folder))?;
        let path = folder.join(".lock");
        let lock = OpenOptions::new().create(true).append(true).open(&path);
        let lock = lock.map_err(io("write", &path))?;
        let held = match lock.try_lock() {
            Err(TryLockError::WouldBlock) => {
                waiting();
                lock.lock().is_ok()
            }
            other => other.is_ok(),
        };
        refresh::finish(folder)?;
        make_rooms(folder)?;
        let refresh = folder.join(refresh::NAME);
        if held {
            for room in [folder, &refresh].into_iter().filter(|room| room.is_dir()) {
                for folder in [room.to_owned(), room.join("raw"), room.join("answers")] {
                    if folder.is_dir() {
                        store::sweep(&folder)?;
                    }
                }
            }
        }
        Ok(Cache {
            at: folder.to_owned(),
            folder: folder.to_owned(),
            // A disk that knows no locks: every file still appears whole or not at all.
            _lock: held.then_some(lock),
        })
    }

    /// Looks at a folder without touching it; it need not exist.
    pub fn look(folder: &Path) -> Cache {
        Cache {
            at: folder.to_owned(),
            folder: folder.to_owned(),
            _lock: None,
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Notes the question to which the folder holds the answers.
    ///
    /// # Errors
    /// When the folder holds the answers to another one.
    pub fn ask(&self, plan: &crate::Plan) -> Result<()> {
        let path = self.folder.join("fetch.toml");
        let question = Question {
            format: FORMAT.to_owned(),
            limit: plan.limit,
            requests: plan.parts.iter().map(|part| plan.request(part).url).collect(),
        };
        let text = toml::to_string(&question).map_err(|e| Error::Question(e.to_string()))?;
        // A question that was never answered binds nobody.
        if store::read_text(&path).is_ok_and(|there| there == text) {
            return Ok(());
        }
        if made_by_others(&self.folder)?.is_none() {
            return Ok(store::write_atomically(&path, text.as_bytes())?);
        }
        let there = store::read_text(&path).map_err(io("read", &path))?;
        let there: Question = toml::from_str(&there).map_err(|e| Error::Foreign {
            folder: self.folder.clone(),
            what: format!("its fetch.toml cannot be read: {}", e.message()),
        })?;
        if there == question {
            return Ok(());
        }
        let differing = question.requests.iter().find(|url| !there.requests.contains(url));
        Err(Error::Elsewhere {
            folder: self.folder.clone(),
            difference: match differing {
                Some(url) => format!("{url} is not among its requests"),
                None => "it asks for more, or has another limit of rows".to_owned(),
            },
        })
    }

    fn note_of(&self, request: &Request) -> PathBuf {
        self.at.join("answers").join(format!("{}.toml", request.id()))
    }

    /// What is known of a request. The note is checked, and the body is hashed anew.
    pub(crate) fn find(&self, request: &Request) -> Result<Known> {
        let path = self.note_of(request);
        if !path.exists() {
            return Ok(Known::No);
        }
        let damaged = |why: &str| Ok(Known::Damaged(format!("{}: {why}", path.display())));
        let text = match store::read_text(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => return damaged(&e.to_string()),
            text => text.map_err(io("read", &path))?,
        };
        let Some(note) = sealed(&text) else {
            return damaged("it does not end with the hash of what stands in it");
        };
        let answer: Answer = match toml::from_str(note) {
            Ok(answer) => answer,
            Err(error) => return damaged(error.message()),
        };
        if answer.url != request.url {
            return damaged("it is the note of another request");
        }
        // The hash leaves the date out, and the pin tells it.
        if !crate::calendar::has_been(&answer.extracted) {
            return damaged("its date is none, or lies after today");
        }
        let Some(file) = &answer.file else {
            return Ok(Known::Yes(answer));
        };
        let body = self.at.join(file);
        match store::sha256_of_file(&body) {
            Ok(found) if found == answer.sha256 => Ok(Known::Yes(answer)),
            Ok(_) => Ok(Known::Damaged(format!(
                "{}: its SHA-256 is not the one that was noted",
                body.display()
            ))),
            Err(_) => Ok(Known::Damaged(format!("{}: it cannot be read", body.display()))),
        }
    }

    /// Keeps an answer: first its body, then the note that it is there.
    pub(crate) fn keep(&self, request: &Request, answer: &Answer, body: Option<&Path>) -> Result<()> {
        if let (Some(body), Some(file)) = (body, &answer.file) {
            let path = self.at.join(file);
            let opened = OpenOptions::new().append(true).open(body).map_err(io("write", body))?;
            opened.sync_all().map_err(io("write", body))?;
            std::fs::rename(body, &path).map_err(io("replace", &path))?;
        }
        let note = toml::to_string(answer).map_err(|e| Error::Question(e.to_string()))?;
        Ok(store::write_atomically(&self.note_of(request), seal(&note).as_bytes())?)
    }

    /// Where the body of an answer is kept.
    pub fn body(&self, answer: &Answer) -> Option<PathBuf> {
        answer.file.as_ref().map(|file| self.at.join(file))
    }

    /// Where a body is written until it is whole. That of an archive is the same in the next run, which fetches it on.
    pub(crate) fn place(&self, request: &Request) -> PathBuf {
        let name = match (request.form.resumes(), &self._lock) {
            (true, Some(_)) => format!("{PARTIAL}{}", request.id()),
            _ => format!("{}{}-{}", store::UNFINISHED, std::process::id(), request.id()),
        };
        self.at.join("raw").join(name)
    }
}

/// What is in a folder that has no question, so that it must not be fetched into; none where it is empty.
fn foreign(folder: &Path) -> Result<Option<String>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let found = made_by_others(folder)?;
    // Looked for last: another fetch may be about to begin in the folder.
    Ok(found.filter(|_| !folder.join("fetch.toml").exists()))
}

/// The first name in a folder that is not among those that a fetch leaves which has no answer yet.
fn made_by_others(folder: &Path) -> Result<Option<String>> {
    let names = |folder: &Path| -> Result<Vec<String>> {
        let entries = std::fs::read_dir(folder).map_err(io("read", folder))?;
        let names = entries.map(|entry| {
            Ok(entry
                .map_err(io("read", folder))?
                .file_name()
                .to_string_lossy()
                .into_owned())
        });
        names.collect()
    };
    let unfinished = |name: &String| name.starts_with(store::UNFINISHED) || name.starts_with(PARTIAL);
    for name in names(folder)? {
        let path = folder.join(&name);
        let ours = match name.as_str() {
            ".lock" | "fetch.toml" => true,
            "raw" | "answers" if path.is_dir() => names(&path)?.iter().all(unfinished),
            _ => unfinished(&name),
        };
        if !ours {
            return Ok(Some(format!(
                "`{name}` is in it, without a fetch.toml of this question"
            )));
        }
    }
    Ok(None)
}

/// What stands between a note and its hash.
const SEAL: &str = "# sha256 of the above without its date: ";

/// The date is left out, so that a question that is asked again on another day has the same hash.
fn hash(note: &str) -> String {
    let dated = |line: &&str| line.starts_with("extracted = ");
    let lines: Vec<&str> = note.lines().filter(|line| !dated(line)).collect();
    store::sha256_of_bytes(lines.join("\n").as_bytes())
}

fn seal(note: &str) -> String {
    format!("{note}{SEAL}{}\n", hash(note))
}

fn sealed(text: &str) -> Option<&str> {
    let (note, told) = text.rsplit_once(SEAL)?;
    (told.trim_end() == hash(note)).then_some(note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Fate;
    use crate::request::Form;

    fn request(url: &str) -> Request {
        Request {
            url: url.to_owned(),
            key: None,
            form: Form::Records,
        }
    }

    #[test]
    fn what_is_kept_is_found_until_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), &|| panic!("nobody else is here")).unwrap();
        let asked = request("http://a/1");
        assert_eq!(cache.find(&asked).unwrap(), Known::No);
        let place = cache.place(&asked);
        std::fs::write(&place, b"{}").unwrap();
        let sha256 = store::sha256_of_bytes(b"{}");
        let answer = Answer {
            url: asked.url.clone(),
            extracted: "2026-11-22".to_owned(),
            fate: Fate::Whole,
            bytes: 2,
            rows: 0,
            announced: None,
            uncounted: false,
            endless: false,
            said: None,
            from: None,
            file: Some(format!("raw/{sha256}.json")),
            sha256,
            next: None,
        };
        cache.keep(&asked, &answer, Some(&place)).unwrap();
        assert_eq!(cache.find(&asked).unwrap(), Known::Yes(answer.clone()));
        // A note that was cut at any place, or lost a line, or is another request's.
        let note = cache.note_of(&asked);
        let text = std::fs::read_to_string(&note).unwrap();
        let without_file: String = text
            .lines()
            .filter(|l| !l.starts_with("file"))
            .map(|l| format!("{l}\n"))
            .collect();
        let spoilt = (0..text.len() - 1).map(|at| text[..at].to_owned());
        for spoilt in spoilt.chain([without_file, text.replace("rows = 0", "rows = 1")]) {
            std::fs::write(&note, &spoilt).unwrap();
            assert!(matches!(cache.find(&asked).unwrap(), Known::Damaged(_)), "{spoilt}");
        }
        std::fs::write(cache.note_of(&request("http://a/2")), &text).unwrap();
        assert!(matches!(cache.find(&request("http://a/2")).unwrap(), Known::Damaged(_)));
        std::fs::remove_file(cache.note_of(&request("http://a/2"))).unwrap();
        std::fs::write(&note, &text).unwrap();
        assert_eq!(cache.find(&request("http://a/2")).unwrap(), Known::No);
        std::fs::write(cache.body(&answer).unwrap(), b"[]").unwrap();
        assert!(matches!(cache.find(&asked).unwrap(), Known::Damaged(why) if why.contains("SHA-256")));
        std::fs::remove_file(cache.body(&answer).unwrap()).unwrap();
        assert!(matches!(cache.find(&asked).unwrap(), Known::Damaged(_)));
    }

    #[test]
    fn what_was_not_finished_is_swept_and_a_second_process_waits() {
        let folder = tempfile::tempdir().unwrap();
        let first = Cache::open(folder.path(), &|| {}).unwrap();
        let left = folder.path().join("raw/.unfinished-1-x");
        std::fs::write(&left, b"half").unwrap();
        let waited = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| {
                Cache::open(folder.path(), &|| {
                    waited.store(true, std::sync::atomic::Ordering::SeqCst)
                })
                .unwrap()
            });
            while !waited.load(std::sync::atomic::Ordering::SeqCst) {
                std::thread::yield_now();
            }
            assert!(left.exists(), "the second has not begun");
            drop(first);
            drop(second.join().unwrap());
        });
        assert!(!left.exists());
    }
}
