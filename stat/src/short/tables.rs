//! Tables of counters.

/// Zeros; only pages that are touched take room.
pub(crate) fn zeros<T: Clone + Copy + Default, const COUNT: usize>() -> Box<[T; COUNT]> {
    let zeros = vec![T::default(); COUNT].into_boxed_slice();
    // The length is right by construction.
    zeros.try_into().unwrap_or_else(|_| Box::new([T::default(); COUNT]))
}
