//! A ring in shared memory and its semaphores, on a machine that tries every order of events.
//!
//! [loom](https://docs.rs/loom) runs the same two processes again and again. Each time another one goes
//! on at some point, or a load finds an older value that the memory model allows, as far as loom knows
//! that, until all has been tried. For that, whatever the processes share must be loom's: so this package compiles the
//! sources of `stage` once more, as they are, around modules of its own.
//!
//! | from `stage` | its own |
//! |---|---|
//! | `ring::reader`, `ring::writer`, `ring::drain`, `ring::protocol` | `ring::memory`: two slots of four bytes |
//! | `process::semaphore` | `process::futex`: who sleeps, and who is woken |
//! | `transport::piece`, `process::clock` | `transport::peer`: the kernel's locks; `process::wait`: sleeping |
//!
//! The bound is that of [`exploration`]: two slots, three or four lines, two interruptions, of which a
//! death is one. What the programs' own modules do in these places (mmap, fcntl, ppoll) is not tried here, and
//! neither is a peer that breaks the rules: `stage` has tests for both. Of the ring's functions, those
//! that make or recognise one are left out, since there is nobody else yet, and the launcher's
//! `Keeper::has_unread`: it only reads, and its answer may be old before it is used.
//!
//! [`exploration`] tries every order of a run, and [`execution`] is one run; `sides` is what its
//! processes do, `life` how one is killed, `time` how a deadline passes.

mod current;
pub mod execution;
pub mod exploration;
mod life;
mod process;
mod sides;
mod stream;
mod time;
