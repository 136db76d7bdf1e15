import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "./cx";

type Kind = "primary" | "plain" | "danger" | "ghost";
type Size = "md" | "sm";

const base =
  "inline-flex shrink-0 [&_svg]:shrink-0 items-center justify-center whitespace-nowrap rounded border select-none transition-colors duration-(--motion) aria-disabled:border-line aria-disabled:bg-hover aria-disabled:text-muted";
const sizes: Record<Size, string> = {
  md: "h-9 gap-2 px-3.5 t-label coarse:h-11",
  sm: "h-7 gap-1.5 px-2.5 t-small font-medium coarse:h-11",
};
const kinds: Record<Kind, string> = {
  primary: "border-accent bg-accent text-on-accent not-aria-disabled:hover:brightness-110",
  plain: "border-line bg-surface text-fg not-aria-disabled:hover:bg-hover [&>svg]:text-muted",
  danger: "border-danger-solid bg-danger-solid text-on-danger not-aria-disabled:hover:brightness-110",
  ghost: "border-transparent bg-transparent text-fg not-aria-disabled:hover:bg-hover [&>svg]:text-muted",
};

/** The look of a button, also for links that act as one. */
export function buttonClass(kind: Kind = "plain", size: Size = "md", square = false): string {
  return cx(base, sizes[size], kinds[kind], square && (size === "md" ? "w-9 px-0! coarse:w-11" : "w-7 px-0! coarse:w-11"));
}

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  kind?: Kind;
  size?: Size;
  icon?: LucideIcon;
  /** Words while the server works, such as "Pausing…", in place of icon and label: the button keeps its width where they are no longer. */
  pendingLabel?: string;
  pending?: boolean;
  /** Not usable now. It stays in the tab order; say why beside it. */
  blocked?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

export function Button({ kind = "plain", size = "md", icon: Icon, pending = false, pendingLabel, blocked = false, className, onClick, children, type = "button", ...rest }: ButtonProps) {
  const off = pending || blocked;
  const picture = pending ? <LoaderCircle aria-hidden className="size-4 anim-spin" /> : Icon ? <Icon aria-hidden className={size === "md" ? "size-4" : "size-3.5"} /> : null;
  return (
    <button
      type={type}
      {...rest}
      aria-disabled={off || undefined}
      aria-busy={pending || undefined}
      className={cx(buttonClass(kind, size, children === undefined), className)}
      onClick={off ? (event) => event.preventDefault() : onClick}
    >
      {pendingLabel ? (
        <span className="grid justify-items-center">
          <span className={cx("col-start-1 row-start-1 inline-flex items-center gap-2 [&>svg]:opacity-80", pending && "invisible")} aria-hidden={pending || undefined}>{!pending && picture}{pending && Icon && <span className="size-4" />}{children}</span>
          {pending && <span className="col-start-1 row-start-1">{pendingLabel}</span>}
        </span>
      ) : (
        <>{picture}{children}</>
      )}
    </button>
  );
}
