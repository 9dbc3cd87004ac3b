//! What each run has anew, and its processes come by without being handed it: in the real world, by a
//! descriptor or by asking the kernel.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

/// Something of the present run, if it has it. (All of loom's threads are one thread of the system's.)
pub(crate) type Current<T> = RefCell<Option<Rc<T>>>;

/// What the present run has.
pub(crate) fn get<T>(key: &'static LocalKey<Current<T>>) -> Option<Rc<T>> {
    key.with_borrow(Option::clone)
}
