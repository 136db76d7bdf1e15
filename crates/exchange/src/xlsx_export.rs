//! Results as a workbook: contacts, calls and a summary, row by row.

use std::io::Write;
use std::path::Path;

use carillon_domain::ContactStatus;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::table::{Cell, Layout, TableOptions, seconds};
use crate::{Column, ExportCall, ExportError, ExportRow, ExportSummary, ReadSpan};

/// Rows of a sheet at most (the format's own limit); more go on in a further sheet.
const ROWS_MAX: u32 = 1_048_576;
/// Characters of a cell at most (the format's own limit).
const CELL_CHARS_MAX: usize = 32_767;

const CALL_COLUMNS: [&str; 13] = [
    "row",
    "call",
    "attempt",
    "started_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "ended_by",
    "result",
    "reason_code",
    "sip_status",
    "talk_seconds",
    "recording",
];

impl From<XlsxError> for ExportError {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::IoError(error) => Self::Io(error),
            other => Self::Workbook(other.to_string()),
        }
    }
}

/// A sheet that is being written, and its further ones.
struct Sheets {
    name: &'static str,
    header: Vec<String>,
    /// Place of the sheet in the workbook, and its next row.
    current: usize,
    number: u32,
    next_row: u32,
}

/// Writes a campaign as a workbook. Rows go to temporary files as they come: memory does not grow with them. Texts are texts, never formulas,
/// whatever they begin with.
pub struct XlsxExport {
    workbook: Workbook,
    layout: Layout,
    contacts: Sheets,
    /// None when attempts are not wanted.
    calls: Option<Sheets>,
    summary: ExportSummary,
    head: Format,
}

impl XlsxExport {
    /// Begins the workbook. Its rows wait in nameless files of the folder `scratch` until the end.
    ///
    /// # Errors
    ///
    /// When there is no room for temporary files, or the options name a zone that does not exist.
    pub fn new(
        summary: &ExportSummary,
        property_names: &[String],
        options: &TableOptions,
        scratch: Option<&Path>,
    ) -> Result<Self, ExportError> {
        // Attempts have a sheet of their own.
        let wanted = options.columns.as_ref().is_none_or(|columns| columns.contains(&Column::Calls));
        let mut options = options.clone();
        if let Some(columns) = &mut options.columns {
            columns.retain(|column| *column != Column::Calls);
        }
        let layout = Layout::new(property_names, &options)?;
        let head = Format::new().set_bold();
        let mut workbook = Workbook::new();
        if let Some(folder) = scratch {
            workbook.set_tempdir(folder)?;
        }
        let header = layout.header.clone();
        let contacts = Sheets::begin(&mut workbook, "Contacts", header, 1, &head)?;
        let header = CALL_COLUMNS.map(str::to_owned).to_vec();
        let calls = if wanted { Some(Sheets::begin(&mut workbook, "Calls", header, 1, &head)?) } else { None };
        Ok(Self { workbook, layout, contacts, calls, summary: summary.clone(), head })
    }

    /// Writes one contact and its calls.
    ///
    /// # Errors
    ///
    /// When writing fails, or the row has a property that was not named.
    pub fn row(&mut self, row: &ExportRow) -> Result<(), ExportError> {
        let cells = self.layout.cells(row)?;
        self.contacts.write(&mut self.workbook, &self.head, &cells)?;
        if let Some(calls) = &mut self.calls {
            for call in &row.calls {
                calls.write(&mut self.workbook, &self.head, &call_cells(&self.layout, row.row, call))?;
            }
        }
        Ok(())
    }

    /// Writes the summary and the workbook, and gives the writer back. `read`: from when to when, for a campaign that still runs.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish<W: Write + Send>(mut self, mut writer: W, read: Option<ReadSpan>) -> Result<W, ExportError> {
        let lines = summary_lines(&self.summary, read);
        let sheet = self.workbook.add_worksheet().set_name("Summary")?;
        sheet.set_column_width(0, 28)?;
        sheet.set_column_width(1, 44)?;
        for ((name, value), row) in lines.iter().zip(0..) {
            sheet.write_string_with_format(row, 0, name, &self.head)?;
            write_cell(sheet, row, 1, value)?;
        }
        self.workbook.save_to_writer(&mut writer)?;
        Ok(writer)
    }
}

