/** Writes src/worker/initials.ts: which characters can begin with which letters, in all their readings. */
import { writeFileSync } from "node:fs";

import { pinyin } from "pinyin-pro";

const [FIRST, LAST] = [0x4e00, 0x9fa5];

function lettersOf(character) {
  const how = { toneType: "none", type: "array" };
  const read = [...pinyin(character, { ...how, multiple: true }), ...pinyin(character, { ...how, mode: "surname" })];
  return [...new Set(read.map((one) => one[0]?.toLowerCase()).filter((one) => /[a-z]/.test(one ?? "")))];
}

/** The commonest initial of each character in a row; the others as gaps from one to the next and their letters. */
export function initials() {
  let [row, others, last] = ["", "", FIRST];
  for (let point = FIRST; point <= LAST; point++) {
    const [first, ...more] = lettersOf(String.fromCodePoint(point));
    row += first ?? ".";
    if (more.length === 0) continue;
    others += `${point - last}${more.join("")}`;
    last = point;
  }
  return { row, others };
}

export function written() {
  const { row, others } = initials();
  return [
    "/** Made by scripts/initials.mjs: see there. */", `export const FIRST = ${FIRST};`, `export const row =\n  "${row}";`,
    `export const others =\n  "${others}";`, "",
  ].join("\n");
}

if (process.argv[1]?.endsWith("initials.mjs")) writeFileSync(new URL("../src/worker/initials.ts", import.meta.url), written());
