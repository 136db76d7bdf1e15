import { ArrowLeft, ArrowRight } from "lucide-react";
import type { Call } from "~/api/types";
import { cx } from "~/ui/cx";

/** "INVITE sip:+1415...@host" becomes "INVITE"; "SIP/2.0 180 Ringing" becomes "180 Ringing". */
const short = (summary: string) => (/^[A-Z]+ sips?:/.test(summary) ? summary.split(" ")[0] : summary.replace(/^SIP\/2\.0 /, ""));

/** The SIP messages between this machine and the carrier, in order. Each opens to the whole message. */
export function Ladder({ steps }: { steps: Call["ladder"] }) {
  if (steps.length === 0) return <p className="text-muted">No SIP messages were kept for this call.</p>;
  return (
    <div className="overflow-x-auto print:max-w-lg">
      <div aria-hidden className="mb-1 flex justify-between pl-14 t-small font-medium"><span>Carillon</span><span>Carrier</span></div>
      <ol aria-label="SIP messages">
        {steps.map((step, index) => {
          const Arrow = step.sent ? ArrowRight : ArrowLeft;
          const line = (
            <>
              <span className="w-12 shrink-0 text-right t-small text-muted">{step.at_s.toFixed(2)}</span>
              <span className="relative min-w-0 flex-1 border-x border-line-strong px-1 pb-1.5 text-center">
                <span className="block truncate t-mono">{short(step.summary)}</span>
                <span aria-hidden className={cx("flex items-center", step.sent ? "flex-row" : "flex-row-reverse")}><span className="print-colour h-px flex-1 bg-fg" /><Arrow className={cx("size-3", step.sent ? "-ml-2" : "-mr-2")} /></span>
                <span className="sr-only">{step.sent ? "sent" : "received"}</span>
              </span>
            </>
          );
          return (
            <li key={index}>
              {step.text ? (
                <details>
                  <summary className="flex list-none items-start gap-2 rounded hover:bg-hover [&::-webkit-details-marker]:hidden">{line}</summary>
                  <pre tabIndex={0} aria-label={step.summary} className="my-1 ml-14 max-h-72 overflow-auto rounded bg-hover p-2 font-mono text-xs leading-4">{step.text}</pre>
                </details>
              ) : <div className="flex items-start gap-2">{line}</div>}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
