import { useNavigate } from "@tanstack/react-router";
import { Keyboard, KeyRound, LogOut } from "lucide-react";
import { ask, http } from "~/api/client";
import { queryClient } from "~/api/queries";
import { initials } from "~/lib/format";
import { roleLabel, userName } from "~/lib/words";
import { cx } from "~/ui/cx";
import { MenuBox, MenuCheck, MenuItems, MenuRadio, MenuSeparator } from "~/ui/menu";
import { problemText } from "~/ui/states";
import { toast } from "~/ui/toast";
import { changePreferences, usePreferences } from "./preferences";
import { showShortcuts } from "./shortcuts";
import { useSession } from "./session";

export default function UserMenu({ narrow }: { narrow?: boolean }) {
  const { user, workspace } = useSession();
  const navigate = useNavigate();
  const preferences = usePreferences();
  const signOut = async () => {
    try {
      await ask(http.DELETE("/api/v1/session"));
      queryClient.clear();
      await navigate({ to: "/sign-in" });
    } catch (error) {
      toast(`Couldn't sign out. ${problemText(error)}`, { kind: "problem" });
    }
  };
  return (
    <MenuBox
      side="top"
      align="start"
      triggerLabel={`${userName(user)}, account and preferences`}
      triggerClass="flex min-h-11 w-full items-center gap-2.5 rounded px-1 text-left hover:bg-hover"
      trigger={
        <>
          <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft t-small font-semibold text-accent">{initials(user.name)}</span>
          <span className={cx("min-w-0", narrow && "max-lg:sr-only")}>
            <span className="block truncate font-medium">{userName(user)}</span>
            <span className="block truncate t-micro text-muted">{roleLabel[user.role]}{workspace && `, ${workspace}`}</span>
          </span>
        </>
      }
    >
      <MenuRadio name="Theme" value={preferences.theme} onChange={(theme) => changePreferences({ theme: theme as typeof preferences.theme })} options={[{ value: "system", label: "As the system" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }]} />
      <MenuSeparator />
      <MenuCheck label="Single-key shortcuts" checked={preferences.shortcuts} onChange={(shortcuts) => changePreferences({ shortcuts })} />
      <MenuCheck label="Speak progress to screen readers" checked={preferences.spokenProgress} onChange={(spokenProgress) => changePreferences({ spokenProgress })} />
      <MenuSeparator />
      <MenuItems groups={[[{ label: "Keyboard shortcuts", icon: Keyboard, onSelect: showShortcuts }, { label: "Password and sessions", icon: KeyRound, onSelect: () => void navigate({ to: "/settings/account" }) }, { label: "Sign out", icon: LogOut, onSelect: () => void signOut() }]]} />
    </MenuBox>
  );
}
