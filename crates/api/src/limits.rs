//! Bounds on what a request may ask for or bring.

use std::time::Duration;

/// Largest JSON body in bytes.
pub const JSON_BODY_BYTES: usize = 1024 * 1024;
/// Largest pasted or uploaded do-not-call list in bytes.
pub const LIST_BODY_BYTES: usize = 16 * 1024 * 1024;
/// Largest uploaded contact file in bytes.
pub const UPLOAD_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// How long an uploaded file is kept after it came or was last used.
pub const UPLOAD_KEPT: Duration = Duration::from_secs(24 * 3600);
/// Rows that a list answers at most.
pub const PER_PAGE_MAX: u32 = 250;
/// Rows that a list answers unless asked.
pub const PER_PAGE: u32 = 50;
/// Above this a filtered total is "more than".
pub const TOTAL_EXACT: i64 = 10_000;
/// Longest text of a note.
pub const NOTE_CHARS: usize = 20_000;
/// Longest name of a campaign, trunk, user or key.
pub const NAME_CHARS: usize = 120;
/// How long a request may take, event streams, uploads and downloads apart.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the answer to an Idempotency-Key is kept.
pub const IDEMPOTENCY_KEPT: Duration = Duration::from_secs(24 * 3600);
/// Longest Idempotency-Key in characters.
pub const IDEMPOTENCY_KEY_CHARS: usize = 120;

/// How long the file of an export is kept, and one that failed or was canceled is shown.
pub const EXPORT_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
