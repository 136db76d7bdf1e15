//! The package of a workbook: its sheets, texts and formats.

use std::io::{self, Read, Seek, SeekFrom, Take};

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::part::{Part, SHARED_BYTES_MAX, SHEET_BYTES_MAX, SMALL_BYTES_MAX};
use super::shared::SharedTexts;
use super::sheet::SheetRows;
use super::styles::date_formats;
use super::xml::{Step, Walk, attribute};
use crate::ContactFileError;

/// Most sheets of a workbook.
const SHEETS_MAX: usize = 1_000;

struct SheetEntry {
    name: String,
    relation: String,
    hidden: bool,
}

/// An opened workbook.
pub(crate) struct Workbook<R> {
    archive: ZipArchive<R>,
    sheets: Vec<SheetEntry>,
    relations: Vec<(String, String)>,
    folder: String,
    since_1904: bool,
}

fn broken(what: impl Into<String>) -> ContactFileError {
    ContactFileError::Workbook { what: what.into(), line: None }
}

impl<R: Read + Seek> Workbook<R> {
    pub(crate) fn open(source: R) -> Result<Self, ContactFileError> {
        let mut archive =
            ZipArchive::new(source).map_err(|error| broken(format!("it is no complete archive ({error})")))?;
        if archive.index_for_name("content.xml").is_some() {
            return Err(ContactFileError::WrongFormat { what: "an OpenDocument spreadsheet" });
        }
        let main = relations(&mut archive, "_rels/.rels")
            .ok()
            .and_then(|all| all.into_iter().map(|(_, target)| target).find(|target| target.ends_with("workbook.xml")));
        let main = main.map_or_else(|| "xl/workbook.xml".to_owned(), |main| main.trim_start_matches('/').to_owned());
        if archive.index_for_name(&main).is_none() {
            return Err(ContactFileError::WrongFormat { what: "an archive, but no Excel workbook (.xlsx)" });
        }
        let (folder, file) = main.rsplit_once('/').map_or(("", main.as_str()), |(folder, file)| (folder, file));
        let relations_of =
            if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let relations = relations(&mut archive, &relations_of)?;
        let mut workbook =
            Self { relations, folder: folder.to_owned(), sheets: Vec::new(), since_1904: false, archive };
        workbook.read_sheets(&main)?;
        Ok(workbook)
    }

    fn read_sheets(&mut self, main: &str) -> Result<(), ContactFileError> {
        let mut walk = Walk::new(part(&mut self.archive, main, "list of sheets", SMALL_BYTES_MAX)?);
        loop {
            match walk.step()? {
                Step::Start(tag) | Step::Empty(tag) => match tag.local_name().as_ref() {
                    b"workbookPr" => {
                        self.since_1904 = attribute(&tag, "date1904").is_some_and(|on| on == "1" || on == "true");
                    }
                    b"sheet" if self.sheets.len() < SHEETS_MAX => {
                        let name = attribute(&tag, "name").unwrap_or_default().chars().take(100).collect();
                        let relation = attribute(&tag, "id").unwrap_or_default();
                        let hidden = attribute(&tag, "state").is_some_and(|state| state != "visible");
                        self.sheets.push(SheetEntry { name, relation, hidden });
                    }
                    _ => {}
                },
                Step::Eof => return Ok(()),
                Step::End(_) | Step::Text(_) => {}
            }
        }
    }

    /// Names of the sheets.
    pub(crate) fn sheet_names(&self) -> Vec<String> {
        self.sheets.iter().map(|sheet| sheet.name.clone()).collect()
    }

