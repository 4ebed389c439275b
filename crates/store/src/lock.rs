use crate::{Error, Result};
use std::fs::File;
use std::path::Path;

/// The right to write into a folder, held until it is dropped or the program ends, however it ends.
#[derive(Debug)]
#[must_use]
pub struct FolderLock {
    _folder: Option<File>,
}

/// Makes sure that no other run of the program writes into an existing folder at the same time. Nothing is left in
/// the folder. Where the system or the disk knows no such locks, nothing is made sure.
///
/// # Errors
/// When another run is at work there, or the folder cannot be opened.
pub fn lock_folder(folder: &Path) -> Result<FolderLock> {
    if !cfg!(unix) {
        // Elsewhere a folder cannot be opened as a file.
        return Ok(FolderLock { _folder: None });
    }
    let opened = File::open(folder).map_err(crate::io("write into", folder))?;
    match opened.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Busy {
            path: folder.to_owned(),
        }),
        Ok(()) => Ok(FolderLock { _folder: Some(opened) }),
        Err(std::fs::TryLockError::Error(_)) => Ok(FolderLock { _folder: None }),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn one_writes_at_a_time_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let first = lock_folder(folder.path()).unwrap();
        let error = lock_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("another run"), "{error}");
        drop(first);
        let _again = lock_folder(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
