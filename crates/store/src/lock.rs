use crate::{Error, Result};
use std::fs::File;
use std::path::Path;

/// The right to write into a folder, held until it is dropped or the program ends, however it ends.
#[derive(Debug)]
#[must_use]
pub struct FolderLock {
    _folder: Option<File>,
    /// How many files and folders were removed that a killed run had left unfinished.
    pub swept: usize,
}

/// Makes sure that no other run of the program writes into an existing folder at the same time, and removes what a
/// killed one left unfinished. The lock leaves nothing in the folder. Where the system or the disk knows no such
/// locks, nothing is made sure.
///
/// # Errors
/// When another run is at work there, or the folder cannot be opened or swept.
pub fn lock_folder(folder: &Path) -> Result<FolderLock> {
    let mut held = None;
    // Elsewhere a folder cannot be opened as a file.
    if cfg!(unix) {
        let opened = File::open(folder).map_err(crate::io("write into", folder))?;
        held = match opened.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => {
                let path = folder.to_owned();
                return Err(Error::Busy { path });
            }
            Ok(()) => Some(opened),
            Err(std::fs::TryLockError::Error(_)) => None,
        };
    }
    let swept = crate::sweep(folder)?;
    Ok(FolderLock { _folder: held, swept })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn one_writes_at_a_time_and_sweeps_what_another_left() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".unfinished-x"), b"half").unwrap();
        std::fs::create_dir(folder.path().join(".unfinished-y")).unwrap();
        let first = lock_folder(folder.path()).unwrap();
        assert_eq!(first.swept, 2);
        let error = lock_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("another run"), "{error}");
        drop(first);
        let _again = lock_folder(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
