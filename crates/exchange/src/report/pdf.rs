//! Sheets to PDF.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::text::{Font, TextDirection};

use super::Report;
use super::paper::{HEIGHT, Mark, WIDTH};
use crate::ExportError;

fn failed(what: &str) -> ExportError {
    ExportError::Pdf(what.to_owned())
}

/// The bytes of the PDF.
pub(super) fn render(sheets: &[Vec<Mark>], report: &Report) -> Result<Vec<u8>, ExportError> {
    let font = |bytes: &'static [u8]| Font::new(bytes.into(), 0).ok_or_else(|| failed("its fonts can't be read"));
    let (regular, bold) = (font(notosans::REGULAR_TTF)?, font(notosans::BOLD_TTF)?);
    let mut document = Document::new();
    let title = format!("{} – campaign report", report.summary.campaign.name);
    document.set_metadata(Metadata::new().title(title).creator("Carillon".to_owned()).language("en".to_owned()));
    for sheet in sheets {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| failed("its page has no size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in sheet {
            let (Mark::Text { color, .. } | Mark::Box { color, .. }) = mark;
            surface.set_fill(Some(Fill {
                paint: rgb::Color::new(color[0], color[1], color[2]).into(),
                opacity: NormalizedF32::ONE,
                rule: krilla::paint::FillRule::default(),
            }));
            match mark {
                Mark::Text { x, y, size, bold: strong, text, .. } => {
                    let font = if *strong { &bold } else { &regular };
                    surface.draw_text(Point::from_xy(*x, *y), font.clone(), *size, text, false, TextDirection::Auto);
                }
                Mark::Box { x, y, width, height, .. } => {
                    // A box without width is nothing to draw.
                    if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                        let mut path = PathBuilder::new();
                        path.push_rect(rect);
                        if let Some(path) = path.finish() {
                            surface.draw_path(&path);
                        }
                    }
                }
            }
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| failed(&format!("{error:?}")))
}
