//! Computing while nobody else wants the processor.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, Result as Caught},
    time::Duration,
};

use rustix::{process, thread as affinity};
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
    thread_native_id,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};

use super::Busy;

/// How long work may go without a processor before it is begun again with a share of one. By itself a hash takes a tenth.
const PATIENCE: Duration = Duration::from_millis(250);

/// How far work that has a share stands back (nice(2)): it gets about a third of what another thread gets.
const NICE: i32 = 5;

/// Threads that stand back behind the rest of the server.
///
/// Work runs as `SCHED_IDLE` (sched(7)), which whoever wakes up interrupts at once, where a thread that is only nice keeps
/// others waiting for the rest of its slice. When everybody else leaves it nothing it would never end; so, after a while,
/// it is begun again by a thread that gets a share. What is left behind ends when it can: as long as so much is
/// left behind as is allowed, all other work has a share from the start.
#[derive(Clone, Debug)]
pub(super) struct Background {
    idle: Arc<Semaphore>,
}

/// How a thread stands behind others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It takes what they leave, and leaves one processor to them.
    Idle,
    /// It gets a share.
    Share,
}

impl Background {
    /// `most`: how many threads take what others leave, at once.
    pub(super) fn new(most: usize) -> Self {
        Self { idle: Arc::new(Semaphore::new(most)) }
    }

    /// Runs `work`, perhaps twice, and returns what came first, caught if it panicked.
    ///
    /// # Errors
    /// [`Busy`] if the system has no thread left.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Fn() -> T + Send + Sync + 'static,
    ) -> Result<Caught<T>, Busy> {
        let work = Arc::new(work);
        let Ok(permit) = self.idle.clone().try_acquire_owned() else {
            return spawn(Standing::Share, work, None)?.await.map_err(|_| Busy);
        };
        let mut first = spawn(Standing::Idle, work.clone(), Some(permit))?;
        if let Ok(outcome) = timeout(PATIENCE, &mut first).await {
            return outcome.map_err(|_| Busy);
        }
        let second = spawn(Standing::Share, work, None)?;
        tokio::select! {
            outcome = first => outcome,
            outcome = second => outcome,
        }
        .map_err(|_| Busy)
    }
}

/// Starts a thread: beside the time of a hash it costs nothing, and one of its own can stand back.
fn spawn<T: Send + 'static>(
    standing: Standing,
    work: Arc<impl Fn() -> T + Send + Sync + 'static>,
    permit: Option<OwnedSemaphorePermit>,
) -> Result<oneshot::Receiver<Caught<T>>, Busy> {
    let (done, outcome) = oneshot::channel();
    let work = move || {
        standing.take();
        let outcome = catch_unwind(AssertUnwindSafe(&*work));
        drop(permit);
        // Whoever asked may have gone, or has the other's outcome.
        let _ = done.send(outcome);
    };
    thread::Builder::new().name("argon2".to_owned()).spawn(work).map_err(|_| Busy)?;
    Ok(outcome)
}

impl Standing {
    /// Takes it for this thread. Where the system forbids that, the work is done like any other.
    fn take(self) {
        if self == Self::Share || !take_what_is_left() {
            let _ = process::nice(NICE);
        }
    }
}

/// Whether the system allows it.
fn take_what_is_left() -> bool {
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    if set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle).is_err() {
        return false;
    }
    // Memory is slower for everybody while all processors hash.
    if let Ok(mut processors) = affinity::sched_getaffinity(None)
        && processors.count() > 1
        && let Some(first) = (0..affinity::CpuSet::MAX_CPU).find(|number| processors.is_set(*number))
    {
        processors.unset(first);
        let _ = affinity::sched_setaffinity(None, &processors);
    }
    true
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        sync::{Mutex, mpsc},
    };

    use super::*;

    /// `SCHED_IDLE` by its number.
    const IDLE: &str = "5";

    /// A thread as it sees itself: its scheduling policy and nice value (proc_pid_stat(5)), and its processors.
    fn standing() -> (String, i32, u32) {
        let stat = fs::read_to_string("/proc/thread-self/stat").expect("read");
        let field = |number: usize| stat.split(' ').nth(number - 1).expect("a field").to_owned();
        let nice = field(19).parse().expect("a number");
        (field(41), nice, affinity::sched_getaffinity(None).expect("known").count())
    }

    /// Work that gets nothing from those before it, as long as the sender lives; it says how its thread stands.
    fn starving() -> (mpsc::Sender<()>, impl Fn() -> (String, i32, u32) + Send + Sync) {
        let (live, hang) = mpsc::channel();
        let hang = Mutex::new(hang);
        let work = move || {
            let standing = standing();
            if standing.0 == IDLE {
                let _ = hang.lock().expect("whole").recv();
            }
            standing
        };
        (live, work)
    }

    #[tokio::test]
    async fn work_takes_what_others_leave_and_leaves_a_processor() {
        let (_, _, processors) = standing();
        let outcome = spawn(Standing::Idle, Arc::new(standing), None).expect("a thread");
        let (policy, _, left) = outcome.await.expect("it answers").expect("no panic");
        assert_eq!((policy.as_str(), left), (IDLE, (processors - 1).max(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_gets_nothing_gets_a_share_and_so_does_what_comes_after_it() {
        let (background, (_, nice, processors)) = (Background::new(1), standing());
        let share = ("0".to_owned(), (nice + NICE).min(19), processors);
        let (live, work) = starving();
        assert_eq!(background.run(work).await.expect("a thread").expect("no panic"), share);
        assert_eq!(background.run(standing).await.expect("a thread").expect("no panic"), share);
        drop(live);
        // What was left behind ends, and the next may take what others leave.
        background.idle.acquire().await.expect("free again").forget();
    }

    #[tokio::test]
    async fn a_panic_is_caught() {
        let outcome = Background::new(1).run(|| -> () { panic!("as it should") }).await.expect("a thread");
        outcome.expect_err("it panics");
    }
}
