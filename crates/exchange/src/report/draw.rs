//! The report's sections, from top to bottom.

use carillon_domain::{CallResult, ContactStatus};
use jiff::tz::TimeZone;

use super::paper::{
    ACCENT, BODY, Color, HEIGHT, INK, INNER, LINE, MARGIN, MUTED, Mark, Paper, SMALL, STRONG, Style, WIDTH,
    check_fonts, fitted, width,
};
use super::words::{axis_top, duration, number, share, time};
use super::{CONVERSATIONS_MAX, Report, ReportConversation};
use crate::ExportError;

const GREEN: Color = [46, 125, 79];
const AMBER: Color = [176, 120, 22];
const RED: Color = [180, 58, 52];
const SLATE: Color = [126, 136, 148];
const VIOLET: Color = [112, 88, 160];
/// Turns shown of a conversation.
const TURNS: usize = 12;

pub(super) fn draw(report: &Report) -> Result<Vec<Vec<Mark>>, ExportError> {
    check_fonts()?;
    let zone = TimeZone::get(&report.zone).map_err(|_| ExportError::UnknownZone(report.zone.clone()))?;
    let mut paper = Paper::new();
    header(&mut paper, report, &zone);
    figures(&mut paper, report);
    statuses(&mut paper, report);
    outcomes(&mut paper, report);
    over_time(&mut paper, report, &zone);
    failures(&mut paper, report);
    conversations(&mut paper, report, &zone);
    if !report.notes.trim().is_empty() {
        paper.heading("Notes", 20.0);
        report.notes.lines().for_each(|line| paper.paragraph(MARGIN, BODY, line));
    }
    method(&mut paper, report, &zone);
    footers(&mut paper, report, &zone);
    Ok(paper.sheets)
}

fn header(paper: &mut Paper, report: &Report, zone: &TimeZone) {
    let campaign = &report.summary.campaign;
    paper.rect(0.0, 0.0, WIDTH, 7.0, ACCENT);
    paper.text(MARGIN, paper.y, Style { size: 9.0, bold: true, color: ACCENT }, "CAMPAIGN REPORT");
    paper.y += 30.0;
    let title = Style { size: 24.0, bold: true, color: INK };
    let name = fitted(&campaign.name, title, INNER);
    paper.text(MARGIN, paper.y, title, &name);
    paper.y += 22.0;
    let called_by = format!("{} · called by {}", campaign.status.label(), report.employee);
    paper.text(MARGIN, paper.y, BODY, &called_by);
    paper.y += 15.0;
    let clock = "%-d %B %Y, %H:%M";
    let period = match (report.first_call_at, report.last_end_at) {
        (Some(first), Some(last)) => {
            format!("{} to {} ({})", time(first, zone, clock), time(last, zone, clock), report.zone)
        }
        (Some(first), None) => format!("since {} ({})", time(first, zone, clock), report.zone),
        _ => "no calls yet".to_owned(),
    };
    paper.text(MARGIN, paper.y, Style { color: MUTED, ..BODY }, &period);
    paper.y += 20.0;
    if let Some(read) = report.read {
        let words = format!(
            "The campaign was running while this report was made: its rows were read from {} to {}.",
            time(read.from, zone, "%H:%M:%S"),
            time(read.to, zone, "%H:%M:%S")
        );
        paper.text(MARGIN, paper.y, Style { color: AMBER, bold: true, size: 8.5 }, &words);
        paper.y += 14.0;
    }
}

fn result(report: &Report, result: CallResult) -> i64 {
    report.summary.results.get(&result).copied().unwrap_or(0)
}

