//! Pages of lists: by number where a list counts its rows, by cursor everywhere.

use serde::Serialize;
use utoipa::ToSchema;

use crate::limits::{PER_PAGE, PER_PAGE_MAX};
use crate::problem::{Code, Problem};

/// How many rows match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Total {
    /// The number of rows; when not `exact`, there are more than this.
    #[schema(example = 1204)]
    pub count: i64,
    /// False: more than `count` rows match (counting stops at 10,000).
    pub exact: bool,
}

impl Total {
    /// An exact count.
    pub const fn exact(count: i64) -> Total {
        Total { count, exact: true }
    }

    /// More than `count`.
    pub const fn more_than(count: i64) -> Total {
        Total { count, exact: false }
    }
}

/// A page of a list that can be turned by number and by cursor.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Which page this is, from 1; absent when it was reached by a cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Rows a page holds at most.
    pub per_page: u32,
    /// How many rows match.
    pub total: Total,
    /// The order that the list has, as `sort` would ask for it.
    #[schema(example = "-processed")]
    pub sort: String,
    /// Give it as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Give it as `before` for the page before; absent on the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// A page of a list that is only turned by cursor.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CursorPage<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Give it as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> CursorPage<T> {
    /// From one row more than a page holds, if there are so many: the surplus row only tells that a next page exists.
    pub fn cut(mut items: Vec<T>, per_page: u32, cursor: impl Fn(&T) -> String) -> CursorPage<T> {
        let per_page = per_page as usize;
        let more = items.len() > per_page;
        items.truncate(per_page);
        let next = if more { items.last().map(cursor) } else { None };
        CursorPage { items, next }
    }
}

/// The number of rows asked for, within bounds.
pub fn per_page(asked: Option<u32>) -> Result<u32, Problem> {
    match asked {
        None => Ok(PER_PAGE),
        Some(n) if (1..=PER_PAGE_MAX).contains(&n) => Ok(n),
        Some(n) => Err(Problem::new(Code::BadQuery, format!("per_page must be 1 to {PER_PAGE_MAX}, not {n}"))),
    }
}

/// The page asked for, from 1.
pub fn page(asked: Option<u32>) -> Result<u32, Problem> {
    match asked {
        None => Ok(1),
        Some(0) => Err(Problem::new(Code::BadQuery, "page counts from 1".to_owned())),
        Some(n) => Ok(n),
    }
}
