use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::StorageError;

/// Where systems give out bytes that nobody can guess.
const SOURCE: &str = "/dev/urandom";

/// Bytes that nobody can guess: for keys, and for uids that are as good as a key.
///
/// # Errors
///
/// The system gives none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], StorageError> {
    let mut bytes = [0; N];
    File::open(SOURCE)
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(|error| StorageError::not_writable(Path::new(SOURCE), &error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_the_same_twice() {
        assert_ne!(random_bytes::<16>().unwrap(), random_bytes::<16>().unwrap());
    }
}
