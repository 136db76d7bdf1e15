import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { memo, type ReactNode, type Ref, useRef } from "react";
import { toggledSort } from "~/lib/search";
import { cx } from "./cx";
import { Checkbox } from "./field";

export interface Column<Row> {
  id: string;
  header: ReactNode;
  /** Explains the header to those who ask. */
  title?: string;
  /** Name in the address's `sort`; a column without one can't be sorted by. */
  sort?: string;
  descendingFirst?: boolean;
  numeric?: boolean;
  /** The cell that names the row. */
  rowHeader?: boolean;
  /** Where the cell goes in a phone's two-line row: left or right, line 1, 2 or 3; `wide2` fills line 2, beside something small at its right. Without one it is left out there. */
  slot?: "a1" | "a2" | "wide2" | "a3" | "b1" | "b2" | "b3";
  /** Controls: left out on paper. */
  screenOnly?: boolean;
  className?: string;
  cell: (row: Row) => ReactNode;
}

export interface Selection<Key> {
  chosen: ReadonlySet<Key>;
  change: (chosen: Set<Key>) => void;
  /** "Choose Ada Byron". */
  name: (key: Key) => string;
}

interface Props<Row, Key extends string | number> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => Key;
  sort?: string;
  onSort?: (sort: string) => void;
  /** Loading again while the rows before stay. */
  busy?: boolean;
  selection?: Selection<Key>;
  rowClass?: (row: Row) => string | undefined;
  captionRef?: Ref<HTMLTableCaptionElement>;
  compact?: boolean;
  /** For tables that change several times a second: everything besides the row itself that its cells depend on. A row that is the same object is drawn again only when this changes. */
  drawnFor?: string;
}

/** A real table: caption, column and row headers, one `aria-sort`, headers that are buttons. */
export function DataTable<Row, Key extends string | number>({ caption, columns, rows, rowKey, sort = "", onSort, busy, selection, rowClass, captionRef, compact, drawnFor }: Props<Row, Key>) {
  const keys = rows.map(rowKey);
  const chosenHere = selection ? keys.filter((key) => selection.chosen.has(key)).length : 0;
  // Rows that were not drawn again choose with what is chosen now.
  const newest = useRef(selection);
  newest.current = selection;
  const choose = (changed: Key[], on: boolean) => {
    const now = newest.current;
    if (!now) return;
    const next = new Set(now.chosen);
    for (const key of changed) if (on) next.add(key); else next.delete(key);
    now.change(next);
  };
  return (
    <div className="panel relative">
      {busy && <div aria-hidden className="absolute inset-x-0 top-0 z-10 h-0.5 overflow-hidden rounded-t-lg"><div className="h-full bg-accent anim-shimmer" /></div>}
      {/* Only the table's own box may scroll sideways; a phone gets two-line rows instead. */}
      <div role="region" aria-label={caption} tabIndex={0} className="overflow-x-auto rounded-lg">
        <table className="folds w-full border-collapse" aria-busy={busy || undefined}>
          <caption ref={captionRef} tabIndex={-1} className="sr-only">{caption}</caption>
          <thead>
            <tr className="border-b border-line">
              {selection && (
                <th scope="col" className="no-print h-9 w-10 pl-3">
                  <Checkbox hideLabel label="Choose all rows of this page" checked={keys.length > 0 && chosenHere === keys.length} indeterminate={chosenHere > 0 && chosenHere < keys.length} onChange={(event) => choose(keys, event.target.checked)} />
                </th>
              )}
              {columns.map((column) => <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />)}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => {
              const key = keys[index] as Key;
              const chosen = selection?.chosen.has(key) ?? false;
              return (
                <BodyRow key={key} row={row} columns={columns as Column<never>[]} compact={compact} className={rowClass?.(row)} chosen={chosen} drawnFor={drawnFor}>
                  {selection && (
                    <td data-slot="hide" className="no-print w-10 pl-3">
                      <Checkbox hideLabel label={selection.name(key)} checked={chosen} onChange={(event) => choose([key], event.target.checked)} />
                    </td>
                  )}
                </BodyRow>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface BodyRowProps {
  row: unknown;
  columns: Column<never>[];
  compact: boolean | undefined;
  className: string | undefined;
  chosen: boolean;
  drawnFor: string | undefined;
  /** The cell to choose it by. */
  children: ReactNode;
}

const BodyRow = memo(
  function BodyRow({ row, columns, compact, className, chosen, children }: BodyRowProps) {
    return (
      <tr className={cx("border-line not-first:border-t", chosen && "bg-accent-soft", className)}>
        {children}
        {columns.map((column) => {
          const shared = { "data-slot": column.slot ?? "hide", className: cx("px-3 first:pl-5 last:pr-5", compact ? "h-9 t-small" : "h-11", column.numeric && "text-right", column.screenOnly && "no-print", column.className) };
          const cell = column.cell(row as never);
          return column.rowHeader ? <th key={column.id} scope="row" {...shared}>{cell}</th> : <td key={column.id} {...shared}>{cell}</td>;
        })}
      </tr>
    );
  },
  (before, after) =>
    after.drawnFor !== undefined && before.drawnFor === after.drawnFor && before.row === after.row && before.chosen === after.chosen && before.className === after.className && Boolean(before.children) === Boolean(after.children),
);

function HeaderCell<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string; onSort?: (sort: string) => void }) {
  const by = column.sort;
  const direction = by && sort === by ? "ascending" : by && sort === `-${by}` ? "descending" : undefined;
  const Icon = direction === "ascending" ? ArrowUp : direction === "descending" ? ArrowDown : ChevronsUpDown;
  return (
    <th scope="col" aria-sort={direction} title={column.title} className={cx("h-9 px-3 t-micro font-medium whitespace-nowrap first:pl-5 last:pr-5", direction ? "text-fg" : "text-muted", column.numeric && "text-right!", column.screenOnly && "no-print")}>
      {by && onSort ? (
        <button type="button" onClick={() => onSort(toggledSort(sort, by, column.descendingFirst))} className="-mx-1 inline-flex min-h-6 items-center gap-1 rounded px-1 hover:text-fg">
          {column.header}
          <Icon aria-hidden className="size-3.5" />
        </button>
      ) : column.header}
    </th>
  );
}

/** Rows of true height while nothing is known yet. */
export function TableSkeleton({ rows = 8, height = 44 }: { rows?: number; height?: number }) {
  return (
    <div className="panel" aria-hidden>
      <div className="h-9 border-b border-line" />
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} style={{ height }} className="flex items-center gap-6 border-line px-5 not-first:border-t">
          <span className="h-3 w-1/5 rounded bg-hover anim-shimmer" />
          <span className="h-3 w-1/6 rounded bg-hover anim-shimmer" />
          <span className="h-3 w-1/4 rounded bg-hover anim-shimmer" />
        </div>
      ))}
    </div>
  );
}
