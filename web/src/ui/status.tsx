import { Ban, Circle, CircleCheck, CircleDashed, Hourglass, type LucideIcon, Pause, PhoneCall, Play, SkipForward, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { type CampaignStatus, type ContactStatus, campaignStatus, contactStatus, type Meaning } from "~/lib/words";
import { cx } from "./cx";

const campaignIcons: Record<CampaignStatus, LucideIcon> = {
  draft: CircleDashed,
  queued: Hourglass,
  running: Play,
  paused: Pause,
  completed: CircleCheck,
  canceled: Ban,
};

const contactIcons: Record<ContactStatus, LucideIcon> = {
  pending: Circle,
  in_progress: PhoneCall,
  completed: CircleCheck,
  failed: TriangleAlert,
  skipped: SkipForward,
  canceled: Ban,
};

/** A pill for page heads: icon and word, never colour alone. */
export function Badge({ meaning, icon: Icon, solid, children }: { meaning: Meaning; icon?: LucideIcon; solid?: boolean; children: ReactNode }) {
  return (
    <span className={cx(`m-${meaning}`, "inline-flex h-6 items-center gap-1.5 rounded-full border border-(--m-border) bg-(--m-bg) pr-2.5 pl-2 t-micro font-medium whitespace-nowrap text-(--m-text)")}>
      {Icon && <Icon aria-hidden className={cx("size-3.5", solid && "fill-current")} strokeWidth={2} />}
      {children}
    </span>
  );
}

export function CampaignBadge({ status }: { status: CampaignStatus }) {
  const { label, meaning } = campaignStatus[status];
  return <Badge meaning={meaning} icon={campaignIcons[status]} solid={status === "running"}>{label}</Badge>;
}

export function ContactBadge({ status }: { status: ContactStatus }) {
  const { label, meaning } = contactStatus[status];
  return <Badge meaning={meaning} icon={contactIcons[status]}>{label}</Badge>;
}

function Text({ meaning, icon: Icon, solid, children }: { meaning: Meaning; icon: LucideIcon; solid?: boolean; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-2 align-top whitespace-nowrap">
      <Icon aria-hidden className={cx(`m-${meaning} size-4 shrink-0 text-(--m-fill)`, solid && "fill-current")} strokeWidth={1.75} />
      {children}
    </span>
  );
}

/** Icon and word, for tables. */
export function CampaignStatusText({ status }: { status: CampaignStatus }) {
  const { label, meaning } = campaignStatus[status];
  return <Text meaning={meaning} icon={campaignIcons[status]} solid={status === "running"}>{label}</Text>;
}

export function ContactStatusText({ status }: { status: ContactStatus }) {
  const { label, meaning } = contactStatus[status];
  return <Text meaning={meaning} icon={contactIcons[status]}>{label}</Text>;
}

export function ContactIcon({ status }: { status: ContactStatus }) {
  const Icon = contactIcons[status];
  return <Icon aria-hidden className={`m-${contactStatus[status].meaning} size-3.5 shrink-0 text-(--m-fill)`} strokeWidth={2} />;
}
