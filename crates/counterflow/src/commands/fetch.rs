//! `counterflow fetch`: a provider's interface to a pinned dataset. The only command that uses the network.

mod answers;
mod archive;
mod gaps;
mod provenance;
mod question;

use crate::commands::import::bulk;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use ::fetch::{Asking, Cache, Client, Error, Limits, Patience, Plan, Provider, Transport};
use clap::{Args, Subcommand};
use model::{Cell, Kind, Table};
use question::{BaciQuestion, ComtradeQuestion, ImtsQuestion};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Whom to ask. `--out` names the dataset's folder; the answers are kept there, and a later call goes on from them.
#[derive(Subcommand, Debug)]
pub enum FetchCommand {
    /// UN Comtrade's present interface. A key in COMTRADE_API_KEY raises its limits; without one, the preview is asked.
    Comtrade(Box<ComtradeQuestion>),
    /// The Monetary Fund's trade in goods by partner country (IMTS, formerly DOTS). No key is needed.
    Imts(Box<ImtsQuestion>),
    /// A release of CEPII's BACI: one archive, imported as a folder of years. No key is needed.
    Baci(Box<BaciQuestion>),
}

/// How to ask.
#[derive(Args, Debug)]
pub struct Manner {
    /// Print the requests and send none.
    #[arg(long)]
    pub dry_run: bool,
    /// Ask again for what was answered before. The new answers take the place of the old ones when all are there; one that is
    /// broken off is gone on with by the next --refresh.
    #[arg(long)]
    pub refresh: bool,
    /// Send at most so many requests a second.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = positive)]
    pub rate: f64,
    /// Send one request at most so many times.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub attempts: u32,
    /// Wait so many seconds after a failure; twice as long after each one that follows, up to a minute.
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    pub backoff: f64,
    /// Wait at most so many seconds where a server asks for patience.
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = seconds)]
    pub longest_wait: f64,
    /// Give up an attempt after so many seconds in which nothing comes.
    #[arg(long, value_name = "SECONDS", default_value_t = 300.0, value_parser = positive)]
    pub timeout: f64,
    /// Take at most so much for one answer, such as 500MB or 2GB; 1GB, or 16GB of an archive, where it is not said.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_bytes: Option<u64>,
    /// Send at most so many requests in this call.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_requests: u64,
    /// Ask another scheme and host, such as a mirror of the interface.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number
        .filter(|n| (0.0..=86_400.0).contains(n))
        .ok_or_else(|| "a number from 0 to 86400 is expected".to_owned())
}

