//! One window: a second start hands what it is to open to the window that is there, and ends.
//!
//! The window listens on a port of this machine alone. Port and a secret stand in a file of the state
//! folder that its owner alone may read; whoever knows the secret may ask the window to open files. A
//! file that a killed process left behind leads nowhere, or to somebody who does not know the secret:
//! then the second start becomes the window.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::atomic::Draft;

/// A window that is there answers sooner than this.
const PATIENCE: Duration = Duration::from_secs(1);
/// Longest message: some thousand paths.
const MESSAGE_MAX: u64 = 1 << 20;
const ACCEPTED: &str = "opened";

/// Where the window listens.
#[derive(Serialize, Deserialize)]
struct Address {
    port: u16,
    secret: String,
}

/// What a second start says.
#[derive(Serialize, Deserialize)]
struct Message {
    secret: String,
    paths: Vec<PathBuf>,
}

/// Hands `paths` to the window that is there; false where there is none. `folder` is the state folder.
pub fn hand_over(folder: &Path, paths: &[PathBuf]) -> bool {
    try_hand_over(folder, paths).is_some()
}

fn try_hand_over(folder: &Path, paths: &[PathBuf]) -> Option<()> {
    let address: Address = serde_json::from_slice(&std::fs::read(file(folder)).ok()?).ok()?;
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, address.port));
    let stream = TcpStream::connect_timeout(&at, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    // The window may have been started in another folder.
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let paths = paths.iter().map(absolute).collect();
    let mut line = serde_json::to_vec(&Message { secret: address.secret, paths }).ok()?;
    line.push(b'\n');
    (&stream).write_all(&line).ok()?;
    let mut answer = String::new();
    BufReader::new(stream.take(64)).read_line(&mut answer).ok()?;
    (answer.trim_end() == ACCEPTED).then_some(())
}

/// Listens for others from now on; `wake` is called when somebody has handed something over.
///
/// # Errors
/// Where nobody can listen: then every start is a window of its own.
pub fn listen(
    folder: &Path,
    wake: impl Fn() + Send + 'static,
) -> io::Result<Receiver<Vec<PathBuf>>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut secret = [0_u8; 16];
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    let secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let address = Address { port: listener.local_addr()?.port(), secret: secret.clone() };
    write_private(&file(folder), &serde_json::to_vec(&address)?)?;
    let (sender, received) = mpsc::channel();
    thread::Builder::new().name("hand-over".to_owned()).spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever says nothing, or nonsense, is not heard.
            let Some(paths) = hear(&stream, &secret) else { continue };
            if sender.send(paths).is_err() {
                return;
            }
            wake();
            // The other one may be gone already.
            drop(writeln!(&stream, "{ACCEPTED}"));
        }
    })?;
    Ok(received)
}

fn file(folder: &Path) -> PathBuf {
    folder.join("window.json")
}

/// What somebody who knows the secret asks to open.
fn hear(stream: &TcpStream, secret: &str) -> Option<Vec<PathBuf>> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut line = String::new();
    BufReader::new(stream.take(MESSAGE_MAX)).read_line(&mut line).ok()?;
    let message: Message = serde_json::from_str(&line).ok()?;
    (message.secret == secret).then_some(message.paths)
}

/// Writes a file that its owner alone may read.
fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    let draft = Draft::beside(file)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        draft.file().set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    draft.file().write_all(bytes)?;
    draft.finish(file, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_hands_over_and_what_a_killed_one_left_is_no_hindrance() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [PathBuf::from("photos/a.jpg")];
        assert!(!hand_over(folder.path(), &paths), "there is no window");
        let (woken, wakes) = mpsc::channel();
        let received = listen(folder.path(), move || woken.send(()).unwrap()).unwrap();
        assert!(hand_over(folder.path(), &paths));
        wakes.recv().unwrap();
        assert_eq!(received.recv().unwrap(), [std::path::absolute(&paths[0]).unwrap()]);
        assert!(hand_over(folder.path(), &[]), "without files it is shown");

        // A port that is somebody else's by now, and one where nobody listens.
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = stranger.local_addr().unwrap().port();
        let left = serde_json::to_vec(&Address { port, secret: "s".to_owned() }).unwrap();
        write_private(&file(folder.path()), &left).unwrap();
        assert!(!hand_over(folder.path(), &paths), "nobody answers");
        drop(stranger);
        assert!(!hand_over(folder.path(), &paths), "nobody listens");
        write_private(&file(folder.path()), b"{ no").unwrap();
        assert!(!hand_over(folder.path(), &paths));
        let _received = listen(folder.path(), || {}).unwrap();
        assert!(hand_over(folder.path(), &[]));
    }

    #[test]
    #[cfg(unix)]
    fn nobody_else_may_read_the_secret_and_without_it_nobody_is_heard() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let received = listen(folder.path(), || {}).unwrap();
        let mode = file(folder.path()).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
        let bytes = std::fs::read(file(folder.path())).unwrap();
        let address: Address = serde_json::from_slice(&bytes).unwrap();
        let wrong = Address { secret: "guessed".to_owned(), ..address };
        write_private(&file(folder.path()), &serde_json::to_vec(&wrong).unwrap()).unwrap();
        assert!(!hand_over(folder.path(), &[PathBuf::from("a")]));
        assert!(received.try_recv().is_err());
    }
}
