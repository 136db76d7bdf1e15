import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { places } from "./places";
import { shortcutsOn } from "./preferences";

const ShortcutsDialog = lazy(() => import("./shortcuts-dialog").then((part) => ({ default: part.ShortcutsDialog })));

let open: () => void = () => undefined;
/** For the menu: the list of keys. */
export const showShortcuts = () => open();

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** Keys of the whole page: `?` lists them, `/` goes to the search, `g` and a letter to a part. They can be switched off. */
export function Shortcuts() {
  const navigate = useNavigate();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    open = () => setShown(true);
    let goAt = 0;
    const press = (event: KeyboardEvent) => {
      if (!shortcutsOn() || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
      // A dialog keeps its keys for itself.
      if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu]")) return;
      if (event.key === "?") setShown(true);
      else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("main input[type=search]");
        if (!search) return;
        search.focus();
        event.preventDefault();
      } else if (event.key === "g") goAt = event.timeStamp;
      else if (event.timeStamp - goAt < 1_500) {
        const place = places.find(({ key }) => key === event.key);
        goAt = 0;
        if (place) void navigate({ to: place.to });
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [navigate]);
  return <Suspense>{shown && <ShortcutsDialog onClose={() => setShown(false)} />}</Suspense>;
}
