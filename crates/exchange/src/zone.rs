//! Time zones by their IANA names.

/// The zone's name as the database spells it; `None` when there is no such zone.
pub(crate) fn known(name: &str) -> Option<String> {
    let name = name.trim();
    if name.len() > 64 || !name.contains('/') && !name.eq_ignore_ascii_case("utc") {
        return None;
    }
    let zone = jiff::tz::TimeZone::get(name).ok()?;
    zone.iana_name().map(str::to_owned)
}
