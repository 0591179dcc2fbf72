//! How the heap gives memory back.

/// Lets the heap keep some of what was freed, so that the next solve or strip finds it there: the system
/// takes longer to give a page than a kernel to fill it. At most 64 MiB a heap are kept; what is as large
/// as a photo is given back at once. glibc alone has to be told.
pub fn keep_some() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the call sets two numbers of the heap, and nothing has been started yet.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, 64 << 20);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 16 << 20);
    }
}