/// Six large figures, each with its definition.
fn figures(paper: &mut Paper, report: &Report) {
    let counts = &report.summary.counts;
    let completed = counts.by_status.get(ContactStatus::Completed);
    let skipped = counts.by_status.get(ContactStatus::Skipped);
    let processed = completed + counts.by_status.get(ContactStatus::Failed) + skipped;
    let success = result(report, CallResult::Success) + result(report, CallResult::Transferred);
    let span = report.first_call_at.zip(report.last_end_at).map(|(first, last)| last.since(first).as_millis());
    let span = span.and_then(|ms| u64::try_from(ms).ok());
    let by_person = CallResult::ALL.iter().filter(|r| r.answered_by_person()).map(|r| result(report, *r)).sum();
    let average = if report.answered > 0 { report.talk_ms / report.answered.unsigned_abs() } else { 0 };
    let figures = [
        (number(processed), "Contacts processed", format!("of {}; {} skipped", number(counts.total), number(skipped))),
        (share(success, completed), "Success rate", "of completed contacts".to_owned()),
        (share(by_person, completed), "Answer rate", "by a person, of completed".to_owned()),
        (number(report.calls), "Calls placed", format!("{} answered", number(report.answered))),
        (duration(report.talk_ms), "Time talked", format!("{} on average", duration(average))),
        (
            span.map_or("–".to_owned(), duration),
            "Duration",
            if report.paused_ms > 0 {
                format!("first call to last end, {} paused", duration(report.paused_ms))
            } else {
                "first call to last end".to_owned()
            },
        ),
    ];
    let wide = (INNER - 2.0 * 12.0) / 3.0;
    for (place, (value, name, detail)) in figures.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "six places")]
        let (column, line) = ((place % 3) as f32, (place / 3) as f32);
        let (x, y) = (MARGIN + column * (wide + 12.0), paper.y + line * 72.0);
        paper.rect(x, y, wide, 62.0, [245, 247, 250]);
        paper.rect(x, y, 2.5, 62.0, ACCENT);
        paper.text(x + 12.0, y + 15.0, SMALL, name);
        paper.text(x + 12.0, y + 37.0, Style { size: 18.0, bold: true, color: INK }, value);
        let detail = fitted(detail, SMALL, wide - 20.0);
        paper.text(x + 12.0, y + 53.0, SMALL, &detail);
    }
    paper.y += 144.0;
}

fn status_color(status: ContactStatus) -> Color {
    match status {
        ContactStatus::Pending => [178, 186, 196],
        ContactStatus::InProgress => ACCENT,
        ContactStatus::Completed => GREEN,
        ContactStatus::Failed => RED,
        ContactStatus::Skipped => AMBER,
        ContactStatus::Canceled => SLATE,
    }
}

/// One bar of all contacts, and its legend.
fn statuses(paper: &mut Paper, report: &Report) {
    paper.heading("Contacts by status", 70.0);
    let counts = &report.summary.counts;
    let mut x = MARGIN;
    for status in ContactStatus::ALL {
        let wide = INNER * part(counts.by_status.get(*status), counts.total);
        paper.rect(x, paper.y, (wide - 1.0).max(0.0), 14.0, status_color(*status));
        x += wide;
    }
    paper.y += 30.0;
    for (place, status) in ContactStatus::ALL.iter().enumerate() {
        let count = counts.by_status.get(*status);
        #[expect(clippy::cast_precision_loss, reason = "six places")]
        let (column, line) = ((place % 3) as f32, (place / 3) as f32);
        let (x, y) = (MARGIN + column * INNER / 3.0, paper.y + line * 16.0);
        paper.rect(x, y - 7.0, 8.0, 8.0, status_color(*status));
        paper.text(x + 14.0, y, BODY, status.label());
        paper.text_right(x + 118.0, y, STRONG, &number(count));
        paper.text(x + 124.0, y, SMALL, &share(count, counts.total));
    }
    paper.y += 32.0;
    let total = format!("Total {}: the six add up to it.", number(counts.total));
    paper.text(MARGIN, paper.y, SMALL, &total);
    paper.y += 6.0;
}

#[expect(clippy::cast_precision_loss, reason = "lengths on paper")]
fn part(count: i64, of: i64) -> f32 {
    if of <= 0 { 0.0 } else { (count as f64 / of as f64) as f32 }
}

fn result_color(result: CallResult) -> Color {
    match result {
        CallResult::Success | CallResult::Transferred => GREEN,
        CallResult::Callback => ACCENT,
        CallResult::Voicemail => VIOLET,
        CallResult::OptedOut | CallResult::Declined => AMBER,
        _ => SLATE,
    }
}

/// A bar for each result of completed contacts.
fn outcomes(paper: &mut Paper, report: &Report) {
    let completed = report.summary.counts.by_status.get(ContactStatus::Completed);
    paper.heading("Completed contacts by result", 60.0);
    let rows: Vec<(&str, i64, Color)> =
        report.summary.results.iter().map(|(result, count)| (result.label(), *count, result_color(*result))).collect();
    if rows.is_empty() {
        paper.paragraph(MARGIN, Style { color: MUTED, ..BODY }, "No contact is completed yet.");
    }
    bars(paper, &rows, completed);
}

