//! What the rules cost: `cargo run --release -p carillon-domain --example rules_speed`.

use std::hint::black_box;
use std::time::Instant;

use carillon_domain::policy::{
    AmbiguousZones, CallerIdPool, CallerIdRecord, CallingWindow, ContactZones, Money, NumberHistory, NumberLimits,
    Tariff, TariffRow, Zone, choose_caller_id, may_call, zones_of_number,
};
use carillon_domain::{PhoneNumber, Timestamp};

#[expect(clippy::print_stdout, reason = "an example shows its figures")]
#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn measure(name: &str, times: u32, mut run: impl FnMut(u32)) {
    let begun = Instant::now();
    (0..times).for_each(&mut run);
    println!("{name}: {:.2} µs", begun.elapsed().as_secs_f64() * 1e6 / f64::from(times));
}

fn number(digits: i64) -> PhoneNumber {
    PhoneNumber::from_digits(digits).expect("fits")
}

fn main() {
    let now = |n: u32| Timestamp::from_secs(1_790_000_000 + i64::from(n) * 613);
    let spread = |n: u32| i64::from(n.wrapping_mul(2_654_435_761) % 8_000_000);
    measure("first look-up of a zone (reads the table)", 1, |_| {
        black_box(zones_of_number(number(14_155_550_123)));
    });
    measure("zones of a number of North America", 100_000, |n| {
        black_box(zones_of_number(number(12_000_000_000 + spread(n) * 1_000)));
    });
    measure("zones of a German number", 100_000, |n| {
        black_box(zones_of_number(number(4_930_000_000 + spread(n))));
    });
    measure("zones of a Russian number (its kind is asked)", 20_000, |n| {
        black_box(zones_of_number(number(79_120_000_000 + spread(n))));
    });
    let window = CallingWindow { ambiguous: AmbiguousZones::AllOpen, ..CallingWindow::default() };
    let berlin = ContactZones::from_key("Europe/Berlin");
    measure("hours made ready for one zone", 100_000, |_| {
        black_box(window.hours_for(&berlin)).ok();
    });
    let hours = window.hours_for(&berlin).expect("zone");
    measure("open now?", 1_000_000, |n| {
        black_box(hours.is_open(now(n)));
    });
    measure("opens next, closes next", 100_000, |n| {
        black_box((hours.opens(now(n)), hours.closes(now(n))));
    });
    let freephone = window.hours_for(&ContactZones::of(None, number(18_005_550_123))).expect("zones");
    measure("opens next in all zones of +1", 100, |n| {
        black_box(freephone.opens(now(n)));
    });
    let short = CallingWindow { hours: "mon-fri 09:00-11:00".parse().expect("hours"), ..window.clone() };
    let never = short.hours_for(&ContactZones::of(None, number(18_005_550_123))).expect("zones");
    measure("found never to open in all zones of +1", 5, |n| {
        black_box(never.opens(now(n)));
    });
    let zone = Zone::named("Europe/Berlin").expect("zone");
    let history = NumberHistory::default().with_call(&zone, now(0));
    measure("limits of a number", 1_000_000, |n| {
        black_box(may_call(&history, &NumberLimits::default(), &zone, now(n)));
    });
    let numbers: Vec<PhoneNumber> = (0..100).map(|n| number(12_125_550_100 + n * 10_000_019)).collect();
    let records: Vec<CallerIdRecord> = numbers.iter().map(|&number| CallerIdRecord::unused(number)).collect();
    let pool = CallerIdPool { numbers, ..CallerIdPool::default() };
    measure("a caller ID of 100", 10_000, |n| {
        black_box(choose_caller_id(&pool, &records, number(12_000_000_000 + spread(n) * 1_000), None, now(n)));
    });
    let price = |prefix: i64| TariffRow {
        prefix: prefix.to_string(),
        per_minute: Money::from_thousandths(prefix),
        first_s: 60,
        next_s: 1,
    };
    let tariff = Tariff { rows: (1_000..6_000).map(price).collect() };
    let index = tariff.index();
    measure("the price of a number of 5,000 prefixes", 1_000_000, |n| {
        black_box(index.row(number(12_000_000_000 + spread(n) * 1_000)));
    });
}
