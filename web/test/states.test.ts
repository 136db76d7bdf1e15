import { expect, it } from "vitest";
import { router } from "~/app/routes";
import { campaignStatuses, contactStatuses } from "~/lib/words";
import { states } from "../states";

it("every route has a state that is looked at", () => {
  // Layouts show nothing of their own, and redirects nothing at all.
  const bare = new Set(["/app", "/app/", "/app/settings", "/app/settings/"]);
  const seen = new Set(states.map((state) => state.route));
  expect(Object.keys(router.routesById).filter((id) => !bare.has(id) && !seen.has(id))).toEqual([]);
  expect([...seen].filter((id) => !(id in router.routesById))).toEqual([]);
});

it("every status of campaigns and contacts has one, and no two have one name", () => {
  expect(campaignStatuses.filter((status) => !states.some((state) => state.campaign === status))).toEqual([]);
  expect(contactStatuses.filter((status) => !states.some((state) => state.contact === status))).toEqual([]);
  expect(new Set(states.map((state) => state.name)).size).toBe(states.length);
});
