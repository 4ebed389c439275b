//! Asks the data providers' interfaces, in parts that are whole, and keeps their answers. The only room that uses the
//! network.
//!
//! - [`Part`]: what a question is about, and how it is divided;
//! - [`Provider`] and [`Plan`]: a question as [`Request`]s, which are plain data;
//! - [`Client`]: sends one, within bounds of time and size ([`Transport`] is what it does, so that it can be played);
//! - [`Cache`]: a folder in which answers are kept under their hashes;
//! - [`fetch`]: asks until everything is answered; [`unanswered`]: what it would ask.
//!
//! An answer that reaches the interface's limit of rows is never taken for whole: the question is divided by period,
//! reporter, partner, flow and product, in this order, and asked anew in parts. Where it cannot be divided further, that
//! is an error. Answers that are damaged, and refusals that pass, are asked again, ever later and a bounded number of
//! times. A key goes into a header of the request and nowhere else.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod attempt;
mod beside;
mod bounded;
mod cache;
mod calendar;
mod client;
mod codes;
mod error;
mod judge;
mod key;
mod paced;
mod part;
mod patience;
mod plan;
mod request;
mod scope;
mod work;

pub use answer::{Answer, Fate};
pub use cache::Cache;
pub use calendar::{is_day, this_year};
pub use client::{Client, Limits, Lost, Reply, Transport};
pub use codes::{comtrade_codes, imf_codes, periods};
pub use error::{Error, Result};
pub use part::{Dimension, Part, Split};
pub use patience::Patience;
pub use plan::{Plan, Provider};
pub use request::{Form, Key, Request};
pub use scope::Scope;
pub use work::{Asking, Fetched, fetch, unanswered};
