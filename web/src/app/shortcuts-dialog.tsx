import { Fragment, type ReactNode } from "react";
import { Checkbox } from "~/ui/field";
import { Dialog } from "~/ui/dialog";
import { places } from "./places";
import { changePreferences, usePreferences } from "./preferences";

const groups: { title: string; keys: [string[], string][] }[] = [
  { title: "Everywhere", keys: [[["?"], "This list"], [["/"], "Search in the list"], [["Esc"], "Close what is open"], ...places.map(({ key, label }) => [["g", key], label] as [string[], string])] },
  { title: "A contact beside the list", keys: [[["j"], "Next contact"], [["k"], "Previous contact"]] },
  { title: "A recording", keys: [[["Space"], "Play or pause"], [["←", "→"], "5 seconds back or on; with Shift 1 second"], [["<", ">"], "Slower or faster"]] },
];

function Key({ children }: { children: ReactNode }) {
  return <kbd className="inline-grid h-6 min-w-6 place-items-center rounded border border-line-strong px-1.5 font-sans t-micro">{children}</kbd>;
}

/** Every key that does something. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { shortcuts } = usePreferences();
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title="Keyboard shortcuts" description="They work outside of text fields.">
      <div className="grid gap-5">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3 className="mb-2 t-heading">{title}</h3>
            <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-y-1.5">
              {keys.map(([pressed, does]) => (
                <Fragment key={does}>
                  <dt className="flex items-center gap-1">{pressed.map((key) => <Key key={key}>{key}</Key>)}</dt>
                  <dd className="self-center">{does}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
        <Checkbox label="Single-key shortcuts" checked={shortcuts} onChange={(event) => changePreferences({ shortcuts: event.target.checked })} />
      </div>
    </Dialog>
  );
}
