//! Tokens, deadlines and sleepers, on the real kernel.

use std::thread;
use std::time::{Duration, Instant};

use super::clock::Wake;
use super::semaphore::Semaphore;

fn semaphore(tokens: u32) -> Semaphore {
    let semaphore = Semaphore::default();
    semaphore.initialise(tokens);
    semaphore
}

#[test]
fn tokens_are_counted() {
    let semaphore = semaphore(2);
    assert!(semaphore.try_take() && semaphore.try_take() && !semaphore.try_take());
    semaphore.post();
    assert_eq!(semaphore.take(None).unwrap(), Some(Wake::Ready));
}

#[test]
fn a_deadline_is_kept_and_one_beyond_all_time_does_not_come() {
    let semaphore = semaphore(0);
    let start = Instant::now();
    let soon = start + Duration::from_millis(20);
    assert_eq!(semaphore.take(Some(soon)).unwrap(), Some(Wake::Deadline));
    assert!(Instant::now() >= soon);
    let never = start + Duration::from_secs(1 << 61);
    thread::scope(|scope| {
        let taker = scope.spawn(|| semaphore.take(Some(never)).unwrap());
        semaphore.post();
        assert_eq!(taker.join().unwrap(), Some(Wake::Ready));
    });
}

#[test]
fn each_token_wakes_one_sleeper() {
    const TOKENS: usize = 100_000;
    let (there, back) = (semaphore(0), semaphore(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..TOKENS {
                there.take(None).unwrap();
                back.post();
            }
        });
        for _ in 0..TOKENS {
            there.post();
            back.take(None).unwrap();
        }
    });
    assert!(!there.try_take() && !back.try_take());
}

#[test]
fn a_full_count_stays_full() {
    let semaphore = semaphore(u32::MAX);
    semaphore.post();
    assert!(semaphore.try_take(), "one more made it empty");
}
