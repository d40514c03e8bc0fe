//! The files of a control group. Documentation/admin-guide/cgroup-v2.rst of the kernel describes them, and
//! Documentation/accounting/psi.rst those of pressure. A file that is not there gives `None`: which there are depends
//! on the kernel, and on the controllers that are switched on for the group.

use std::path::Path;

use crate::collect::CollectError;
use crate::collect::kernel_file::{FirstError, Place, read};

/// What stands for "no limit" in the place of a number.
const NO_LIMIT: &str = "max";

/// The one number of a file.
pub(super) fn value(directory: &Path, file: &str) -> Result<Option<f64>, CollectError> {
    let path = directory.join(file);
    let Some(text) = read(&path)? else { return Ok(None) };
    let place = Place { path: &path, line: 1 };
    match text.trim() {
        NO_LIMIT => Ok(None),
        number => place.number(number).map(Some),
    }
}

/// The numbers of a file of lines `KEY NUMBER`, in the order of `keys`.
pub(super) fn keyed<const N: usize>(
    directory: &Path,
    file: &str,
    keys: [&str; N],
    errors: &mut FirstError,
) -> [Option<f64>; N] {
    let path = directory.join(file);
    let mut values = [None; N];
    let text = errors.keep(read(&path)).unwrap_or_default();
    for (index, line) in text.lines().enumerate() {
        if let Some((key, number)) = line.split_once(' ')
            && let Some(wanted) = keys.iter().position(|wanted| *wanted == key)
        {
            values[wanted] = errors.keep(Place { path: &path, line: index + 1 }.number(number).map(Some));
        }
    }
    values
}

/// The limit of cpu.max in cores: its first number is the time that may be used in each period of its second.
pub(super) fn cpu_limit(directory: &Path) -> Result<Option<f64>, CollectError> {
    let path = directory.join("cpu.max");
    let Some(text) = read(&path)? else { return Ok(None) };
    let place = Place { path: &path, line: 1 };
    let text = text.trim();
    let (quota, period) = text.split_once(' ').ok_or_else(|| place.error("no period", text))?;
    if quota == NO_LIMIT {
        return Ok(None);
    }
    let (quota, period) = (place.number(quota)?, place.number(period)?);
    if period > 0.0 { Ok(Some(quota / period)) } else { Err(place.error("a period of 0", text)) }
}

/// The time in microseconds that some task had to wait for what `file` is about.
pub(super) fn pressure(directory: &Path, file: &str) -> Result<Option<f64>, CollectError> {
    let path = directory.join(file);
    let Some(text) = read(&path)? else { return Ok(None) };
    for (index, line) in text.lines().enumerate() {
        if let Some(fields) = line.strip_prefix("some ") {
            let place = Place { path: &path, line: index + 1 };
            let total = fields.split(' ').find_map(|field| field.strip_prefix("total="));
            return total
                .ok_or_else(|| place.error("no total", line))
                .and_then(|t| place.number(t))
                .map(Some);
        }
    }
    Ok(None)
}

/// Calls `each` with the number (`8:0`) of each device in io.stat, the bytes read from it and those written to it.
pub(super) fn io(directory: &Path, errors: &mut FirstError, mut each: impl FnMut(&str, f64, f64)) {
    let path = directory.join("io.stat");
    let text = errors.keep(read(&path)).unwrap_or_default();
    for (index, line) in text.lines().enumerate() {
        if let Some((number, read, written)) =
            errors.keep(device(line, Place { path: &path, line: index + 1 }))
        {
            each(number, read, written);
        }
    }
}

fn device<'a>(line: &'a str, place: Place<'_>) -> Result<Option<(&'a str, f64, f64)>, CollectError> {
    let (mut number, mut read, mut written) = (None, None, None);
    for field in line.split_ascii_whitespace() {
        match field.split_once('=') {
            Some(("rbytes", bytes)) => read = Some(place.number(bytes)?),
            Some(("wbytes", bytes)) => written = Some(place.number(bytes)?),
            Some(_) => {}
            // Older kernels leave out the line's end after a device without numbers; those that follow are the next
            // one's.
            None => number = Some(field),
        }
    }
    match (number, read, written) {
        (Some(number), Some(read), Some(written)) if is_number(number) => Ok(Some((number, read, written))),
        (Some(number), None, None) if is_number(number) => Ok(None),
        (None, None, None) => Ok(None),
        _ => Err(place.error("no device with its bytes", line)),
    }
}

/// Whether the text is `MAJOR:MINOR`; it becomes part of a path.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once(':').is_some_and(|(major, minor)| digits(major) && digits(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `device` makes of a line: the device and its bytes, or the error's words.
    type Told = Result<Option<(&'static str, f64, f64)>, &'static str>;

    #[test]
    fn reads_lines_of_io_stat() {
        let table: [(&str, Told); 8] = [
            (
                "8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0",
                Ok(Some(("8:16", 1_459_200.0, 314_773_504.0))),
            ),
            ("7:7 7:6 7:5 8:0 rbytes=10 wbytes=20 rios=1 wios=2", Ok(Some(("8:0", 10.0, 20.0)))),
            ("253:0 ", Ok(None)),
            ("", Ok(None)),
            ("8:0 rbytes=1 rios=1", Err("no device with its bytes")),
            ("rbytes=1 wbytes=2", Err("no device with its bytes")),
            ("../../etc rbytes=1 wbytes=2", Err("no device with its bytes")),
            ("8:0 rbytes=-1 wbytes=2", Err("no whole number")),
        ];
        for (line, expected) in table {
            let told = device(line, Place { path: Path::new("io.stat"), line: 1 });
            let told = told.map_err(|error| match error {
                CollectError::Form { what, .. } => what,
                other => panic!("{other}"),
            });
            assert_eq!(told, expected, "{line}");
        }
    }
}
