import { toast } from "./toast";

/** Copies, also on plain http by name, where browsers give no clipboard. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
    } else {
      const area = document.createElement("textarea");
      area.value = text;
      area.style.position = "fixed";
      area.style.opacity = "0";
      (document.querySelector("[role=dialog]") ?? document.body).append(area);
      area.select();
      const worked = document.execCommand("copy");
      area.remove();
      if (!worked) throw new Error("copy refused");
    }
    toast(done);
  } catch {
    toast("The browser didn't allow copying. Select the text and press Ctrl C.", { kind: "problem" });
  }
}
