use crate::{Result, io};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How the names of files and folders begin that are not finished.
pub const UNFINISHED: &str = ".unfinished-";

/// Writes a whole file or nothing: a temporary file beside it, flushed to the disk, then
/// renamed over it. A reader sees the old bytes or the new ones. What a link points to is replaced, not the link; a pipe
/// or a device is written into as it stands.
///
/// # Errors
/// When the folder cannot be made or the file cannot be written or replaced.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    if is_special(path) {
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .map_err(io("write", path))?;
        return file.write_all(bytes).map_err(io("write", path));
    }
    let path = &behind_links(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(io("make the folder of", path))?;
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)
        .map_err(io("write beside", path))?;
    file.write_all(bytes).map_err(io("write", path))?;
    persist(file, path)
}

/// Whether something is there that is neither a file nor a folder: a pipe, a device.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// What a link points to; the path itself where it is none.
fn behind_links(path: &Path) -> PathBuf {
    match path.is_symlink() {
        true => path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        false => path.to_owned(),
    }
}

/// Removes what a killed run left unfinished in a folder; gives how many files and folders there were. A folder that
/// is locked is swept already.
///
/// # Errors
/// When the folder cannot be listed or a file not removed.
pub fn sweep(folder: &Path) -> Result<usize> {
    let mut swept = 0;
    for entry in std::fs::read_dir(folder).map_err(io("list", folder))? {
        let entry = entry.map_err(io("list", folder))?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let path = entry.path();
            match path.is_dir() {
                true => std::fs::remove_dir_all(&path),
                false => std::fs::remove_file(&path),
            }
            .map_err(io("remove", &path))?;
            swept += 1;
        }
    }
    Ok(swept)
}

/// Flushes a temporary file to the disk and gives it its name.
///
/// # Errors
/// When it cannot be written, or replace what has the name; a pipe or a device is not replaced.
pub fn persist(file: tempfile::NamedTempFile, path: &Path) -> Result<()> {
    if is_special(path) {
        let no_file = std::io::Error::other("it is no ordinary file");
        return Err(io("replace", path)(no_file));
    }
    let path = &behind_links(path);
    file.as_file().sync_all().map_err(io("write", path))?;
    set_permissions(&file).map_err(io("write", path))?;
    file.persist(path).map_err(|e| io("replace", path)(e.error))?;
    Ok(())
}

/// Temporary files are private to their owner; results are ordinary files.
#[cfg(unix)]
fn set_permissions(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_permissions(_: &tempfile::NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/file.txt");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_are_written_into() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        // A socket stands for a device, which only its owner could make.
        let socket = folder.path().join("socket");
        let _open = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(write_atomically(&socket, b"x").is_err());
        let finished = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
        let error = persist(finished, &socket).unwrap_err().to_string();
        assert!(error.contains("replace"), "{error}");
        assert!(!std::fs::metadata(&socket).unwrap().is_file());
    }

    #[test]
    fn a_folder_in_the_way_is_an_error_that_names_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_atomically(folder.path(), b"x").unwrap_err().to_string();
        assert!(error.contains(&folder.path().display().to_string()), "{error}");
    }
}
