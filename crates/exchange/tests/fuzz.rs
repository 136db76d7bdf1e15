//! A fuzz harness for the stable toolchain: `cargo test -p carillon-exchange --test fuzz -- --seconds 600 [--seed N]`.
//!
//! Mutates the awkward files (bytes, pieces of structure, XML inside workbooks) and reads them with all kinds of options. Every input must end
//! without a panic, within bounded memory, with counts that add up, and the same way when it is read again from a cursor. A failing input is
//! written to the temporary folder, and its path told.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{Cursor as Bytes, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use carillon_exchange::{
    ContactFileError, Cursor, FormatChoice, ReadOptions, RejectedRow, Separator, check_contacts, inspect, read_contacts,
};

/// Memory over what was in use before an input: the rows read ahead, one row, the tables of the unpacker.
const MEMORY_MAX: usize = 24 << 20;

struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "the only way to see what memory an input takes is an allocator that counts")]
// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Pieces that mean something to one of the readers.
const PIECES: [&[u8]; 34] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"|",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\x1a",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc3",
    b"+14155550101",
    b"4.15E+12",
    b"phone",
    b"sep=;\n",
    b"=cmd|' /C calc'!A0",
    b"'+1",
    b"<row>",
    b"</row>",
    b"<c t=\"s\"><v>0</v></c>",
    b"<row r=\"1048577\"/>",
    b"<c r=\"XFD1\"><v>1</v></c>",
    b"&#x0;",
    b"&lol;",
    b"<![CDATA[",
    b"<!--",
    b"<!DOCTYPE a [<!ENTITY lol \"lol\">]>",
    b"1e308",
    b"-0",
    b"PK\x03\x04",
    b"_x0000_",
];

fn mutate(bytes: &mut Vec<u8>, random: &mut Random, others: &[Vec<u8>]) {
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(64)).min(bytes.len());
        match random.below(8) {
            0 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            1 => drop(bytes.splice(at..at, random.pick(&PIECES).iter().copied())),
            2 => drop(bytes.splice(at..end, random.pick(&PIECES).iter().copied())),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.truncate(at),
            5 => {
                let piece: Vec<u8> = bytes[at..end].repeat(1 + random.below(200));
                drop(bytes.splice(at..at, piece));
            }
            6 => {
                let other = random.pick(others);
                let from = random.below(other.len());
                drop(bytes.splice(at..end, other[from..].iter().copied().take(200)));
            }
            _ => {
                let piece = vec![*random.pick(b"a\"\n<,\x80"); random.below(100_000)];
                drop(bytes.splice(at..at, piece));
            }
        }
    }
    bytes.truncate(4 << 20);
}

/// The parts of a workbook, unpacked; nothing for other files.
fn parts(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = zip::ZipArchive::new(Bytes::new(bytes)).ok()?;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).ok()?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).ok()?;
        parts.push((file.name().ok()?.into_owned(), content));
    }
    Some(parts)
}

fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Bytes::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a name");
        writer.write_all(content).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

fn options(random: &mut Random) -> ReadOptions {
    let mut maybe = |chance: usize| random.below(4) < chance;
    let header = maybe(1).then(|| maybe(2));
    let encoding =
        maybe(1).then(|| (*random.pick(&["utf-16le", "windows-1252", "shift_jis", "utf-8", "nonsense"])).to_owned());
    let separator = (random.below(4) == 0).then(|| *random.pick(&Separator::ALL));
    let required = if random.below(4) == 0 { vec!["first_name".to_owned()] } else { Vec::new() };
    ReadOptions {
        default_country: random.pick(&["US", "DE", "", "IT"]).parse().ok(),
        format: FormatChoice { encoding, separator, header, sheet: None },
        mapping: None,
        required_variables: required,
        numbers_may_repeat: random.below(4) == 0,
        rows_before: 0,
    }
}

