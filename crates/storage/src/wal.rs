//! Whether what SQLite wrote lately is all there. A bit that flips in a write-ahead log (WAL) makes SQLite take the log as
//! ending there, without a word: right after a power loss, but here it would lose what was acknowledged in silence.
//!
//! The format: <https://www.sqlite.org/fileformat2.html#walformat>.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The first word of a log; its lowest bit says whether the words of checksums are big endian.
const MAGIC: u32 = 0x377f_0682;

/// The log beside a database.
fn beside(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

/// Looks at the log of a database that nobody has open. When frames follow one that is damaged, SQLite is about to drop them:
/// then the log is copied, and the answer says where to, and how many frames are lost. A damaged last frame is what a killed
/// process may leave of a transaction that it did not finish.
pub(crate) fn keep_if_damaged(file: &Path) -> io::Result<Option<(PathBuf, u64)>> {
    let wal = beside(file);
    let lost = match File::open(&wal) {
        Ok(opened) => lost_frames(BufReader::with_capacity(1 << 20, opened))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    if lost == 0 {
        return Ok(None);
    }
    for number in 1_u32.. {
        let mut aside = wal.as_os_str().to_owned();
        aside.push(format!(".damaged-{number}"));
        let aside = PathBuf::from(aside);
        if !aside.try_exists()? {
            std::fs::copy(&wal, &aside)?;
            return Ok(Some((aside, lost)));
        }
    }
    Ok(None)
}

/// The frames of this log, not of an earlier one whose place it takes, from the first damaged one on; none when that is
/// the last one.
fn lost_frames(mut wal: impl Read) -> io::Result<u64> {
    let mut header = [0; HEADER];
    if !fill(&mut wal, &mut header)? {
        return Ok(0);
    }
    let word = |bytes: &[u8], at: usize| {
        bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_be_bytes)
    };
    let (magic, page) = (word(&header, 0), word(&header, 8) as usize);
    let big_endian = magic & 1 == 1;
    let mut sum = checksum((0, 0), &header[..24], big_endian);
    if magic & !1 != MAGIC || !(512..=65_536).contains(&page) || sum != (word(&header, 24), word(&header, 28))
    {
        // It is written at once, before the first frame: nobody knows how many there were.
        return Ok(1);
    }
    let salts = header[16..24].to_vec();
    let mut damaged = false;
    let mut frame = vec![0; FRAME_HEADER + page];
    let mut followers = 0;
    while fill(&mut wal, &mut frame)? {
        if frame[8..16] != salts {
            // The rest is of an earlier log, unless this frame's own salts are what was damaged.
            damaged = true;
        } else if damaged {
            followers += 1;
        } else {
            sum = checksum(checksum(sum, &frame[..8], big_endian), &frame[FRAME_HEADER..], big_endian);
            damaged = sum != (word(&frame, 16), word(&frame, 20));
        }
    }
    Ok(if followers > 0 { followers + 1 } else { 0 })
}

/// Fills the buffer; `false` when the end comes before.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match input.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// SQLite's: two sums over words of 32 bits.
fn checksum((mut one, mut other): (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    let word = |bytes: &[u8]| {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    };
    for pair in bytes.chunks_exact(8) {
        one = one.wrapping_add(word(&pair[..4])).wrapping_add(other);
        other = other.wrapping_add(word(&pair[4..])).wrapping_add(one);
    }
    (one, other)
}
