//! The material beside the project, which a plain clone does not have.

use std::path::PathBuf;

/// `../shared/NAME`, or None where it is missing; then the caller's tests are skipped and counted.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    path.exists().then_some(path)
}

/// Says that tests were skipped, in one line that can be counted.
pub fn skipped(count: usize, what: &str) {
    eprintln!("SKIPPED {count} {what}: they need ../shared, which is not here");
}