fn bars(paper: &mut Paper, rows: &[(&str, i64, Color)], of: i64) {
    let most = rows.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let widest = rows.iter().map(|(name, ..)| width(name, BODY)).fold(0.0, f32::max);
    let label = (widest + 12.0).clamp(128.0, INNER / 2.0);
    let room = INNER - label - 118.0;
    for (name, count, color) in rows {
        paper.need(17.0);
        let y = paper.y + 11.0;
        let name = fitted(name, BODY, label - 8.0);
        paper.text(MARGIN, y, BODY, &name);
        paper.rect(MARGIN + label, paper.y + 2.5, room, 11.0, [243, 245, 248]);
        paper.rect(MARGIN + label, paper.y + 2.5, room * part(*count, most), 11.0, *color);
        paper.text_right(WIDTH - MARGIN - 50.0, y, STRONG, &number(*count));
        paper.text_right(WIDTH - MARGIN, y, Style { color: MUTED, ..BODY }, &share(*count, of));
        paper.y += 17.0;
    }
}

/// Columns of calls, the answered part of each darker.
fn over_time(paper: &mut Paper, report: &Report, zone: &TimeZone) {
    if report.buckets.is_empty() {
        return;
    }
    const TALL: f32 = 84.0;
    paper.heading("Calls over time", TALL + 38.0);
    let most = axis_top(report.buckets.iter().map(|bucket| bucket.calls).max().unwrap_or(0));
    let axis = 36.0;
    let (left, room) = (MARGIN + axis, INNER - axis);
    let foot = paper.y + TALL;
    for quarter in [0.0, 0.5, 1.0] {
        let y = foot - TALL * quarter;
        paper.rect(left, y, room, 0.5, LINE);
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a label of an axis")]
        let value = (most as f32 * quarter).round() as i64;
        paper.text_right(left - 6.0, y + 3.0, SMALL, &number(value));
    }
    #[expect(clippy::cast_precision_loss, reason = "lengths on paper")]
    let step = room / report.buckets.len() as f32;
    let labels = 8.min(report.buckets.len());
    let every = report.buckets.len().div_ceil(labels);
    let format = if report.bucket_seconds >= 86_400 { "%-d %b" } else { "%-d %b %H:%M" };
    let mut free_from = 0.0;
    for (place, bucket) in report.buckets.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "lengths on paper")]
        let x = left + step * place as f32;
        let wide = (step * 0.78).min(34.0);
        for (count, color) in [(bucket.calls, [186, 203, 228]), (bucket.answered, ACCENT)] {
            let high = TALL * part(count, most);
            paper.rect(x + (step - wide) / 2.0, foot - high, wide, high, color);
        }
        let label = time(bucket.from, zone, format);
        if place % every == 0 && x >= free_from {
            let end = (x + width(&label, SMALL)).min(WIDTH - MARGIN);
            paper.text(end - width(&label, SMALL), foot + 12.0, SMALL, &label);
            free_from = end + 8.0;
        }
    }
    let y = foot + 28.0;
    paper.rect(left, y - 7.0, 8.0, 8.0, [186, 203, 228]);
    paper.text(left + 13.0, y, SMALL, "calls placed");
    paper.rect(left + 80.0, y - 7.0, 8.0, 8.0, ACCENT);
    let per = format!("of them answered; a column is {}", duration(u64::from(report.bucket_seconds) * 1_000));
    paper.text(left + 93.0, y, SMALL, &per);
    paper.y = y + 6.0;
}

fn failures(paper: &mut Paper, report: &Report) {
    let failed = report.summary.counts.by_status.get(ContactStatus::Failed);
    paper.heading("Why contacts failed", 40.0);
    if report.causes.is_empty() {
        paper.paragraph(MARGIN, Style { color: MUTED, ..BODY }, "No contact failed.");
    }
    for cause in &report.causes {
        paper.need(34.0);
        let y = paper.y + 10.0;
        paper.text(MARGIN, y, STRONG, &fitted(&cause.title, STRONG, INNER - 120.0));
        paper.text_right(WIDTH - MARGIN - 50.0, y, STRONG, &number(cause.contacts));
        paper.text_right(WIDTH - MARGIN, y, Style { color: MUTED, ..BODY }, &share(cause.contacts, failed));
        paper.y += 14.0;
        paper.paragraph(MARGIN, SMALL, &cause.advice);
        paper.y += 6.0;
    }
    let skipped = report.summary.counts.by_status.get(ContactStatus::Skipped);
    if !report.skipped.is_empty() {
        paper.heading("Why contacts were skipped", 40.0);
        let mut rows: Vec<(&str, i64, Color)> =
            report.skipped.iter().map(|(reason, count)| (reason.label(), *count, AMBER)).collect();
        rows.sort_by_key(|(_, count, _)| -count);
        bars(paper, &rows, skipped);
    }
}

