import { useEffect, useState } from "react";
import { count, counted } from "~/lib/format";
import { pageSizes } from "~/lib/search";
import { Button } from "./button";
import { inputClass, Select } from "./field";

export interface Total {
  count: number;
  exact: boolean;
}

interface Props {
  page: number;
  perPage: number;
  total: Total;
  shown: number;
  /** Rows without any filter, when one is set. */
  unfiltered?: number;
  onPage: (page: number) => void;
  onPerPage: (perPage: number) => void;
  hasNext?: boolean;
}

/** "1-50 of 3,184, filtered from 1,000,000", page size, page box, Previous and Next. */
export function Pager({ page, perPage, total, shown, unfiltered, onPage, onPerPage, hasNext }: Props) {
  const pages = Math.max(1, Math.ceil(total.count / perPage));
  const first = shown === 0 ? 0 : (page - 1) * perPage + 1;
  const more = hasNext ?? (total.exact ? page < pages : true);
  const [typed, setTyped] = useState(String(page));
  useEffect(() => setTyped(String(page)), [page]);
  const jump = () => {
    const wanted = Number(typed);
    if (Number.isInteger(wanted) && wanted >= 1 && (wanted <= pages || !total.exact) && wanted !== page) onPage(wanted);
    else setTyped(String(page));
  };
  const range = `${count(first)}–${count(first === 0 ? 0 : first + shown - 1)} of ${total.exact ? count(total.count) : `more than ${count(total.count)}`}`;
  return (
    <>
    <p className="print-only pt-2 t-small text-muted">{range}{unfiltered !== undefined && unfiltered !== total.count && `, filtered from ${count(unfiltered)}`}</p>
    <nav aria-label="Pages" className="no-print flex flex-wrap items-center gap-x-4 gap-y-2 pt-3 t-small text-muted">
      <label className="flex items-center gap-3">
        <span className="max-md:sr-only">Rows per page</span>
        <Select small value={perPage} onChange={(event) => onPerPage(Number(event.target.value))} className="w-[74px]">
          {pageSizes.map((size) => <option key={size} value={size}>{size}</option>)}
        </Select>
      </label>
      <span>
        <span className="text-fg">{range}</span>
        {unfiltered !== undefined && unfiltered !== total.count && <span className="ml-3 max-md:hidden">filtered from {count(unfiltered)}</span>}
      </span>
      <span className="flex-1" />
      <Button size="sm" className="h-8 px-3" blocked={page <= 1} onClick={() => onPage(page - 1)}>Previous</Button>
      <form className="flex items-center gap-2" onSubmit={(event) => { event.preventDefault(); jump(); }}>
        <label className="flex items-center gap-2">
          Page
          <input className={`${inputClass} h-8! w-14! text-center t-small coarse:h-11!`} inputMode="numeric" value={typed} onChange={(event) => setTyped(event.target.value)} onBlur={jump} />
        </label>
        <span>of {total.exact ? count(pages) : `${count(pages)}+`}</span>
      </form>
      <Button size="sm" className="h-8 px-3" blocked={!more} onClick={() => onPage(page + 1)}>Next</Button>
    </nav>
    </>
  );
}

/** For lists that are only turned by cursor. */
export function MorePager({ hasMore, loading, onMore, shown, one, many }: { hasMore: boolean; loading: boolean; onMore: () => void; shown: number; one: string; many?: string }) {
  return (
    <div className="no-print flex items-center gap-4 pt-3 t-small text-muted">
      <span>{counted(shown, one, many)} shown</span>
      {hasMore && <Button size="sm" pending={loading} pendingLabel="Loading…" onClick={onMore}>Show more</Button>}
    </div>
  );
}
