use serde::{Deserialize, Serialize};

/// An answer as the folder keeps it: what was asked, and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The address; there is never a key in it.
    pub url: String,
    /// The day on which it was answered, in universal time.
    pub extracted: String,
    /// Whether it is used.
    pub fate: Fate,
    /// The length of the body.
    pub bytes: u64,
    /// How many rows it has.
    pub rows: u64,
    /// How many it says that there are, where that is another number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<u64>,
    /// Whether it is of a kind that says how many rows there are, and does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncounted: bool,
    /// Whether neither it nor the connection told where it ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub endless: bool,
    /// What it says beside its rows, shortened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// The address that answered, where the one that was asked led elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The SHA-256 of the body.
    pub sha256: String,
    /// Where the body is kept, in the folder; nowhere where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The address of the next page, where the answer has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is whole and used.
    Whole,
    /// It reaches the limit of rows: the question is divided.
    Cut,
    /// The server calls the question too large: it is divided.
    TooLarge,
}
