//! What a program writes to a stream, kept as it comes, and waited for.

use std::fmt::Display;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::PATIENCE;

/// What a program writes to a stream, kept as it comes.
pub(crate) struct Kept {
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    ended: bool,
}

impl Kept {
    /// Keeps what comes from `stream`; without a stream there is nothing to wait for.
    pub(crate) fn of(stream: Option<impl Read + Send + 'static>) -> Kept {
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        match stream {
            None => state.0.lock().unwrap().ended = true,
            Some(stream) => {
                let state = Arc::clone(&state);
                thread::spawn(move || keep(stream, &state));
            }
        }
        Kept { state }
    }

    /// Waits until what was written is enough; the failure shows `running` if it never is.
    pub(crate) fn wait(&self, running: &impl Display, mut enough: impl FnMut(&[u8]) -> bool) {
        let (state, changed) = &*self.state;
        let state = state.lock().unwrap();
        let (state, result) = changed
            .wait_timeout_while(state, PATIENCE, |state| !state.ended && !enough(&state.bytes))
            .unwrap();
        let met = enough(&state.bytes);
        drop(state);
        assert!(
            met,
            "it did not write what was waited for (timed out: {})\n{running}",
            result.timed_out()
        );
    }

    /// Waits until no process can write any more.
    pub(crate) fn wait_for_end(&self, running: &impl Display) {
        let (state, changed) = &*self.state;
        let guard = state.lock().unwrap();
        let (guard, result) =
            changed.wait_timeout_while(guard, PATIENCE, |state| !state.ended).unwrap();
        drop(guard);
        assert!(!result.timed_out(), "somebody still holds its output open\n{running}");
    }

    /// What was written so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.state.0.lock().unwrap().bytes).into_owned()
    }
}

fn keep(mut stream: impl Read, state: &(Mutex<State>, Condvar)) {
    let mut buffer = [0; 64 * 1024];
    loop {
        let count = stream.read(&mut buffer).unwrap_or(0);
        let mut kept = state.0.lock().unwrap();
        kept.bytes.extend_from_slice(&buffer[..count]);
        kept.ended = count == 0;
        state.1.notify_all();
        if count == 0 {
            return;
        }
    }
}
