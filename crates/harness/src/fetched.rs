//! Answers of providers' interfaces, whatever is in them.

use fetch::{
    Asking, Cache, Client, Fate, Fetched, Form, Limits, Part, Patience, Plan, Provider, Reply, Request, Transport,
};
use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

/// What stands between one answer's body and the next one's.
pub(crate) const BETWEEN: &[u8] = b"\n--\n";
const LIMIT: u64 = 4;
const ATTEMPTS: u32 = 2;

/// Plays bodies one after the other, the last one again and again.
struct Played<'a> {
    bodies: Vec<&'a [u8]>,
    framed: bool,
    sent: Cell<usize>,
}

impl Transport for Played<'_> {
    fn send(&self, request: &Request, body: &Path, _: &mut dyn FnMut(&str) -> bool) -> Result<Reply, fetch::Lost> {
        let number = self.sent.replace(self.sent.get() + 1);
        std::fs::write(body, self.bodies[number.min(self.bodies.len() - 1)]).unwrap();
        let next = request.url.split("&page=").next().unwrap_or_default();
        Ok(Reply {
            status: 200,
            kind: None,
            // Where there are three bodies, the second is the first one's next page.
            next: (self.bodies.len() == 3 && number == 0).then(|| format!("{next}&page=2")),
            framed: self.framed,
            ..Reply::default()
        })
    }

    fn secret(&self) -> Option<&str> {
        Some("a-key-that-nobody-has")
    }
}

/// The first byte chooses whom to ask; the rest are the bodies that come.
pub(crate) fn fetch(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else {
        return;
    };
    let base = "http://127.0.0.1:1".to_owned();
    let provider = match first % 3 {
        0 => Provider::Imts { base },
        1 => Provider::Comtrade {
            base,
            key: false,
            classification: "HS".to_owned(),
        },
        _ => Provider::Baci {
            base,
            revision: "HS17".to_owned(),
            release: "202401".to_owned(),
        },
    };
    let comtrade = first % 3 == 1;
    let part = Part {
        periods: ::fetch::periods("2022..2023").unwrap(),
        reporters: None,
        partners: Some(vec![if comtrade { "410" } else { "KOR" }.to_owned()]),
        flows: vec![if comtrade { "M" } else { "XG_FOB_USD" }.to_owned()],
        products: if comtrade { vec!["TOTAL".to_owned()] } else { Vec::new() },
    };
    let plan = Plan::new(provider, part, (first % 3 < 2).then_some(LIMIT)).unwrap();
    let mut bodies = vec![rest];
    while let Some((last, at)) = bodies.last().and_then(|last| Some((*last, find(last)?))) {
        bodies.pop();
        bodies.extend([&last[..at], &last[at + BETWEEN.len()..]]);
    }
    let transport = Played {
        bodies,
        framed: first < b'a',
        sent: Cell::new(0),
    };
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), &|| {}).unwrap();
    match asked(&plan, &cache, &transport, 12) {
        Ok(fetched) => whole(&plan, &cache, &fetched, transport.sent.get()),
        Err(error) => assert!(!error.to_string().contains("a-key"), "{error}"),
    }
    let raw = std::fs::read_dir(folder.path().join("raw")).unwrap();
    for entry in raw.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        assert!(
            !entry.starts_with('.') && !entry.ends_with(".validator"),
            "{entry} is left"
        );
    }
}

fn find(text: &[u8]) -> Option<usize> {
    text.windows(BETWEEN.len()).position(|window| window == BETWEEN)
}

fn asked(plan: &Plan, cache: &Cache, transport: &dyn Transport, most_requests: u64) -> fetch::Result<Fetched> {
    let asking = Asking {
        transport,
        patience: Patience {
            attempts: ATTEMPTS,
            backoff: Duration::ZERO,
            longest_wait: Duration::ZERO,
            interval: Duration::ZERO,
        },
        most_requests,
        progress: &|_| {},
        waiting: &|_| {},
        usable: &|_| Ok(()),
    };
    ::fetch::fetch(plan, cache, &asking)
}

/// What is used is whole, is what its note says, and is not asked for again.
fn whole(plan: &Plan, cache: &Cache, fetched: &Fetched, sent: usize) {
    assert_eq!(fetched.sent, sent as u64);
    // Full pages of an answer are followed by others.
    let paged = fetched.answers.iter().any(|(_, answer)| answer.next.is_some());
    for (_, answer) in &fetched.answers {
        assert_eq!(answer.fate, Fate::Whole);
        let path = cache.body(answer).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(
            (answer.bytes, &answer.sha256),
            (bytes.len() as u64, &store::sha256_of_bytes(&bytes))
        );
        assert!(
            paged || plan.limit.is_none_or(|limit| answer.rows < limit),
            "{answer:?}"
        );
        let source = match plan.provider {
            Provider::Comtrade { .. } => sources::Source::ComtradeApi,
            Provider::Imts { .. } => sources::Source::Imts,
            Provider::Baci { .. } => continue,
        };
        let options = sources::Options {
            source: Some(source),
            ..sources::Options::default()
        };
        if let Ok(imported) = sources::import(&bytes[..], &options) {
            assert_eq!(imported.rows_read, answer.rows, "{answer:?}");
        }
    }
    let nobody = Client::new(
        Limits {
            silence: Duration::from_millis(1),
            bytes: 0,
        },
        None,
    );
    let again = asked(plan, cache, &nobody, 0).unwrap();
    assert_eq!((again.sent, &again.answers), (0, &fetched.answers));
    let open = ::fetch::unanswered(plan, cache).unwrap();
    assert!(
        open.iter()
            .all(|(request, answered)| *answered && request.form != Form::Codes)
    );
}
