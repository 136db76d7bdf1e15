const first = ["Ada", "Leo", "Carla", "Noah", "Ines", "Omar", "Mia", "Jonas", "Ruth", "Theo", "Nora", "Emil", "Lucia", "Hugo", "Aylin", "Felix", "Grace", "Ivan", "Judith", "Karim", "Lea", "Mats", "Olga", "Paul", "Rosa", "Samuel", "Tess", "Viktor", "Wanda"];
const last = ["Byron", "Hart", "Quinn", "Meyer", "Costa", "Hassan", "Lindqvist", "Novak", "Okafor", "Perez", "Rossi", "Schmidt", "Tanaka", "Urban", "Vance", "Weiss", "Young", "Zimmer", "Abbott", "Berg", "Calder", "Dietz", "Engel"];
const areas = [415, 212, 312, 617, 206, 303, 404, 512];
/**
 * The last two digits choose how the practice network answers: busy, nobody, declined, wrong number, voicemail, silence and so on, in between people who talk.
 * No overloaded trunk (05): each such number is put back three times, and every campaign of the tests would wait 35 seconds and more for it.
 */
const endings = [20, 1, 21, 3, 4, 22, 8, 23, 29, 24, 13, 25, 2, 6, 26, 1, 12, 27, 3, 28];

/** A contact file with numbers of fiction (555-01xx), and two rows that are not called. */
export function contactFile(rows: number): string {
  const used = new Set<string>();
  const lines = ["name,phone,premium"];
  for (let row = 0; lines.length <= rows; row += 1) {
    const phone = `+1${areas[Math.floor(row / endings.length) % areas.length]}555${String(100 + (endings[(row * 3) % endings.length] ?? 0)).padStart(4, "0")}`;
    const free = used.has(phone) ? `+1${areas[Math.floor(row / endings.length) % areas.length]}555${String(130 + (row % endings.length)).padStart(4, "0")}` : phone;
    if (used.has(free)) continue;
    used.add(free);
    lines.push(`${first[(row * 7) % first.length]} ${last[(row * 5) % last.length]},${free},${40 + (row % 50)}`);
  }
  return [...lines, "Kim Nowhere,n/a,41", `Again ${last[0]},${[...used][0]},42`].join("\n");
}
