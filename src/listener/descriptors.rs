//! How many connections the process has file descriptors for.

use std::fs;

/// Descriptors that connections of the public listener leave to the rest: the store, files, previews, the admin
/// listener.
const RESERVED: usize = 128;
/// Where there are hardly any, connections get these all the same, and accepting meets its errors.
const FEWEST: usize = 32;

/// `wanted` connections, or as many as the limit of open files (`ulimit -n`) leaves room for: a flood of connections
/// must not keep the store from opening a file.
pub fn affordable(wanted: usize) -> usize {
    let Some(limit) = fs::read_to_string("/proc/self/limits").ok().as_deref().and_then(open_files) else {
        return wanted;
    };
    let connections = within(wanted, limit);
    if connections < wanted {
        tracing::warn!(
            open_files = limit,
            connections,
            "fewer connections than http.max_connections, for the limit of open files (ulimit -n)"
        );
    }
    connections
}

fn within(wanted: usize, open_files: usize) -> usize {
    wanted.min(open_files.saturating_sub(RESERVED).max(FEWEST))
}

/// The soft limit; `None` for an unlimited number.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_open_files_bounds_connections() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max processes             31419                31419                processes \n\
                      Max open files            1024                 524288               files     \n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(open_files(&limits.replace("1024  ", "unlimited")), None);
        assert_eq!(within(1024, 1024), 896);
        assert_eq!(within(500, 1024), 500);
        assert_eq!(within(500, 40), 32);
        assert!(affordable(1) == 1);
    }
}