fn conversations(paper: &mut Paper, report: &Report, zone: &TimeZone) {
    if report.conversations.is_empty() {
        return;
    }
    paper.heading("Sample conversations", 70.0);
    if report.conversations.iter().flat_map(|talk| &talk.turns).any(|turn| turn.text.is_none()) {
        let words = "Where it says \"spoke\" no words were made of the contact's voice; the recording has them.";
        paper.paragraph(MARGIN, SMALL, words);
        paper.y += 4.0;
    }
    for talk in report.conversations.iter().take(CONVERSATIONS_MAX) {
        conversation(paper, report, talk, zone);
    }
}

fn conversation(paper: &mut Paper, report: &Report, talk: &ReportConversation, zone: &TimeZone) {
    paper.need(58.0);
    let y = paper.y + 10.0;
    paper.text(MARGIN, y, STRONG, &fitted(&talk.contact, STRONG, INNER / 2.0));
    let about =
        format!("{} · {} · {}", talk.result.label(), duration(talk.talk_ms), time(talk.at, zone, "%-d %b %Y, %H:%M"));
    paper.text_right(WIDTH - MARGIN, y, SMALL, &about);
    paper.y += 17.0;
    let unwritten = Style { color: MUTED, ..BODY };
    for turn in talk.turns.iter().take(TURNS) {
        let speaker = if turn.employee { report.employee.as_str() } else { "Contact" };
        let color = if turn.employee { ACCENT } else { MUTED };
        paper.need(14.0);
        let speaker = fitted(speaker, STRONG, 62.0);
        paper.text(MARGIN, paper.y + 9.5, Style { color, ..STRONG }, &speaker);
        match (&turn.text, turn.length_ms) {
            (Some(text), _) => paper.paragraph(MARGIN + 70.0, BODY, text),
            (None, Some(ms)) => paper.paragraph(MARGIN + 70.0, unwritten, &format!("spoke for {}", spoken(ms))),
            (None, None) => paper.paragraph(MARGIN + 70.0, unwritten, "spoke"),
        }
    }
    if talk.turns.len() > TURNS {
        let more = format!("… and {} more turns", talk.turns.len() - TURNS);
        paper.paragraph(MARGIN + 70.0, SMALL, &more);
    }
    if let Some(link) = &talk.link {
        paper.paragraph(MARGIN + 70.0, Style { color: ACCENT, ..SMALL }, link);
    }
    paper.y += 12.0;
}

/// Seconds with a decimal: turns are short.
fn spoken(ms: u64) -> String {
    format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
}

fn method(paper: &mut Paper, report: &Report, zone: &TimeZone) {
    // Whole on one sheet: half a sentence alone on the last one looks like a mistake.
    paper.heading("How these figures are made", 110.0);
    let lines = [
        "Completed: an attempt was made and has a result, whatever it is. Busy, no answer, declined and voicemail are results, not failures."
            .to_owned(),
        "Failed: a technical problem prevented the call. Skipped: excluded before any call. Canceled: the campaign was stopped before the contact was called."
            .to_owned(),
        "Success rate = (Success + Transferred) / Completed. Answer rate = contacts that a person answered / Completed; calls answered count machines too. A call is one attempt; a contact may have several."
            .to_owned(),
        format!(
            "Counts are kept in the same transaction as each contact and add up at every moment. Times are in {}; report made {}.",
            report.zone,
            time(report.made_at, zone, "%-d %B %Y, %H:%M")
        ),
    ];
    for line in lines {
        paper.paragraph(MARGIN, Style { color: MUTED, size: 8.5, bold: false }, &line);
        paper.y += 3.0;
    }
}

fn footers(paper: &mut Paper, report: &Report, zone: &TimeZone) {
    let pages = paper.sheets.len();
    let left =
        format!("{} · made {} by Carillon", report.summary.campaign.name, time(report.made_at, zone, "%-d %b %Y"));
    for page in 0..pages {
        let mut foot = Paper { sheets: vec![std::mem::take(&mut paper.sheets[page])], y: 0.0 };
        foot.rect(MARGIN, HEIGHT - 44.0, INNER, 0.5, LINE);
        let left = fitted(&left, SMALL, INNER - 80.0);
        foot.text(MARGIN, HEIGHT - 30.0, SMALL, &left);
        foot.text_right(WIDTH - MARGIN, HEIGHT - 30.0, SMALL, &format!("Page {} of {pages}", page + 1));
        paper.sheets[page] = foot.sheets.remove(0);
    }
}
