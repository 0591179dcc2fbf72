//! What libjpeg complains of while it decodes: kept, so that damage is said and not shown silently.

use std::cell::RefCell;
use std::ffi::{CStr, c_int};
use std::panic::resume_unwind;

use mozjpeg_sys::jpeg_error_mgr as ErrorMgr;
use mozjpeg_sys::{jpeg_common_struct, jpeg_std_error};

/// Complaints that say nothing of the picture.
const HARMLESS: [&str; 4] = ["extraneous bytes", "Adobe color", "JFIF revision", "ICC marker"];

thread_local! {
    static DAMAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// An error manager that unwinds with a `String` where libjpeg cannot go on, and keeps the first of
/// its other complaints for [`take_damage`].
pub(super) fn manager() -> ErrorMgr {
    // SAFETY: the structure holds numbers and nullable pointers; jpeg_std_error fills it.
    let mut manager: ErrorMgr = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is ours, and as libjpeg defines it.
    unsafe { jpeg_std_error(&mut manager) };
    manager.error_exit = Some(give_up);
    manager.emit_message = Some(keep);
    manager
}

/// The first complaint about the picture on this thread since the last call.
pub(super) fn take_damage() -> Option<String> {
    DAMAGE.with_borrow_mut(Option::take)
}

extern "C-unwind" fn give_up(cinfo: &mut jpeg_common_struct) {
    resume_unwind(Box::new(message(cinfo)));
}

extern "C-unwind" fn keep(cinfo: &mut jpeg_common_struct, level: c_int) {
    // Levels from 0 on are notes of what is being read.
    if level >= 0 {
        return;
    }
    let message = message(cinfo);
    if !HARMLESS.iter().any(|part| message.contains(part)) {
        DAMAGE.with_borrow_mut(|damage| {
            damage.get_or_insert(message);
        });
    }
}

/// libjpeg's words for its last complaint, its numbers left out.
fn message(cinfo: &jpeg_common_struct) -> String {
    // SAFETY: libjpeg passes the structure that it was given, with the manager in it.
    let Some(manager) = (unsafe { cinfo.err.as_ref() }) else { return String::new() };
    if manager.jpeg_message_table.is_null()
        || !(0..=manager.last_jpeg_message).contains(&manager.msg_code)
    {
        return "broken data".to_owned();
    }
    // SAFETY: the table has an entry for every code up to the last, a C string or null.
    let text = unsafe { *manager.jpeg_message_table.add(manager.msg_code as usize) };
    if text.is_null() {
        return "broken data".to_owned();
    }
    // SAFETY: it is one of libjpeg's constant C strings.
    let text = unsafe { CStr::from_ptr(text.cast()) }.to_string_lossy();
    text.split('%')
        .next()
        .unwrap_or_default()
        .trim_end_matches([' ', '(', '.', ':', '0', 'x'])
        .to_owned()
}
