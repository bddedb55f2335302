//! A copy of the package whose source may be changed, and builds of the worker from it.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use crate::mutation::Change;

/// The package itself.
const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// What of the package is not part of the copy.
const LEFT_OUT: [&str; 4] = ["src", "target", ".git", "data"];

/// The copy. Its dependencies are built once and kept, below the package's target directory.
pub struct SourceTree {
    root: PathBuf,
    build: PathBuf,
}

impl SourceTree {
    /// Makes the copy, or brings an earlier one up to date.
    pub fn copy() -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guard-mutations");
        let tree = Self { root: directory.join("tree"), build: directory.join("build") };
        fs::create_dir_all(&tree.root).expect("the target directory is ours");
        for entry in entries(Path::new(PACKAGE)) {
            let name = entry.file_name().expect("an entry has a name").to_owned();
            let link = tree.root.join(&name);
            if !LEFT_OUT.iter().any(|left_out| name == *left_out) && link.symlink_metadata().is_err() {
                symlink(&entry, &link).expect("the target directory is ours");
            }
        }
        mirror(&Path::new(PACKAGE).join("src"), &tree.root.join("src"));
        tree
    }

    /// Builds the worker as it is.
    pub fn build(&self) -> Result<PathBuf, String> {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--offline", "--no-default-features"])
            .args(["--bin", "natter-preview"])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.build)
            // Built often and run for a second: what is quick to build is best.
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .output()
            .expect("cargo runs, since it runs this");
        if output.status.success() {
            Ok(self.build.join("debug/natter-preview"))
        } else {
            Err(format!("the worker cannot be built:\n{}", String::from_utf8_lossy(&output.stderr)))
        }
    }

    /// Builds the worker with these changes; the source is as it was afterwards.
    pub fn build_changed(&self, changes: &[Change]) -> Result<PathBuf, String> {
        let applied: Result<Vec<_>, String> = changes.iter().map(|change| self.apply(change)).collect();
        let built = applied.and_then(|_| self.build());
        mirror(&Path::new(PACKAGE).join("src"), &self.root.join("src"));
        built
    }

    fn apply(&self, change: &Change) -> Result<(), String> {
        let file = self.root.join("src/preview").join(change.file);
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", change.file))?;
        match text.matches(change.find).count() {
            1 => {
                fs::write(&file, text.replace(change.find, change.replace)).expect("the copy is ours");
                Ok(())
            }
            count => Err(format!(
                "{} is {count} times in {}:\nbring the mutation up to date",
                change.find, change.file
            )),
        }
    }
}

/// Makes `copy` the same as `original`, touching only files that differ: cargo goes by their times.
fn mirror(original: &Path, copy: &Path) {
    fs::create_dir_all(copy).expect("the target directory is ours");
    for entry in entries(copy) {
        let name = entry.file_name().expect("an entry has a name");
        if !original.join(name).exists() {
            let removed = if entry.is_dir() { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) };
            removed.expect("the copy is ours");
        }
    }
    for entry in entries(original) {
        let twin = copy.join(entry.file_name().expect("an entry has a name"));
        if entry.is_dir() {
            mirror(&entry, &twin);
        } else {
            let text = fs::read(&entry).expect("the source can be read");
            if fs::read(&twin).ok().as_ref() != Some(&text) {
                fs::write(&twin, text).expect("the copy is ours");
            }
        }
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("a readable directory").path()).collect()
}