impl Sheets {
    fn begin(
        workbook: &mut Workbook,
        name: &'static str,
        header: Vec<String>,
        number: u32,
        head: &Format,
    ) -> Result<Self, ExportError> {
        let current = workbook.worksheets().len();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(if number == 1 { name.to_owned() } else { format!("{name} {number}") })?;
        sheet.set_freeze_panes(1, 0)?;
        for (title, column) in header.iter().zip(0..) {
            sheet.set_column_width(column, 16)?;
            sheet.write_string_with_format(0, column, shortened(title), head)?;
        }
        Ok(Self { name, header, current, number, next_row: 1 })
    }

    fn write(&mut self, workbook: &mut Workbook, head: &Format, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        if self.next_row == ROWS_MAX {
            *self = Self::begin(workbook, self.name, std::mem::take(&mut self.header), self.number + 1, head)?;
        }
        let sheet = workbook.worksheet_from_index(self.current)?;
        for (cell, column) in cells.iter().zip(0..) {
            write_cell(sheet, self.next_row, column, cell)?;
        }
        self.next_row += 1;
        Ok(())
    }
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell<'_>) -> Result<(), ExportError> {
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, shortened(text))?,
        Cell::Integer(number) => sheet.write_number(row, column, *number)?,
        Cell::Seconds(ms) => match seconds(*ms).parse::<f64>() {
            Ok(number) => sheet.write_number(row, column, number)?,
            Err(_) => sheet.write_string(row, column, seconds(*ms))?,
        },
        Cell::Empty => sheet,
    };
    Ok(())
}

fn shortened(text: &str) -> String {
    text.chars().take(CELL_CHARS_MAX).collect()
}

fn call_cells<'a>(layout: &Layout, row: u32, call: &'a ExportCall) -> [Cell<'a>; CALL_COLUMNS.len()] {
    let time = |at: Option<carillon_domain::Timestamp>| at.map_or(Cell::Empty, |at| layout.time(at).into());
    [
        Cell::Integer(row),
        call.call.as_str().into(),
        Cell::Integer(call.attempt),
        time(Some(call.started_at)),
        time(call.ringing_at),
        time(call.answered_at),
        time(call.ended_at),
        call.ended_by.map_or(Cell::Empty, |by| by.code().into()),
        call.result.map_or(Cell::Empty, |result| result.code().into()),
        call.reason.code.as_deref().map_or(Cell::Empty, Cell::from),
        call.sip_status.map_or(Cell::Empty, |status| Cell::Integer(status.into())),
        Cell::Seconds(call.talk_ms),
        call.recording.as_deref().map_or(Cell::Empty, Cell::from),
    ]
}

fn summary_lines(summary: &ExportSummary, read: Option<ReadSpan>) -> Vec<(String, Cell<'_>)> {
    let count = |number: i64| u32::try_from(number).map_or_else(|_| number.to_string().into(), Cell::Integer);
    let mut lines: Vec<(String, Cell<'_>)> = vec![
        ("Campaign".to_owned(), summary.campaign.name.as_str().into()),
        ("Id".to_owned(), summary.campaign.id.as_str().into()),
        ("Status".to_owned(), summary.campaign.status.label().into()),
        ("Total".to_owned(), count(summary.counts.total)),
    ];
    lines.extend(
        ContactStatus::ALL
            .iter()
            .map(|status| (status.label().to_owned(), count(summary.counts.by_status.get(*status)))),
    );
    lines.extend(summary.results.iter().map(|(result, number)| (result.label().to_owned(), count(*number))));
    lines.extend(
        summary.failures.iter().map(|(category, number)| (format!("Failed: {}", category.label()), count(*number))),
    );
    if let Some(filter) = &summary.filter {
        lines.push(("Contacts of this file".to_owned(), format!("only those that match {filter}").into()));
    }
    if let Some(read) = read {
        lines.push(("Read while it was running".to_owned(), format!("from {} to {}", read.from, read.to).into()));
    }
    lines
}