    /// The rows of a sheet: of the named one, else of the first that is visible. Also its name.
    pub(crate) fn rows(mut self, wanted: Option<&str>) -> Result<(SheetRows<Unpack<R>>, String), ContactFileError> {
        let entry = match wanted {
            Some(name) => self.sheets.iter().find(|sheet| sheet.name == name).ok_or_else(|| {
                ContactFileError::NoSheet { name: name.chars().take(100).collect(), sheets: self.sheet_names() }
            })?,
            None => self
                .sheets
                .iter()
                .find(|sheet| !sheet.hidden)
                .or(self.sheets.first())
                .ok_or_else(|| broken("it has no sheets"))?,
        };
        let name = entry.name.clone();
        let target = |id: &str| self.relations.iter().find(|(other, _)| other == id).map(|(_, target)| target.clone());
        let path = target(&entry.relation).ok_or_else(|| broken(format!("its sheet {name:?} is missing")))?;
        let path = resolve(&self.folder, &path);
        let optional = |archive: &ZipArchive<R>, file: &str| {
            let path = resolve(&self.folder, file);
            archive.index_for_name(&path).map(|_| path)
        };
        let texts = match optional(&self.archive, "sharedStrings.xml") {
            Some(path) => SharedTexts::read(part(&mut self.archive, &path, "table of texts", SHARED_BYTES_MAX)?)?,
            None => SharedTexts::default(),
        };
        let dates = match optional(&self.archive, "styles.xml") {
            Some(path) => date_formats(part(&mut self.archive, &path, "list of formats", SMALL_BYTES_MAX)?)?,
            None => Vec::new(),
        };
        let sheet = Part::new(unpack(self.archive, &path)?, "sheet", SHEET_BYTES_MAX);
        Ok((SheetRows::new(sheet, texts, dates, self.since_1904), name))
    }
}

/// A path relative to the workbook's folder, or from the root.
fn resolve(folder: &str, target: &str) -> String {
    match target.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None if folder.is_empty() => target.to_owned(),
        None => format!("{folder}/{}", target.trim_start_matches("./")),
    }
}

fn part<'a, R: Read + Seek>(
    archive: &'a mut ZipArchive<R>,
    path: &str,
    name: &'static str,
    limit: u64,
) -> Result<Part<impl Read + use<'a, R>>, ContactFileError> {
    let file = archive.by_name(path).map_err(|error| broken(format!("its {name} is missing or locked ({error})")))?;
    Ok(Part::new(file, name, limit))
}

/// Ids and targets.
fn relations<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    path: &str,
) -> Result<Vec<(String, String)>, ContactFileError> {
    let mut walk = Walk::new(part(archive, path, "list of parts", SMALL_BYTES_MAX)?);
    let mut found = Vec::new();
    loop {
        match walk.step()? {
            Step::Start(tag) | Step::Empty(tag) if tag.local_name().as_ref() == b"Relationship" => {
                if let (Some(id), Some(target)) = (attribute(&tag, "Id"), attribute(&tag, "Target"))
                    && found.len() < SHEETS_MAX * 10
                {
                    found.push((id, target));
                }
            }
            Step::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// The bytes of a part, owning the file: rows are read one by one long after the workbook was opened.
pub(crate) enum Unpack<R> {
    Stored(Take<R>),
    Deflated(DeflateDecoder<Take<R>>),
}

impl<R> Unpack<R> {
    /// Packed bytes not read yet.
    pub(super) fn left(&self) -> u64 {
        match self {
            Self::Stored(source) => source.limit(),
            Self::Deflated(decoder) => decoder.get_ref().limit(),
        }
    }
}

impl<R: Read> Read for Unpack<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(source) => source.read(buf),
            Self::Deflated(decoder) => decoder.read(buf),
        }
    }
}

fn unpack<R: Read + Seek>(mut archive: ZipArchive<R>, path: &str) -> Result<Unpack<R>, ContactFileError> {
    let damaged = |error: &dyn std::fmt::Display| broken(format!("its sheet is damaged ({error})"));
    let (start, bytes, method) = {
        let file = archive.by_name(path).map_err(|error| damaged(&error))?;
        (file.data_start(), file.compressed_size(), file.compression())
    };
    let mut source = archive.into_inner();
    source.seek(SeekFrom::Start(start.unwrap_or(0))).map_err(|error| damaged(&error))?;
    let packed = source.take(bytes);
    match method {
        CompressionMethod::Stored => Ok(Unpack::Stored(packed)),
        CompressionMethod::Deflated => Ok(Unpack::Deflated(DeflateDecoder::new(packed))),
        other => Err(damaged(&format!("packed with {other}"))),
    }
}
