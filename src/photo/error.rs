//! What can go wrong with a photo file: sentences that name the file, what happened and what to
//! do about it.

use std::fmt::Display;
use std::io;
use std::path::Path;

/// Why a photo could not be opened or exported. Each message is meant for the user as it is.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// The file could not be read at all.
    #[error(
        "“{name}” could not be read: {reason}. Check that the file is there and that you may read it."
    )]
    Unreadable {
        /// The file's name.
        name: String,
        /// The operating system's reason, without a full stop.
        reason: String,
    },
    /// The file is of a kind that this program does not open.
    #[error("“{name}” cannot be opened: {reason}.")]
    Unsupported {
        /// The file's name.
        name: String,
        /// Why not, and what to do instead, without the last full stop.
        reason: String,
    },
    /// The file is broken.
    #[error("“{name}” is damaged and cannot be opened: {reason}. Get it from its source again.")]
    Damaged {
        /// The file's name.
        name: String,
        /// What is wrong with it, without a full stop.
        reason: String,
    },
    /// The picture is beyond the limits of [`open`](super::open()).
    #[error(
        "“{name}” is {width}x{height} pixels, and the limit is 400 megapixels (and 65500 pixels a side for a JPEG). Scale it down with another program first."
    )]
    TooLarge {
        /// The file's name.
        name: String,
        /// Pixels across, as the file says.
        width: u64,
        /// Pixels down, as the file says.
        height: u64,
    },
    /// The target's name has no ending that can be written.
    #[error(
        "“{name}” does not end in .jpg, .png or .tif, so its format is unknown. Nothing was written; choose a name with one of these endings."
    )]
    UnknownFormat {
        /// The target's name.
        name: String,
    },
    /// The target exists and may not be overwritten.
    #[error(
        "“{name}” exists already. Nothing was written; choose another name or allow overwriting."
    )]
    Exists {
        /// The target's name.
        name: String,
    },
    /// The target is the very file that the photo came from.
    #[error(
        "“{name}” is the original photo, and originals are never written to. Nothing was written; choose another name."
    )]
    Original {
        /// The target's name.
        name: String,
    },
    /// The format cannot hold this picture.
    #[error("“{name}” could not be written: {reason}. Nothing was written; choose another format.")]
    Unfit {
        /// The target's name.
        name: String,
        /// Why not, without a full stop.
        reason: String,
    },
    /// The target could not be written.
    #[error("“{name}” could not be written: {reason}. Nothing was written; {remedy}.")]
    Unwritable {
        /// The target's name.
        name: String,
        /// What happened, without a full stop.
        reason: String,
        /// What to do, without a full stop.
        remedy: &'static str,
    },
    /// The edit could not be rendered; for the `strip` function of [`export`](super::export()).
    #[error(
        "The edited picture could not be computed: {reason}. Nothing was written; try the export again."
    )]
    Render {
        /// What happened, without a full stop.
        reason: String,
    },
    /// The user stopped the export.
    #[error("The export was cancelled. Nothing was written.")]
    Cancelled,
}

impl PhotoError {
    /// The operating system could not read `path`.
    pub fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Unreadable { name: name(path), reason: reason(error) }
    }

    /// `path` is of a kind that is not opened; `reason` has no full stop at its end.
    pub(super) fn unsupported(path: &Path, reason: impl Into<String>) -> Self {
        Self::Unsupported { name: name(path), reason: reason.into() }
    }

    /// `path` is broken; `reason` has no full stop at its end.
    pub(super) fn damaged(path: &Path, reason: &(impl Display + ?Sized)) -> Self {
        let reason = reason.to_string();
        Self::Damaged { name: name(path), reason: reason.trim_end_matches(['.', '\n']).to_owned() }
    }

    /// The operating system could not write `path`.
    pub(super) fn unwritable(path: &Path, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let remedy = match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => {
                "free some space or choose another folder"
            }
            Kind::NotFound | Kind::NotADirectory => "choose a folder that exists",
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => {
                "choose a folder that you may write to"
            }
            _ => "try again or choose another folder",
        };
        Self::Unwritable { name: name(path), reason: reason(error), remedy }
    }
}

/// The last part of a path, as the user knows the file.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// An I/O error in lower case, as part of a sentence.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission was denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_file_and_the_remedy() {
        let error = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(
            PhotoError::unwritable(Path::new("/x/a.png"), &error).to_string(),
            "“a.png” could not be written: the disk is full. Nothing was written; free some space or choose another folder."
        );
        assert_eq!(
            PhotoError::damaged(Path::new("b.jpg"), "it ends early.").to_string(),
            "“b.jpg” is damaged and cannot be opened: it ends early. Get it from its source again."
        );
    }
}
