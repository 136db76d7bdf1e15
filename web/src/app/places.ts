import { Headset, type LucideIcon, Megaphone, Phone, PhoneOff, Settings } from "lucide-react";

/** The parts of Carillon, in the order of the rail. */
export const places: { to: "/campaigns" | "/calls" | "/employees" | "/do-not-call" | "/settings"; label: string; icon: LucideIcon }[] = [
  { to: "/campaigns", label: "Campaigns", icon: Megaphone },
  { to: "/calls", label: "Calls", icon: Phone },
  { to: "/employees", label: "AI employees", icon: Headset },
  { to: "/do-not-call", label: "Do not call", icon: PhoneOff },
  { to: "/settings", label: "Settings", icon: Settings },
];
