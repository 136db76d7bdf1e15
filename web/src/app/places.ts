import { Headset, type LucideIcon, Megaphone, Phone, PhoneOff, Settings } from "lucide-react";

/** The parts of Carillon, in the order of the rail. `key` after g goes there. */
export const places: { to: "/campaigns" | "/calls" | "/employees" | "/do-not-call" | "/settings"; label: string; icon: LucideIcon; key: string }[] = [
  { to: "/campaigns", label: "Campaigns", icon: Megaphone, key: "c" },
  { to: "/calls", label: "Calls", icon: Phone, key: "a" },
  { to: "/employees", label: "AI employees", icon: Headset, key: "e" },
  { to: "/do-not-call", label: "Do not call", icon: PhoneOff, key: "d" },
  { to: "/settings", label: "Settings", icon: Settings, key: "s" },
];