/// Everything that must hold for one input; gives how many contacts it held.
fn look_at(bytes: &[u8], options: &ReadOptions) -> u32 {
    let said = |error: &ContactFileError| {
        let text = error.to_string();
        assert!(text.len() < 2_000 && !text.chars().any(|ch| ch.is_control()), "unreadable words: {text:?}");
        assert!(!error.code().is_empty() && error.line() != Some(0) && error.column() != Some(0));
    };
    match inspect(Bytes::new(bytes), &options.format, None, options.default_country) {
        Ok(preview) => {
            assert!(preview.columns.iter().all(|column| column.samples.len() <= 3));
            let mapped = ReadOptions { mapping: Some(preview.suggested()), ..options.clone() };
            if let Err(error) = check_contacts(Bytes::new(bytes), mapped) {
                assert_ne!(error.code(), "mapping_field_twice", "a suggestion contradicts itself: {error}");
                said(&error);
            }
        }
        Err(error) => said(&error),
    }
    let check = match check_contacts(Bytes::new(bytes), options.clone()) {
        Ok(check) => check,
        Err(error) => {
            said(&error);
            return 0;
        }
    };
    let skipped: u32 = check.skipped_by_reason.values().sum();
    assert_eq!(check.callable + skipped, check.rows, "the sums add up");
    let rows: Vec<_> = read_contacts(Bytes::new(bytes), options.clone())
        .expect("was read")
        .map(|row| row.expect("was read"))
        .collect();
    assert_eq!(rows.len(), check.rows as usize);
    assert!(rows.iter().zip(1..).all(|(row, number)| row.row == number && row.line > 0));
    assert_eq!(rows.iter().filter_map(|row| RejectedRow::of(row, &[])).count(), skipped as usize);
    let half = Cursor { row: check.rows / 2, ..Cursor::default() };
    let mut resumed = read_contacts(Bytes::new(bytes), options.clone()).expect("was read");
    resumed.skip_to(half).expect("was read");
    assert!(
        resumed.map(|row| row.expect("was read")).eq(rows.into_iter().skip(half.row as usize)),
        "resumed in the middle"
    );
    check.rows
}

fn argument(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).and_then(|value| value.parse().ok())
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/awkward");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension != "expected"));
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("reads")).filter(|bytes| !bytes.is_empty()).collect()
}

#[expect(clippy::print_stdout, reason = "a harness tells what it did")]
fn main() {
    // `cargo test -- --list` and filters are for other tests.
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let seconds = argument("--seconds").unwrap_or(3);
    let seed = argument("--seed").unwrap_or(1);
    let mut random = Random(seed);
    let corpus = corpus();
    let (begun, mut inputs, mut contacts, mut most) = (Instant::now(), 0u64, 0u64, 0);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let mut bytes = random.pick(&corpus).clone();
        match parts(&bytes) {
            Some(mut parts) if random.below(4) > 0 => {
                let part = random.below(parts.len());
                mutate(&mut parts[part].1, &mut random, &corpus);
                bytes = packed(&parts);
            }
            _ => mutate(&mut bytes, &mut random, &corpus),
        }
        let options = options(&mut random);
        let before = IN_USE.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let looked = catch_unwind(AssertUnwindSafe(|| look_at(&bytes, &options)));
        let taken = PEAK.load(Ordering::Relaxed).saturating_sub(before);
        most = most.max(taken);
        if looked.is_err() || taken > MEMORY_MAX {
            let path = std::env::temp_dir().join(format!("carillon-fuzz-{seed}-{inputs}"));
            std::fs::write(&path, &bytes).expect("the temporary folder takes it");
            println!("input {inputs} of seed {seed} failed ({taken} bytes taken): {} with {options:?}", path.display());
            std::process::exit(1);
        }
        contacts += u64::from(looked.unwrap_or(0));
        inputs += 1;
    }
    assert!(inputs > 0 && contacts > 0, "nothing was read");
    println!("fuzz: {inputs} inputs, {contacts} contacts, at most {most} bytes at once, no finding (seed {seed})");
}
