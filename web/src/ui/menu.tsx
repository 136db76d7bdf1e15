import { DropdownMenu } from "radix-ui";
import { Check, ChevronDown, EllipsisVertical, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClass } from "./button";
import { cx } from "./cx";

const list = "z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-(--overlay-shadow) anim-appear";
const item = "flex min-h-9 cursor-pointer items-center gap-2 rounded px-2.5 py-1.5 outline-none data-highlighted:bg-hover data-disabled:cursor-default data-disabled:text-muted coarse:min-h-11";

export interface MenuItem {
  label: string;
  icon?: LucideIcon;
  /** A second line; for an item that can't be used it says why. */
  note?: string;
  disabled?: boolean;
  danger?: boolean;
  /** On a phone only, where its button has no room. */
  phoneOnly?: boolean;
  onSelect: () => void;
}

/** Items with a line between groups. */
export function MenuItems({ groups }: { groups: MenuItem[][] }) {
  return groups.filter((group) => group.length > 0).map((group, index) => (
    <DropdownMenu.Group key={group[0]?.label}>
      {index > 0 && <DropdownMenu.Separator className="my-1 h-px bg-line" />}
      {group.map(({ label, icon: Icon, note, disabled, danger, phoneOnly, onSelect }) => (
        <DropdownMenu.Item key={label} disabled={disabled} onSelect={onSelect} className={cx(item, danger && "text-danger", phoneOnly && "md:hidden")}>
          {Icon && <Icon aria-hidden className={cx("size-4 shrink-0", !danger && "text-muted")} />}
          <span>
            {label}
            {note && <span className="block max-w-64 t-small text-muted">{note}</span>}
          </span>
        </DropdownMenu.Item>
      ))}
    </DropdownMenu.Group>
  ));
}

/** A button that opens a menu. Without `label` it is three dots. */
export function Menu({ label, icon: Icon, name, groups, size = "md", className, align = "end" }: { label?: string; icon?: LucideIcon; name: string; groups: MenuItem[][]; size?: "md" | "sm"; className?: string; align?: "start" | "end" }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={cx(buttonClass(size === "sm" ? "ghost" : "plain", size, !label), className)} aria-label={label ? undefined : name}>
        {Icon && <Icon aria-hidden className="size-4" />}
        {label ?? <EllipsisVertical aria-hidden className="size-4" />}
        {label && <ChevronDown aria-hidden className="size-4" />}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align={align} sideOffset={4} collisionPadding={8} className={list} aria-label={name}>
          <MenuItems groups={groups} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** A menu whose content the caller draws; used by the user's menu. */
export function MenuBox({ trigger, triggerClass, triggerLabel, children, align = "end", side }: { trigger: ReactNode; triggerClass: string; triggerLabel?: string; children: ReactNode; align?: "start" | "end"; side?: "top" | "bottom" }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={triggerClass} aria-label={triggerLabel}>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align={align} side={side} sideOffset={4} collisionPadding={8} className={list}>{children}</DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuCheck({ label, checked, onChange }: { label: ReactNode; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <DropdownMenu.CheckboxItem checked={checked} onCheckedChange={onChange} onSelect={(event) => event.preventDefault()} className={item}>
      <span aria-hidden className={cx("grid size-4 shrink-0 place-items-center rounded-[3px] border", checked ? "border-accent bg-accent text-on-accent" : "border-line-strong bg-surface")}>
        {checked && <Check className="size-3" strokeWidth={3} />}
      </span>
      {label}
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuRadio({ name, value, options, onChange }: { name: string; value: string; options: { value: string; label: string }[]; onChange: (value: string) => void }) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={onChange} aria-label={name}>
      <DropdownMenu.Label className="px-2.5 pt-1.5 pb-1 t-micro font-medium text-muted">{name}</DropdownMenu.Label>
      {options.map((option) => (
        <DropdownMenu.RadioItem key={option.value} value={option.value} onSelect={(event) => event.preventDefault()} className={item}>
          <span className="grid size-4 place-items-center">{option.value === value && <Check aria-hidden className="size-4 text-accent" />}</span>
          {option.label}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export const MenuSeparator = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />;
