//! Answers that are asked anew stand in a room of their own until all are there: new ones are never mixed with old ones.

use super::{Cache, make_rooms};
use crate::answer::Answer;
use crate::error::{Result, io};
use crate::request::{Form, Request};
use std::path::Path;

/// The room.
pub(super) const NAME: &str = "refresh";
/// Stands in it when its answers are to replace the others.
const ACCEPTED: &str = "accepted";

impl Cache {
    /// The same folder for a refresh: nothing that was answered before is found, but for what an unfinished refresh had
    /// answered. Where there is nothing to refresh, it is the folder itself.
    ///
    /// # Errors
    /// When the room cannot be made.
    pub fn refreshed(mut self) -> Result<Cache> {
        let answers = self.folder.join("answers");
        let mut noted = std::fs::read_dir(&answers).map_err(io("read", &answers))?;
        if noted.next().is_some() {
            self.at = self.folder.join(NAME);
            make_rooms(&self.at)?;
        }
        Ok(self)
    }

    /// Whether a refresh was begun and not finished, which this one does not go on with.
    pub fn leaves_refresh(&self) -> bool {
        !self.is_refresh() && self.folder.join(NAME).is_dir()
    }

    fn is_refresh(&self) -> bool {
        self.at != self.folder
    }

    /// Puts the answers of a refresh in the place of the others; of what is no refresh, they are there. A kill in between
    /// is made up for by the next call.
    ///
    /// # Errors
    /// When files cannot be moved.
    pub fn accept(&self) -> Result<()> {
        if !self.is_refresh() {
            return Ok(());
        }
        store::write_atomically(&self.at.join(ACCEPTED), b"")?;
        finish(&self.folder)
    }

    /// Gives up what a refresh has answered: the answers before it stay.
    ///
    /// # Errors
    /// When files cannot be removed.
    pub fn give_up_refresh(&self) -> Result<()> {
        if self.is_refresh() {
            std::fs::remove_dir_all(&self.at).map_err(io("remove", &self.at))?;
        }
        Ok(())
    }

    /// Forgets answers that turned out to be of no use, so that they are asked for again; those of a refresh all together.
    ///
    /// # Errors
    /// When files cannot be removed.
    pub fn reject<'a>(&self, form: Form, answers: impl Iterator<Item = &'a Answer>) -> Result<()> {
        if self.is_refresh() {
            return self.give_up_refresh();
        }
        for answer in answers {
            let request = Request {
                url: answer.url.clone(),
                key: None,
                form,
            };
            let note = self.note_of(&request);
            std::fs::remove_file(&note).map_err(io("remove", &note))?;
            // Two requests may have one body.
            if let Some(body) = self.body(answer).filter(|body| body.exists()) {
                std::fs::remove_file(&body).map_err(io("remove", &body))?;
            }
        }
        Ok(())
    }
}

/// Ends a refresh that was accepted. Each step can be taken again.
pub(super) fn finish(folder: &Path) -> Result<()> {
    let room = folder.join(NAME);
    if !room.join(ACCEPTED).is_file() {
        return Ok(());
    }
    let raw = room.join("raw");
    if raw.is_dir() {
        let bodies = folder.join("raw");
        std::fs::create_dir_all(&bodies).map_err(io("make", &bodies))?;
        for entry in std::fs::read_dir(&raw).map_err(io("read", &raw))? {
            let entry = entry.map_err(io("read", &raw))?;
            let to = bodies.join(entry.file_name());
            std::fs::rename(entry.path(), &to).map_err(io("replace", &to))?;
        }
    }
    let (new, old) = (room.join("answers"), folder.join("answers"));
    if new.is_dir() {
        if old.is_dir() {
            std::fs::remove_dir_all(&old).map_err(io("remove", &old))?;
        }
        std::fs::rename(&new, &old).map_err(io("replace", &old))?;
    }
    std::fs::remove_dir_all(&room).map_err(io("remove", &room))
}