fn size(text: &str) -> Result<u64, String> {
    match bulk::memory(text)? {
        0 => Err("a size of one byte or more is expected".to_owned()),
        bytes => Ok(bytes),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let number = seconds(text)?;
    let fine = number >= 0.001;
    fine.then_some(number)
        .ok_or_else(|| "a number from 0.001 to 86400 is expected".to_owned())
}

impl Manner {
    fn patience(&self) -> Patience {
        Patience {
            attempts: self.attempts,
            backoff: Duration::from_secs_f64(self.backoff),
            longest_wait: Duration::from_secs_f64(self.longest_wait),
            interval: Duration::from_secs_f64(1.0 / self.rate),
        }
    }

    fn limits(&self, provider: &Provider) -> Limits {
        let usual = if matches!(provider, Provider::Baci { .. }) {
            16_000_000_000
        } else {
            1_000_000_000
        };
        Limits {
            silence: Duration::from_secs_f64(self.timeout),
            bytes: self.max_bytes.unwrap_or(usual),
        }
    }

    fn base(&self, usual: &str) -> String {
        let base = self.base_url.as_deref().unwrap_or(usual);
        base.trim_end_matches('/').to_owned()
    }
}

/// A failure to fetch as the command tells it: a question that is none is a wrong use.
fn told(error: Error) -> Failure {
    match error {
        Error::Question(what) => Failure::Usage(what),
        other => Failure::Error(Box::new(other)),
    }
}

/// Runs one of the commands on providers.
pub fn run(command: &FetchCommand, output: &Output) -> Outcome {
    let key = match command {
        FetchCommand::Comtrade(_) => question::key()?,
        FetchCommand::Imts(_) | FetchCommand::Baci(_) => None,
    };
    let (plan, manner, memory) = match command {
        FetchCommand::Comtrade(asked) => (asked.plan(key.is_some())?, &asked.manner, 0),
        FetchCommand::Imts(asked) => (asked.plan()?, &asked.manner, 0),
        FetchCommand::Baci(asked) => (asked.plan()?, &asked.manner, asked.memory),
    };
    if manner.dry_run {
        return dry_run(&plan, output);
    }
    let Some(folder) = output.file.as_deref() else {
        return Err(Failure::Usage(
            "--out FOLDER is expected: where the dataset and the answers are kept".to_owned(),
        ));
    };
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.filter(|name| store::is_name(name)).ok_or_else(|| {
        Failure::Usage(format!(
            "--out names the pin's folder: its name is expected in lower case, digits and `-`, but is `{}`",
            folder.display()
        ))
    })?;
    output.say(&format!(
        "this uses the network: {} is asked{}",
        plan.provider.base(),
        if key.is_some() {
            ", with the key in COMTRADE_API_KEY"
        } else {
            ""
        }
    ));
    let client = Client::new(manner.limits(&plan.provider), key);
    let stdout = Output {
        file: None,
        ..output.clone()
    };
    let place = Place {
        folder,
        name: &name,
        memory,
    };
    let table = into(&plan, manner, &client, &place, output)?;
    stdout.table(&table)?;
    output.say(&format!(
        "the dataset and its provenance (pin.toml) are in {}",
        folder.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// The requests, and whether each is answered in the folder already. A key is named, not shown.
fn dry_run(plan: &Plan, output: &Output) -> Outcome {
    let cache = Cache::look(output.file.as_deref().unwrap_or(Path::new("")));
    let columns = [
        ("method", Kind::Text, ""),
        ("url", Kind::Text, ""),
        ("accept", Kind::Text, ""),
        ("key", Kind::Text, ""),
        ("answered", Kind::Text, ""),
    ];
    let mut table = Table::new("requests", "Requests; none was sent", &columns);
    for (request, answered) in ::fetch::unanswered(plan, &cache).map_err(told)? {
        let key = request.key.map(|key| format!("{}: ${}", key.header, key.variable));
        table.push(vec![
            "GET".into(),
            request.url.clone().into(),
            request.form.accept().into(),
            key.map_or(Cell::Missing, Cell::from),
            if answered { "yes" } else { "no" }.into(),
        ]);
    }
    let stdout = Output {
        file: None,
        ..output.clone()
    };
    // Addresses are for reading: as text they are printed whole, not cut to a column.
    if output.format == report::Format::Table {
        let mut text = String::new();
        for row in &table.rows {
            let cells: Vec<&str> = row
                .iter()
                .map(|cell| if let Cell::Text(text) = cell { text } else { "" })
                .collect();
            text.push_str(&format!("{} {}\n  Accept: {}\n", cells[0], cells[1], cells[2]));
            if !cells[3].is_empty() {
                text.push_str(&format!("  {}\n", cells[3]));
            }
            if cells[4] == "yes" {
                text.push_str("  (answered before: not sent again)\n");
            }
        }
        stdout.bytes(text.as_bytes())?;
    } else {
        stdout.table(&table)?;
    }
    output.say("note: an answer that reaches the limit of rows is divided into more requests");
    Ok(ExitCode::SUCCESS)
}

/// Where the dataset comes to be.
struct Place<'a> {
    folder: &'a Path,
    name: &'a str,
    memory: u64,
}

/// Fetches, imports and pins; the summary.
fn into(plan: &Plan, manner: &Manner, transport: &dyn Transport, place: &Place<'_>, output: &Output) -> Outcome<Table> {
    let &Place { folder, name, memory } = place;
    let cache = Cache::open(folder, &|| {
        output.warn(&format!(
            "another fetch is at work in {}: waiting for its end",
            folder.display()
        ));
    })
    .map_err(told)?;
    let cache = if manner.refresh {
        cache.refreshed().map_err(told)?
    } else {
        cache
    };
    if cache.leaves_refresh() {
        output.warn("note: a refresh was broken off: the answers before it are used; --refresh goes on with it");
    }
    let bar = crate::progress::bar(0, output.quiet);
    bar.enable_steady_tick(Duration::from_millis(200));
    let asking = Asking {
        transport,
        patience: manner.patience(),
        most_requests: manner.max_requests,
        progress: &|what| bar.set_message(what.to_owned()),
        waiting: &|what| bar.suspend(|| output.say(what)),
        usable: &|body| answers::usable(&plan.provider, body),
    };
    let fetched = ::fetch::fetch(plan, &cache, &asking);
    bar.finish_and_clear();
    if let Err(error) = &fetched
        && !error.passes()
    {
        // Asked again, the same answers would lead to the same end.
        cache.give_up_refresh().map_err(told)?;
    }
    let fetched = fetched.map_err(told)?;
    for why in &fetched.damaged {
        output.warn(&format!(
            "warning: an answer that was kept is damaged and was asked for again: {why}"
        ));
    }
    let columns = [
        ("what", Kind::Text, ""),
        ("number", Kind::Integer, ""),
        ("value_usd", Kind::Decimal, "USD"),
    ];
    let mut table = Table::new("fetch", "What was asked, and what became of the answers", &columns);
    let mut line = |what: &str, number: u64, value: Cell| {
        table.push(vec![what.into(), Cell::Integer(number as i64), value]);
    };
    line("requests sent", fetched.sent, Cell::Missing);
    line("answers kept from before", fetched.reused, Cell::Missing);
    line("questions divided", fetched.divided, Cell::Missing);
    line("answers used", fetched.answers.len() as u64, Cell::Missing);
    let bytes = fetched.answers.iter().map(|(_, answer)| answer.bytes).sum();
    line("bytes of answers", bytes, Cell::Missing);
    let import = answers::Import {
        plan,
        cache: &cache,
        fetched: &fetched,
        name,
        memory,
        output,
    };
    import.run(&mut line)?;
    Ok(table)
}
