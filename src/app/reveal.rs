//! Shows a file in the system's file manager.

use std::path::Path;
use std::process::{Command, Stdio};

/// Starts the file manager on the folder of `file`, the file selected where the system can.
///
/// # Errors
/// When none can be started.
pub fn reveal(file: &Path) -> std::io::Result<()> {
    let mut command = command(file);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // A child that nobody waits for stays in the process table.
    std::thread::spawn(move || child.wait());
    Ok(())
}

#[cfg(target_os = "macos")]
fn command(file: &Path) -> Command {
    let mut command = Command::new("open");
    command.arg("-R").arg(file);
    command
}

#[cfg(target_os = "windows")]
fn command(file: &Path) -> Command {
    use std::os::windows::process::CommandExt as _;
    let mut command = Command::new("explorer");
    command.raw_arg(format!("/select,\"{}\"", file.display()));
    command
}

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
fn command(file: &Path) -> Command {
    let mut command = Command::new("xdg-open");
    command.arg(file.parent().unwrap_or(Path::new(".")));
    command
}
