use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file for reading, and nothing else: a folder has no content, a pipe without a writer would be waited for
/// without end, and some devices never end. The standard input (`/dev/stdin`, `/dev/fd/N`) may be a pipe: its writer
/// is there.
///
/// # Errors
/// Says what stands there instead of a file; else as [`File::open`].
pub fn open_file(path: &Path) -> io::Result<File> {
    let standard = path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd");
    match other_than_a_file(&std::fs::metadata(path)?.file_type()) {
        Some(what) if !(standard && what == "a named pipe") => {
            let text = format!("it is {what}, where a file was expected");
            Err(io::Error::new(io::ErrorKind::Unsupported, text))
        }
        _ => File::open(path),
    }
}

/// What is wrong with a text of TOML, in one line that begins with the number of its line.
pub fn toml_problem(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = 1 + before.matches('\n').count();
    format!("line {line}: {}", error.message())
}

/// Reads a small file of text whole, as [`open_file`] opens it.
///
/// # Errors
/// As [`open_file`]; also for more than 64 MiB, and for what is no UTF-8, with the line.
pub fn read_text(path: &Path) -> io::Result<String> {
    const MOST: u64 = 64 << 20;
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(open_file(path)?, MOST + 1), &mut bytes)?;
    let refuse = |text: String| Err(io::Error::new(io::ErrorKind::InvalidData, text));
    if bytes.len() as u64 > MOST {
        return refuse("it is larger than 64 MiB, where a small file of text was expected".to_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
            refuse(format!("line {line} is no UTF-8; save the file as UTF-8"))
        }
    }
}

#[cfg(unix)]
fn other_than_a_file(kind: &std::fs::FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_dir() => Some("a folder"),
        kind if kind.is_fifo() => Some("a named pipe"),
        kind if kind.is_char_device() || kind.is_block_device() => Some("a device"),
        kind if kind.is_socket() => Some("a socket"),
        _ => None,
    }
}

#[cfg(not(unix))]
fn other_than_a_file(kind: &std::fs::FileType) -> Option<&'static str> {
    kind.is_dir().then_some("a folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let told = |path: &Path| open_file(path).unwrap_err().to_string();
        assert!(told(folder.path()).contains("a folder"));
        #[cfg(unix)]
        assert!(told(Path::new("/dev/zero")).contains("a device"));
        let path = folder.path().join("text");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        assert_eq!(read_text(&path).unwrap(), "one\ntwo\n");
        std::fs::write(&path, b"one\ntw\xf6\n").unwrap();
        assert!(read_text(&path).unwrap_err().to_string().contains("line 2"));
    }
}
