// A stand-in for the server while pages are drawn: invented data, no rules, never shipped. Tests drive the real binary instead.
// node test/mock-server.mjs [PORT]; pages are served from dist. The path /mock/set?campaign=ID&status=paused changes a campaign.
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const port = Number(process.argv[2] ?? 8090);
const dist = new URL("../dist/", import.meta.url).pathname;
const now = () => new Date().toISOString();
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const employee = { id: "emp_1", name: "Ava", version: 6 };
const trunk = { id: "trunk_1", name: "Ashburn-1" };
const settings = { lines: 400, calls_per_second: 11, order: "as_uploaded", retry: { busy: { attempts: 2, delay_s: 900 }, no_answer: { attempts: 2, delay_s: 3600 }, failed: null }, ring_timeout_s: 30, max_call_s: 300, recording: true };
const counts = (pending, in_progress, completed, failed, skipped, canceled) => ({ total: pending + in_progress + completed + failed + skipped + canceled, pending, in_progress, completed, failed, skipped, canceled });
const actionsOf = { draft: ["start", "edit", "delete", "import", "duplicate", "sample"], queued: ["pause", "stop", "retry", "edit", "duplicate", "from_filter"], running: ["pause", "stop", "retry", "edit", "duplicate", "from_filter"], paused: ["resume", "stop", "retry", "edit", "duplicate", "from_filter"], completed: ["retry", "duplicate", "from_filter"], canceled: ["duplicate", "from_filter"] };
let version = 1;
const make = (id, name, state, c, extra = {}) => ({
  id, name, state, employee, trunk, settings, counts: c, actions: actionsOf[state.status], blockers: [], property_names: ["premium", "renewal"], import: null, parent: null, children: [],
  control_version: 3, version: version++, created_by: "Ana", created_at: ago(9000), imported_at: ago(8900), started_by: state.status === "draft" ? null : "Ana", started_at: state.status === "draft" ? null : ago(6000), ended_at: null, paused_s: 720, ...extra,
});
const campaigns = new Map(
  [
    make("camp_run", "March renewals", { status: "running" }, counts(389410, 386, 596900, 1204, 12100, 0)),
    make("camp_paused", "Dormant B2C", { status: "paused", by: "Ana", why: "", at: ago(30) }, counts(6800, 3, 2900, 64, 233, 0)),
    make("camp_queued", "Winter check-in", { status: "queued", waiting_for: "line", waiting_text: "Waiting for a free line (20 of 20 in use by 2 campaigns)" }, counts(2363, 0, 0, 0, 37, 0)),
    make("camp_draft", "Spring offers", { status: "draft" }, counts(9688, 0, 0, 0, 312, 0)),
    make("camp_import", "Loyalty check", { status: "draft" }, counts(400100, 0, 0, 0, 11900, 0), { blockers: [{ code: "importing", text: "Contacts are being checked." }], import: { id: "imp_run", state: "running", rows_done: 412000, rows_total: 1000000 } }),
    make("camp_done", "March renewals (1st wave)", { status: "completed", at: ago(20) }, counts(0, 0, 986184, 1716, 12100, 0), { ended_at: ago(20) }),
    make("camp_stop", "Branch survey", { status: "canceled", by: "Ana", at: ago(90) }, counts(0, 0, 610204, 36, 0, 389760)),
    make("camp_empty", "Empty draft", { status: "draft" }, counts(0, 0, 0, 0, 0, 0), { blockers: [{ code: "no_contacts", text: "This campaign has no contacts." }] }),
  ].map((campaign) => [campaign.id, campaign]),
);
const statsOf = (c) => ({ id: c.id, version: c.version, control_version: c.control_version, state: c.state, counts: c.counts, waiting: c.counts.pending > 6312 ? 6312 : 0, finishing: c.state.status === "paused" ? c.counts.in_progress : 0, settling: 0, lines_in_use: c.counts.in_progress, lines: c.settings.lines, calls_per_second: c.state.status === "running" ? 10.9 : 0, eta_s: c.state.status === "running" ? 37700 : null, answered: Math.floor(c.counts.completed * 0.513), duplicates: Math.floor(c.counts.skipped * 0.816), at: now() });
const people = ["Ada Byron", "Ada Lindqvist", "Ada Moreau", "Adalyn Price", "Adam Becker", "Adam Castillo", "Adam Kowalski", "Adam Nowak", "Adam Osei", "Noah Pratt", "Mina Torres", "Eli Grant", "Joy Adeyemi", "Zoë Ångström"];
const kinds = [["completed", "success", "Success"], ["failed", null, "Number doesn't exist", "number_not_found"], ["in_progress", null, "Talking"], ["completed", "voicemail", "Voicemail"], ["completed", "no_answer", "No answer"], ["pending", null, "2nd attempt after 16:10"], ["skipped", null, "Duplicate of row 87", null, "duplicate"], ["completed", "transferred", "Transferred"], ["pending", null, null], ["failed", null, "Carrier couldn't place the call", "carrier_fault"]];
const rowOf = (row) => {
  const [status, result, text, failure = null, skip = null] = kinds[(row - 1) % kinds.length];
  const called = ["completed", "failed", "in_progress"].includes(status);
  return { row, name: people[(row - 1) % people.length], phone: `+1${[415, 212, 617, 305, 312, 646, 503, 713, 404][row % 9]}55501${String(row % 100).padStart(2, "0")}`, phone_text: "(415) 555-0123", status, result, failure, skip_reason: skip, result_text: text, due_at: status === "pending" && text ? ago(-60) : null, processed_at: called ? ago(row * 3) : null, talk_s: result && !["no_answer"].includes(result) ? 30 + row : null, attempts: called ? 1 : 0, call: called ? `call_${row}` : null, has_recording: ["success", "voicemail", "transferred"].includes(result), handled: null };
};
const failure = (code, category, category_label, title, meaning, next_step, may_work) => ({ code, category, category_label, title, meaning, next_step, may_work });
const words = [
  failure("number_not_found", "invalid_number", "Invalid number", "Number doesn't exist", "The phone network says nobody has this number.", "Check for a typing or country-code error. Don't retry unchanged.", false),
  failure("carrier_fault", "carrier", "Carrier", "Carrier couldn't place the call", "Fault or outage on the carrier's side.", "Usually passes: retry in 15 minutes.", true),
  failure("no_audio", "audio", "Audio", "Connected, but no sound arrived", "The call was answered, but no audio packet arrived.", "Open the audio ports, make a test call, then retry.", true),
  failure("carrier_unreachable", "network", "Network", "Couldn't reach the carrier", "This machine could not connect to the carrier.", "Check network, firewall, DNS.", true),
  failure("interrupted", "system", "System", "Carillon restarted during the call", "Carillon stopped while this call was being made.", "Retry; the person may ask about the dropped call.", false),
];
const sums = [888, 184, 63, 41, 28];
const callOf = (id) => {
  const row = Number(id.split("_")[1]) || 1;
  const contact = rowOf(row);
  const failed = contact.status === "failed";
  return { id, campaign: "camp_run", row, name: contact.name, phone: contact.phone, attempt: 1, phase: contact.status === "in_progress" ? "answered" : "ended", result: contact.result, failure: contact.failure, outcome_text: contact.status === "in_progress" ? null : contact.result_text, ended_by: "contact", sip_status: failed ? 404 : 200, placed_at: ago(row * 3 + 2), ringing_at: ago(row * 3 + 1), answered_at: failed ? null : ago(row * 3 + 1), ended_at: ago(row * 3), talk_s: contact.talk_s, has_recording: contact.has_recording };
};
const says = [["employee", "Hello Ada, this is Ava, the AI assistant of Northwind Insurance. This call is recorded."], ["contact", "Oh, hi. Yes, speaking."], ["employee", "Your home policy renews on the first of March. Do you want to keep it"], ["contact", "Wait, did the price go up again?"], ["employee", "It rises by four dollars a month, to sixty-one. That is because rebuilding costs in your area went up."], ["contact", "Hmm. And if I raise the deductible?"], ["employee", "With a deductible of one thousand dollars it stays at fifty-seven, the same as this year."], ["contact", "Good. Let's do that then."]];
const resultRows = [["success", "Success", true, 171204], ["transferred", "Transferred", true, 21486], ["no_success", "No success", true, 298660], ["callback", "Callback", true, 9318], ["opted_out", "Opted out", true, 4902], ["voicemail", "Voicemail", false, 214770], ["no_answer", "No answer", false, 219408], ["busy", "Busy", false, 31512], ["declined", "Declined", false, 14924]].map(([result, label, answered_by_person, count]) => ({ result, label, answered_by_person, count, share: count / 986184 }));
const user = { id: "user_1", login: "ana@example.com", name: "Ana Ruiz", role: process.env.ROLE ?? "admin", state: "active", last_seen_at: now(), created_at: ago(90000), kept_because: "The last administrator can't be removed." };
const trunkFull = { ...trunk, host: "sip.example.net", port: 5060, transport: "udp", user: "carillon", register: false, dial_format: { kind: "plus_e164" }, caller_id: "+14155550100", caller_id_header: "from", public_address: null, lines: 400, calls_per_second: 20, has_password: true, password_set_at: ago(9000), lines_in_use: 386, signalling_address: "203.0.113.7:5060", used_by: [{ id: "camp_run", name: "March renewals", status: "running" }], version: 1, created_at: ago(90000), updated_at: ago(9000) };
const wav = (() => {
  const seconds = 78, rate = 8000, data = Buffer.alloc(seconds * rate * 2);
  for (let i = 0; i < seconds * rate; i += 1) data.writeInt16LE(Math.round(2000 * Math.sin((i / rate) * 2 * Math.PI * 300)), i * 2);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0); head.writeUInt32LE(36 + data.length, 4); head.write("WAVEfmt ", 8); head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22); head.writeUInt32LE(rate, 24); head.writeUInt32LE(rate * 2, 28); head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34); head.write("data", 36); head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
})();
const exportsMade = new Map();
const detail = (row) => ({ ...rowOf(row), first_name: people[(row - 1) % people.length].split(" ")[0], last_name: people[(row - 1) % people.length].split(" ")[1], line: row + 1, properties: { premium: "57", renewal: "2027-03-01" }, explanation: words.find((word) => word.code === rowOf(row).failure) ?? null, do_not_call: false, calls: rowOf(row).call ? [callOf(`call_${row}`)] : [], actions: { failed: ["retry", "exclude", "handled", "do_not_call"], pending: ["exclude", "do_not_call"], skipped: ["restore"], completed: ["handled", "do_not_call"], in_progress: [] }[rowOf(row).status], also_in: [{ campaign: "camp_paused", campaign_name: "Dormant B2C", row: 17, status: "completed", result: "no_answer" }] });
const skippedRows = { total: 1000000, pending: 987900, skipped: 12100, groups: [{ reason: "duplicate", label: "Duplicate", count: 9870, hint: null, examples: [{ row: 88, line: 89, value: "+14155550123", text: "the same number stands in row 87" }] }, { reason: "mangled_number", label: "Number mangled by a spreadsheet", count: 642, hint: "Format the phone column as text in the spreadsheet and upload again, or go on without these rows.", examples: [{ row: 4102, line: 4103, value: "1.41556E+10", text: "spreadsheet shortened it" }, { row: 18220, line: 18221, value: "555-0142", text: "area code missing" }] }] };

