//! The sample employee and the sample contacts of a fresh install.

use std::fmt::Write as _;

use carillon_domain::employee::Employee;
use carillon_store::EmployeeVersion;

use super::context::{Context, WORKSPACE};
use crate::error::{CliError, Exit, OrFail};

/// The employee of that name; the sample employee, made when missing, unless a name is given.
pub async fn employee(context: &Context, name: Option<&str>) -> Result<(Employee, EmployeeVersion), CliError> {
    let sample = Employee::sample();
    let wanted = name.unwrap_or(&sample.name);
    if let Some(found) = context.store.employee_by_name(WORKSPACE, wanted).await.or_fail("database")? {
        return Ok((found.employee, found.version));
    }
    if name.is_some_and(|name| name != sample.name) {
        return Err(CliError::new(
            Exit::NotFound,
            "employee_not_found",
            format!("There is no AI employee \"{wanted}\"."),
        )
        .next("Without --employee the sample employee calls."));
    }
    let version = context.store.employee_put(WORKSPACE, &sample, context.clock.now()).await.or_fail("database")?;
    Ok((sample, version))
}

const FIRST_NAMES: [&str; 40] = [
    "Ada", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Henry", "Iris", "Jack", "Karen", "Leo", "Maria", "Noah",
    "Olivia", "Paul", "Quinn", "Rosa", "Samuel", "Tara", "Umar", "Vera", "William", "Xenia", "Yusuf", "Zoe", "Amir",
    "Bella", "Carlos", "Diana", "Ethan", "Fiona", "George", "Hannah", "Ivan", "Julia", "Kevin", "Laura", "Martin",
    "Nina",
];
const LAST_NAMES: [&str; 23] = [
    "Adams", "Baker", "Clark", "Diaz", "Evans", "Foster", "Garcia", "Hughes", "Irwin", "Jones", "King", "Lopez",
    "Moore", "Nelson", "Owens", "Price", "Reed", "Stone", "Turner", "Usman", "Vance", "Walsh", "Young",
];
const PRODUCTS: [&str; 5] = ["check-up", "delivery", "consultation", "inspection", "haircut"];
/// Area codes of the sample numbers. Each has its 100 numbers 555-0100 to 0199, which are kept free for fiction.
const AREA_CODES: [u16; 100] = area_codes();

const fn area_codes() -> [u16; 100] {
    let mut codes = [0; 100];
    let mut n = 0;
    let mut code = 201;
    while n < codes.len() {
        // N11 codes are services, and x55, x00 and x37, x96 are kept apart in the numbering plan.
        if code % 100 != 11
            && code % 100 != 0
            && code % 100 != 55
            && code / 10 % 10 != 9
            && code / 10 != 37
            && code / 10 != 96
        {
            codes[n] = code;
            n += 1;
        }
        code += 1;
    }
    codes
}

/// A contact file of `count` sample contacts (at most 10,000), with a few rows of the kind that real files have: an empty number, one
/// mangled by a spreadsheet, a duplicate.
pub fn contacts_csv(count: u32) -> String {
    let mut csv = String::from("first_name,last_name,phone,appointment\n");
    for n in 0..count as usize {
        let (first, last) = (FIRST_NAMES[n * 7 % FIRST_NAMES.len()], LAST_NAMES[n * 5 % LAST_NAMES.len()]);
        let phone = match n {
            33 => "4.15555E+09".to_owned(),
            57 => String::new(),
            81 => number(12),
            _ => number(n),
        };
        // Writing to a String cannot fail.
        if writeln!(csv, "{first},{last},{phone},{}", PRODUCTS[n % PRODUCTS.len()]).is_err() {
            break;
        }
    }
    csv
}

/// `+1 415 555 0123`; the last two digits run through all personas.
fn number(n: usize) -> String {
    format!("+1{}55501{:02}", AREA_CODES[n / 100 % 100], n % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_exchange::{ReadOptions, check_contacts};

    #[test]
    fn sample_numbers_are_kept_for_fiction_and_all_but_three_can_be_called() {
        let csv = contacts_csv(10_000);
        let check = check_contacts(std::io::Cursor::new(csv.as_bytes()), ReadOptions::default()).expect("reads");
        assert_eq!((check.rows, check.callable), (10_000, 9_997), "{:?}", check.skipped);
        assert!(
            csv.lines()
                .skip(1)
                .filter_map(|line| line.split(',').nth(2))
                .filter(|n| n.starts_with('+'))
                .all(|n| n[5..].starts_with("55501") && n.len() == 12)
        );
    }
}
