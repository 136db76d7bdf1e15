//! Names of files that people download.

use carillon_domain::Timestamp;

/// Characters of a campaign's name that its file's name takes over.
const NAME_CHARS_MAX: usize = 60;

/// `march-renewals-2026-11-24.csv`: letters and digits of any script in lower case, all else as one `-`, and the day in UTC.
pub fn export_file_name(campaign: &str, at: Timestamp, extension: &str) -> String {
    let mut name = String::new();
    for ch in campaign.chars().take(NAME_CHARS_MAX).flat_map(char::to_lowercase) {
        if ch.is_alphanumeric() {
            name.push(ch);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { "campaign" } else { name };
    let day: String = at.to_string().chars().take(10).collect();
    format!("{name}-{day}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_keep_their_script() {
        let name = |campaign: &str| export_file_name(campaign, Timestamp::from_secs(1_790_000_000), "csv");
        assert_eq!(name("March renewals"), "march-renewals-2026-09-21.csv");
        assert_eq!(name("../Größe \"x\"/"), "größe-x-2026-09-21.csv");
        assert_eq!(name("Кампания 1"), "кампания-1-2026-09-21.csv");
        assert_eq!(name("///"), "campaign-2026-09-21.csv");
    }
}