function answer(method, path, query, body) {
  const match = (pattern) => path.match(new RegExp(`^/api/v1${pattern}$`))?.slice(1);
  let m;
  if (match("/session")) return process.env.SIGNED_OUT && method === "GET" ? [401, { code: "signed_out", title: "Not signed in", detail: "Sign in." }] : { id: "sess_1", user, expires_at: ago(-9000), workspace: "Northwind", time_zone: "America/New_York" };
  if (match("/session/link/info")) return { purpose: "first_start", login: null, name: null, needs_password: true, expires_at: ago(-60) };
  if (match("/session/link")) return { id: "sess_1", user, workspace: "Northwind", time_zone: "America/New_York" };
  if (match("/instance")) return { version: "0.1.0", first_start: Boolean(process.env.SIGNED_OUT), dials: true };
  if (match("/catalog")) return { campaign_statuses: [], contact_statuses: [], results: [], skip_reasons: [{ code: "duplicate", label: "Duplicate" }], failures: words, countries: [{ code: "US", calling_code: 1 }, { code: "DE", calling_code: 49 }, { code: "GB", calling_code: 44 }] };
  if (match("/campaigns")) {
    if (method === "POST") { const made = make(`camp_${Date.now()}`, body.name, { status: "draft" }, counts(0, 0, 0, 0, 0, 0), { blockers: [{ code: "no_contacts", text: "This campaign has no contacts." }] }); campaigns.set(made.id, made); return [201, made]; }
    if (process.env.EMPTY) return { items: [], page: 1, per_page: 25, total: { count: 0, exact: true } };
    const wanted = query.get("status")?.split(",");
    const items = [...campaigns.values()].filter((c) => (!wanted || wanted.includes(c.state.status)) && c.name.toLowerCase().includes((query.get("q") ?? "").toLowerCase())).map((c) => ({ ...c, progress: 0.5 }));
    return { items, page: 1, per_page: 25, total: { count: items.length, exact: true } };
  }
  if ((m = match("/campaigns/(\\w+)(?:/(.*))?"))) {
    const c = campaigns.get(m[0]);
    if (!c) return [404, { code: "not_found", title: "Not found", detail: "There is no such campaign, or you can't see it." }];
    const part = m[1] ?? "";
    if (part === "") { if (method === "PATCH") Object.assign(c, body.name ? { name: body.name } : {}, body.settings ? { settings: body.settings } : {}); return method === "DELETE" ? [204] : c; }
    if (part === "stats") return statsOf(c);
    if (part === "summary") return { counts: c.counts, processed: 1000000, called: 987900, skipped: 12100, calls: 1041388, answered: 505570, success_rate: 0.1954, answer_rate: 0.485, results: resultRows, skip_reasons: [], first_call_at: ago(6000), last_end_at: ago(20), duration_s: 362340, paused_s: 720, talk_s: 32000000, mean_talk_s: 63 };
    if (part === "failures") return c.counts.failed ? { failed: 1204, main_cause: "number_not_found", causes: words.map((word, i) => ({ ...word, count: sums[i], share: sums[i] / 1204, first_seen_at: ago(5000), last_seen_at: ago(40), example: { row: 2 + i, name: people[i], phone: "+14155550123", call: "call_2", sip_status: 404, sip_reason: "Not Found" } })) } : { failed: 0, causes: [], main_cause: null };
    if (part === "minutes") return { items: Array.from({ length: 120 }, (_, i) => ({ at: ago(120 - i), ended: 60, completed: 50, failed: Math.round(Math.max(0, 28 * Math.exp(-(((i - 40) / 10) ** 2)) + (i * 7) % 3 - 1)) })) };
    if (part === "notes") return { text: "Evening calls convert best; price question comes up in the first 20 s. Shorten the greeting. Voicemail: call back after 17:00.", version: 2, updated_by: "Ana", updated_at: ago(5) };
    if (part === "activity") return { items: [["campaign_paused", "Paused by Ana"], ["campaign_resumed", "Resumed by Ana"], ["campaign_started", "Started by Ana"], ["import_done", "renewals-march.csv imported: 987,900 to call, 12,100 skipped"]].map(([kind, text], i) => ({ id: `evt_${i}`, at: ago(i * 60), kind, text, row: i === 1 ? 42 : null, call: null, data: null })) };
    if (part === "retry" && method === "GET") return { all: 1204, may_work: 304, interrupted: 12, number_wrong: 888, needs_fix: 0 };
    if (part === "contacts") {
      const perPage = Number(query.get("per_page") ?? 50), page = Number(query.get("page") ?? 1);
      let items = Array.from({ length: 400 }, (_, i) => rowOf((page - 1) * perPage + i + 1));
      for (const name of ["status", "result"]) if (query.get(name)) items = items.filter((row) => query.get(name).split(",").includes(row[name]));
      if (query.get("reason")) items = items.filter((row) => row.failure === query.get("reason"));
      if (query.get("q")) items = items.filter((row) => row.name.toLowerCase().includes(query.get("q").toLowerCase()));
      const total = [...query.keys()].some((key) => ["status", "result", "q", "reason"].includes(key)) ? { count: items.length, exact: true } : { count: c.counts.total, exact: true };
      return { items: items.slice(0, Math.min(perPage, c.counts.total)), page, per_page: perPage, total, next: "n", previous: page > 1 ? "p" : null };
    }
    if ((m = part.match(/^contacts\/(\d+)(\/.*)?$/))) return detail(Number(m[1]));
    if (part === "contacts/actions") return { changed: 3, unchanged: 1, remaining: 0 };
    if (part === "exports") { const id = `exp_${Date.now()}`; exportsMade.set(id, Date.now()); return [202, { id, campaign: c.id, format: body.format, state: "running", rows_done: 0, rows_total: c.counts.total, file_name: `march-renewals.${body.format}`, created_by: "Ana", created_at: now() }]; }
    if (part === "imports") { c.import = { id: "imp_done", state: "running", rows_done: 0, rows_total: 1000000 }; return [202, { id: "imp_done", campaign: c.id, file_name: "renewals-march.csv", state: "running", bytes_done: 0, bytes_total: 1, rows_done: 0, rows_total: 1000000, pending: 0, skipped: 0, created_at: now() }]; }
    if (part === "retry") return { retried: 304, remaining: 0, campaign: c };
    const next = { start: "running", resume: "running", pause: "paused", stop: "canceled" }[part];
    if (next) { set(c, next); return c; }
    return [201, c];
  }
  if ((m = match("/imports/(\\w+)"))) { if (m[0] === "imp_done") for (const c of campaigns.values()) if (c.import?.id === "imp_done" && c.import.state !== "done") { c.import.state = "done"; c.counts = counts(987900, 0, 0, 0, 12100, 0); c.blockers = []; c.version = version++; } return m[0] === "imp_run" ? { id: m[0], campaign: "camp_import", file_name: "loyalty.csv", state: "running", bytes_done: 40, bytes_total: 100, rows_done: 412000, rows_total: 1000000, pending: 400100, skipped: 11900, created_at: ago(1) } : { id: m[0], campaign: "x", file_name: "renewals-march.csv", state: "done", bytes_done: 1, bytes_total: 1, rows_done: 1000000, rows_total: 1000000, pending: 987900, skipped: 12100, created_at: ago(1), ended_at: now() }; }
  if (match("/imports/(\\w+)/skipped")) return skippedRows;
  if ((m = match("/exports/(\\w+)"))) { const t = (Date.now() - exportsMade.get(m[0])) / 1000; return { id: m[0], campaign: "camp_run", format: "csv", state: t > 3 ? "done" : "running", rows_done: Math.min(1000000, Math.round(t * 333000)), rows_total: 1000000, file_name: "march-renewals.csv", bytes: 93000000, download: "/x", created_by: "Ana", created_at: now(), expires_at: ago(-1440) }; }
  if (match("/uploads")) return [201, { id: "up_1", name: "renewals-march.csv", bytes: 57000000, sha256: "", created_at: now(), expires_at: ago(-1440) }];
  if (match("/uploads/(\\w+)")) return { upload: { id: "up_1", name: "renewals-march.csv", bytes: 57000000 }, format: { kind: "csv", encoding: "utf-8", separator: ";", header: true, sheet: null, sheets: [], rows: 1000000 }, columns: [["phone", ["14155550123", "2125550187", "(617) 555-0142"], { field: "phone" }], ["first_name", ["Ada", "Leo", "Carla"], { field: "first_name" }], ["last_name", ["Byron", "Hart", "Quinn"], { field: "last_name" }], ["tz", ["US/Pacific", "US/Eastern"], { field: "time_zone" }], ["customer_no", ["100482", "100483"], { field: "external_id" }], ["premium", ["57", "81"], { field: "property", name: "premium" }], ["branch", ["17", "04"], { field: "skip" }]].map(([header, samples, suggestion], index) => ({ index, header, samples, suggestion, numbers: index === 0 ? [{ text: "(617) 555-0142", phone: "+16175550142" }, { text: "n/a", phone: null, problem: "is not a number" }] : [], because: "the header says so", confidence: 0.9 })), missing_variables: ["deductible"], warnings: [] };
  if (match("/calls")) return { items: Array.from({ length: 30 }, (_, i) => callOf(`call_${i + 1}`)), next: "x" };
  if (match("/calls/random")) return { items: [1, 4, 8, 11, 14].map((i) => callOf(`call_${i}`)) };
  if ((m = match("/calls/(\\w+)"))) {
    const call = callOf(m[0]);
    const steps = [[0, true, "INVITE sip:+14155550123@sip.example.net SIP/2.0"], [0.04, false, "100 Trying"], [1.2, false, "180 Ringing"], [6.38, false, "200 OK"], [6.39, true, "ACK sip:x"], [78.36, false, "BYE sip:x"], [78.37, true, "200 OK"]];
    return { ...call, campaign_name: "March renewals", employee, trunk: "trunk_1", trunk_name: "Ashburn-1", explanation: words.find((word) => word.code === call.failure) ?? null, sip_reason: call.failure ? "Not Found" : "OK", q850_cause: call.failure ? 1 : 16, late: false, turns: call.failure ? [] : says.map(([speaker, text], i) => ({ turn: i + 1, speaker, text, begins_s: 6 + i * 9, ends_s: 11 + i * 9, interrupted: i === 2 })), ladder: steps.map(([at_s, sent, summary]) => ({ at_s, sent, summary, text: `${summary}\nVia: SIP/2.0/UDP 203.0.113.7` })), recording: { available: call.has_recording, missing_text: call.has_recording ? null : "the call wasn't answered", length_s: 78, media_type: "audio/wav" }, decision: {}, attempts: [] };
  }
  if (match("/employees")) return { items: [{ ...employee, language: "en-US", greeting: "Hello {{first_name|there}}, this is Ava of Northwind Insurance. Do you have two minutes for your home policy?", campaigns: 3, updated_at: ago(9000) }, { id: "emp_2", name: "Ben", version: 2, language: "en-GB", greeting: "Good day, this is Ben of Northwind.", campaigns: 1, updated_at: ago(9000) }] };
  if (match("/employees/(\\w+)")) return { ...employee, latest_version: 6, language: "en-US", greeting: "Hello {{first_name|there}}, do you have two minutes for your home policy?", script: [{ when: "Then it listens for up to 6 seconds", says: null }, { when: "Then it says", says: "Your policy renews on {{renewal}}. The premium is {{premium}} dollars a month." }, { when: "At the end", says: "Thank you and goodbye." }], variables: [{ name: "first_name", default: "there" }, { name: "renewal", default: null }, { name: "premium", default: null }], created_at: ago(9000), used_by: [...campaigns.values()].slice(0, 4).map((c) => ({ id: c.id, name: c.name, status: c.state.status, version: 6 })) };
  if (match("/trunks")) return { items: process.env.EMPTY ? [] : [trunkFull, { ...trunkFull, id: "trunk_2", name: "Practice network", host: "127.0.0.1", user: null, has_password: false, used_by: [] }] };
  if (match("/trunks/\\w+/test")) return { passed: false, steps: [{ step: "dns", title: "The carrier's name is found", outcome: "passed", finding: "sip.example.net is 203.0.113.9.", took_ms: 12 }, { step: "options", title: "The carrier answers an OPTIONS request", outcome: "failed", finding: "It answered 403 Forbidden.", hint: "Check user name and password.", took_ms: 24 }, { step: "invite", title: "A test call rings", outcome: "skipped", finding: "Not tried since a step before failed." }] };
  if (match("/users")) return { items: [user, { ...user, id: "user_2", login: "ben@example.com", name: "Ben Ode", role: "viewer", state: "invited", last_seen_at: null, kept_because: undefined }] };
  if (match("/users/\\w+/sessions")) return { items: [{ id: "s1", current: true, created_at: ago(600), last_seen_at: now(), expires_at: ago(-600), user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156", address: "127.0.0.1" }] };
  if (match("/api-keys")) return { items: [{ id: "key_1", name: "CRM sync", prefix: "crl_7f3a9c", scope: "write", created_by: "Ana", created_at: ago(9000), last_used_at: ago(2), expires_at: null }] };
  if (match("/settings")) return { name: "Northwind", time_zone: "America/New_York", default_country: "US", public_url: "https://calls.example.com", public_url_fixed: false };
  if (match("/audit")) return { items: ["campaign_start", "trunk_edit", "session_sign_in"].map((action, i) => ({ id: `a${i}`, at: ago(i * 30), user: "user_1", who: "Ana Ruiz", action, target: i ? null : "camp_run", status: i === 2 ? 401 : 200, details: null, address: "127.0.0.1", request_id: "8f3a" })) };
  if (match("/do-not-call")) return { items: [["+14155550123", "call", "Said “never call again”"], ["+491512345678", "manual", "Asked by e-mail"], ["+12125550187", "import", null]].map(([phone, source, reason]) => ({ phone, source, reason, added_by: "Ana", added_at: ago(5000), expires_at: null })) };
  if (match("/do-not-call/check")) return { phone: "+14155550123", blocked: true, entry: { phone: "+14155550123", source: "call", reason: "Said so", added_by: "Ana", added_at: ago(5000) }, contacts: 2 };
  return [404, { code: "no_route", title: "There is no such address", detail: path }];
}

const streams = new Set();
function set(c, status) {
  c.state = { status, ...(status === "paused" || status === "canceled" ? { by: "Ana", at: now() } : {}), ...(status === "queued" ? { waiting_for: "trunk", waiting_text: "Trunk Ashburn-1 is down" } : {}) };
  c.actions = actionsOf[status];
  c.control_version += 1;
  c.version = version++;
  send(c);
}
function send(c) {
  for (const s of streams) if (s.topics.includes("campaigns") || s.topics.includes(`campaign:${c.id}`)) s.response.write(`event: stats\ndata: ${JSON.stringify(statsOf(c))}\n\n`);
}
setInterval(() => {
  const c = campaigns.get("camp_run");
  if (c.state.status !== "running" || process.env.STILL) return;
  c.counts = { ...c.counts, pending: c.counts.pending - 3, completed: c.counts.completed + 3 };
  c.version = version++;
  send(c);
  for (const s of streams) if (s.topics.includes("rows:camp_run")) s.response.write(`event: rows\ndata: ${JSON.stringify({ campaign: "camp_run", rows: [{ row: 9, status: "completed", result: "success", result_text: "Success", processed_at: now(), version: c.version }], many: false })}\n\n`);
}, 500);
setInterval(() => { for (const s of streams) s.response.write("event: ping\ndata: {}\n\n"); }, 10_000);

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  if (url.pathname === "/mock/set") { set(campaigns.get(url.searchParams.get("campaign")), url.searchParams.get("status")); response.end("ok"); return; }
  if (url.pathname === "/api/v1/events") {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const entry = { response, topics: url.searchParams.get("topics").split(",") };
    streams.add(entry);
    for (const c of campaigns.values()) if (entry.topics.includes("campaigns") || entry.topics.includes(`campaign:${c.id}`)) response.write(`event: stats\ndata: ${JSON.stringify(statsOf(c))}\n\n`);
    request.on("close", () => streams.delete(entry));
    return;
  }
  if (/\/recording$/.test(url.pathname)) {
    const [from, to] = (request.headers.range ?? "bytes=0-").slice(6).split("-");
    const [start, end] = [Number(from || 0), Number(to || wav.length - 1)];
    response.writeHead(206, { "Content-Type": "audio/wav", "Accept-Ranges": "bytes", "Content-Range": `bytes ${start}-${end}/${wav.length}`, "Content-Length": end - start + 1 });
    response.end(wav.subarray(start, end + 1));
    return;
  }
  if (url.pathname.startsWith("/api/")) {
    let text = "";
    request.on("data", (part) => { if (text.length < 1e6) text += part; });
    request.on("end", () => {
      let body = {};
      try { body = JSON.parse(text); } catch { body = {}; }
      const given = answer(request.method, url.pathname, url.searchParams, body);
      const [status, data] = Array.isArray(given) ? given : [200, given];
      setTimeout(() => { response.writeHead(status, { "Content-Type": status >= 400 ? "application/problem+json" : "application/json", "X-Request-Id": "8f3a" }); response.end(data === undefined ? undefined : JSON.stringify(data)); }, Number(process.env.DELAY ?? 5));
    });
    return;
  }
  const file = join(dist, url.pathname);
  const found = url.pathname !== "/" && existsSync(file) ? file : join(dist, "index.html");
  response.writeHead(200, { "Content-Type": types[extname(found)] ?? "application/octet-stream" });
  if (found.endsWith("index.html")) response.end(readFileSync(found)); else createReadStream(found).pipe(response);
}).listen(port, "127.0.0.1", () => console.log(`mock on http://127.0.0.1:${port}`));
