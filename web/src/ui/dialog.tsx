import { AlertDialog as RadixAlert, Dialog as RadixDialog } from "radix-ui";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Button, buttonClass } from "./button";
import { cx } from "./cx";

const scrim = "fixed inset-0 z-40 bg-(--scrim) anim-appear";
const box =
  "fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-32px)] w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 flex-col overflow-y-auto rounded-lg border border-line bg-raised p-6 shadow-(--overlay-shadow) outline-none anim-appear";

/** Gives the focus back to what opened the dialog: a button, or the button of the menu whose item did; when it is gone, to the page's title. */
function useFocusBack() {
  const opener = useRef<HTMLElement | null>(null);
  return {
    onOpenAutoFocus: (event: Event) => {
      opener.current = document.querySelector<HTMLElement>("[aria-haspopup=menu][aria-expanded=true]") ?? (document.activeElement as HTMLElement | null);
      // In a form its first field; a question begins at its safe button, where its library puts it.
      const box = event.currentTarget as HTMLElement | null;
      if (box?.getAttribute("role") !== "dialog") return;
      event.preventDefault();
      (box.querySelector<HTMLElement>("[data-first]") ?? box.querySelector<HTMLElement>("input:checked:not([type=checkbox]), input:not([type=radio], [type=checkbox]), select, textarea") ?? box).focus();
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      const target = opener.current?.isConnected && opener.current !== document.body ? opener.current : document.querySelector<HTMLElement>("h1");
      target?.focus();
    },
  };
}

/** A dialog with a title that names action and object. */
export function Dialog({ open, onOpenChange, title, description, wide, children }: { open: boolean; onOpenChange: (open: boolean) => void; title: string; description?: ReactNode; wide?: boolean; children: ReactNode }) {
  const focus = useFocusBack();
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={scrim} />
        <RadixDialog.Content {...focus} className={cx(box, wide ? "max-w-[720px]" : "max-w-[560px]")} {...(description ? {} : { "aria-describedby": undefined })}>
          <div className="flex items-start gap-4">
            <RadixDialog.Title className="t-title flex-1">{title}</RadixDialog.Title>
            <RadixDialog.Close className={cx(buttonClass("ghost", "sm", true), "-mt-1 -mr-2")} aria-label="Close"><X aria-hidden className="size-4" /></RadixDialog.Close>
          </div>
          {description && <RadixDialog.Description asChild><div className="mt-1 text-muted">{description}</div></RadixDialog.Description>}
          <div className="mt-4">{children}</div>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** The last row of a dialog: the safe button first, the acting one at the right. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-6 flex flex-wrap items-center gap-2 max-sm:flex-col max-sm:items-stretch max-sm:[&>span:empty]:hidden">{children}</div>;
}

export interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** "Stop March renewals for good?" Never "Are you sure?". */
  title: string;
  /** What will happen, with counts. */
  children: ReactNode;
  /** The safe button; it has the focus. */
  keep: string;
  /** Verb and noun. */
  act: string;
  pendingLabel?: string;
  danger?: boolean;
  pending?: boolean;
  /** Not before something was typed or chosen. */
  blocked?: boolean;
  onAct: () => void;
  /** A milder way, between the two. */
  instead?: ReactNode;
}

/** The question before something that can't be undone or costs money. */
export function Confirm({ open, onOpenChange, title, children, keep, act, pendingLabel, danger, pending, blocked, onAct, instead }: ConfirmProps) {
  const focus = useFocusBack();
  return (
    <RadixAlert.Root open={open} onOpenChange={onOpenChange}>
      <RadixAlert.Portal>
        <RadixAlert.Overlay className={scrim} />
        <RadixAlert.Content {...focus} className={cx(box, "max-w-[560px]")}>
          <RadixAlert.Title className="t-title">{title}</RadixAlert.Title>
          <RadixAlert.Description asChild><div className="mt-3 flex flex-col gap-3">{children}</div></RadixAlert.Description>
          <DialogActions>
            <RadixAlert.Cancel className={buttonClass()}>{keep}</RadixAlert.Cancel>
            {instead}
            <span className="flex-1" />
            <Button kind={danger ? "danger" : "primary"} pending={pending} pendingLabel={pendingLabel} blocked={blocked} onClick={onAct}>{act}</Button>
          </DialogActions>
        </RadixAlert.Content>
      </RadixAlert.Portal>
    </RadixAlert.Root>
  );
}
