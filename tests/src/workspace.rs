//! A copy of the studies and the pins that a test may spoil.

use crate::call::{Call, call_in};
use crate::program::root;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// Files by their path below a folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Every file below a folder, whole; hidden and unfinished ones too.
pub fn files_below(folder: &Path) -> Files {
    fn walk(base: &Path, folder: &Path, files: &mut Files) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(base, &path, files);
            } else {
                let name = path.strip_prefix(base).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut files = Files::new();
    walk(folder, folder, &mut files);
    files
}

/// A folder with `studies` and `datasets` as the workspace has them; removed when dropped.
#[derive(Debug)]
pub struct Workspace {
    folder: TempDir,
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

impl Workspace {
    /// Copies the studies and pins.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["studies", "datasets"] {
            for (name, bytes) in files_below(&root().join(part)) {
                let path = folder.path().join(part).join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
        }
        Workspace { folder }
    }

    /// A copy whose published findings are those of the program as it is now, so that a test
    /// sees the one change it makes and no other.
    pub fn published() -> Self {
        static EXPECTED: OnceLock<Vec<u8>> = OnceLock::new();
        let workspace = Self::new();
        let path = workspace.path("studies/dprk/expected.csv");
        let expected = EXPECTED.get_or_init(|| {
            workspace.call(&["verify", "--accept"]).ok();
            std::fs::read(&path).unwrap()
        });
        std::fs::write(path, expected).unwrap();
        workspace
    }

    /// A path in the copy.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Calls the program in the copy.
    pub fn call(&self, arguments: &[&str]) -> Call {
        call_in(self.folder.path(), arguments)
    }

    /// Replaces the one place in a text file where `old` stands.
    #[track_caller]
    pub fn edit(&self, name: &str, old: &str, new: &str) {
        let path = self.path(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {name}");
        std::fs::write(path, text.replace(old, new)).unwrap();
    }
}
