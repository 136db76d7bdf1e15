//! How fast phone numbers are read: `cargo run --release -p carillon-domain --example phone_speed`.

use std::time::Instant;

use carillon_domain::PhoneNumber;

#[expect(clippy::print_stdout, reason = "an example shows its figures")]
#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn main() {
    let us = "US".parse().ok();
    // Spread over all area codes and many ranges.
    let mixed = |n: u64| n.wrapping_mul(2_654_435_761) % 10_000_000_000;
    let american = |n: u64| {
        let n = mixed(n);
        format!("({}) {}-{:04}", 200 + n % 800, 200 + n / 800 % 800, n / 640_000 % 10_000)
    };
    let abroad = |n: u64| match n % 4 {
        0 => format!("+49151{:08}", mixed(n) % 100_000_000),
        1 => format!("+4420{:08}", mixed(n) % 100_000_000),
        2 => format!("0048{:09}", 500_000_000 + mixed(n) % 99_999_999),
        _ => format!("0033{:09}", 600_000_000 + mixed(n) % 99_999_999),
    };
    let files: [(&str, Vec<String>); 2] = [
        (
            "seven of ten in North America",
            (0..1_000_000).map(|n| if n % 10 < 7 { american(n) } else { abroad(n) }).collect(),
        ),
        ("all in Europe", (0..1_000_000).map(abroad).collect()),
    ];
    for (name, texts) in files {
        let begun = Instant::now();
        let taken = texts.iter().filter(|text| PhoneNumber::parse(text, us).is_ok()).count();
        let seconds = begun.elapsed().as_secs_f64();
        println!("{name}: {} numbers, {taken} taken, {seconds:.2} s, so {seconds:.2} µs each", texts.len());
    }
}
