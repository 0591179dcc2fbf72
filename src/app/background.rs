//! Threads for work that may take its time: they give way to the window and to what it waits for.

use std::thread;

use thread_priority::{ThreadPriority, ThreadPriorityValue};

/// Of 99; the usual one is 50. On Linux that is a niceness of 5.
const PRIORITY: u8 = 35;

/// Does the work on a thread of its own; so are those that it is spread over. The name is what a
/// debugger shows.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    let builder = thread::Builder::new().name(name.to_owned());
    let begun = builder.spawn(move || {
        give_way();
        let threads = rayon::ThreadPoolBuilder::new().start_handler(|_| give_way()).build();
        match threads {
            Ok(threads) => threads.install(work),
            // Then among the window's.
            Err(_) => work(),
        }
    });
    // Without a thread the channel's other end is dropped: whoever waits hears that it broke off.
    drop(begun);
}

fn give_way() {
    let Ok(priority) = ThreadPriorityValue::try_from(PRIORITY) else { return };
    // A system that refuses does the work no less.
    drop(thread_priority::set_current_thread_priority(ThreadPriority::Crossplatform(priority)));
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    #[test]
    fn work_is_spread_over_threads_of_its_own() {
        let (sender, receiver) = mpsc::channel();
        super::spawn("test", move || {
            let is_own = rayon::current_thread_index().is_some();
            sender.send((is_own, rayon::broadcast(|_| nice()))).unwrap();
        });
        let (is_own, niceness) = receiver.recv().unwrap();
        assert!(is_own);
        #[cfg(target_os = "linux")]
        assert!(niceness.iter().all(|it| *it >= 4), "{niceness:?}");
        drop(niceness);
    }

    /// Of this thread, from the system: the 19th value.
    fn nice() -> i32 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        after_name.split_whitespace().nth(16).and_then(|it| it.parse().ok()).unwrap_or(99)
    }
}
