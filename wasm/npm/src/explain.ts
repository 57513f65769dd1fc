import type { Problem, Purpose, Reading, Verdict } from "./records.js";

/** One text of the message catalogue: the keys are core's codes and names. */
export interface Message {
  title: string;
  detail: string;
  next: string;
  severity: Severity;
}

export type Severity = "ok" | "note" | "warn" | "bad" | "unknown" | "cannot-tell";

/** A catalogue, as `@medproof/verify/messages/*.json` holds it. */
export type Catalogue = Readonly<Record<string, Message>>;

/** A message with its placeholders filled. A text that cannot be filled is left out. */
export interface Sentence {
  code: string;
  title: string;
  detail: string | null;
  next: string | null;
  severity: Severity;
}

/** One line of "what was checked". */
export interface Check {
  axis: string;
  name: string;
  answer: Sentence;
}

/** A verdict in words. */
export interface Explanation {
  overall: Sentence;
  /** What decided stands first. */
  reasons: Sentence[];
  /** "Did you get it about then?", for a holder whose pack was given out. */
  question: Sentence | null;
  /** The time that the answer is about, where a quorum vouches for one. */
  asOf: Sentence | null;
  checks: Check[];
  notProved: Sentence[];
}

/** What the words depend on besides the verdict. */
export interface About {
  purpose: Purpose;
  /** A BCP 47 tag: dates are written as there. */
  language: string;
  /** What stands on the pack, if it was read. */
  reading?: Reading | undefined;
}

/** Says a verdict in the words of a catalogue. */
export function explain(catalogue: Catalogue, verdict: Verdict, about: About): Explanation {
  const say = (code: string, more: Values = {}) => sentence(catalogue, code, { ...values, ...more });
  const values = valuesOf(catalogue, verdict, about);
  const overall = say(isProductOnly(verdict) ? "overall.product-only" : `overall.${verdict.overall}.${about.purpose}`);
  const isGivenOut = about.purpose === "holder" && verdict.overall === "ok" && verdict.axes.since_day !== null;
  return {
    overall,
    reasons: decidingFirst(verdict.reasons.map((code) => say(code)), overall.severity),
    question: isGivenOut ? say("question.got-it-then") : null,
    asOf: verdict.axes.time_ms === null ? null : say("axis.as-of"),
    checks: checks(verdict, say),
    notProved: ["not-proved.copy", "not-proved.contents"].map((code) => say(code)),
  };
}

/** The reasons that weigh as the whole answer does, then the others, each in the order of the axes. */
function decidingFirst(reasons: Sentence[], severity: Severity): Sentence[] {
  const weighs = (reason: Sentence) => Number(reason.severity === severity);
  return [...reasons].sort((left, right) => weighs(right) - weighs(left));
}

/** Whether the code names a product that is in order: that is no warning about a pack. */
function isProductOnly({ overall, axes }: Verdict): boolean {
  return overall === "warn" && axes.level === "product" && axes.identifier === "registered" && axes.states.effective === "active";
}

/** One message, with its placeholders filled from `values`. */
export function sentence(catalogue: Catalogue, code: string, values: Values = {}): Sentence {
  const message = catalogue[code];
  // A code that is newer than the catalogue is shown as it is.
  if (!message) return { code, title: code, detail: null, next: null, severity: "cannot-tell" };
  const title = filled(message.title, values) ?? message.title;
  return { code, title, detail: filled(message.detail, values), next: filled(message.next, values), severity: message.severity };
}

/** A length of time in words. */
export function age(catalogue: Catalogue, ms: bigint): string {
  const seconds = ms / 1000n;
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["second", 1n];
  const count = seconds / size;
  const code = count === 1n ? `age.${unit}` : `age.${unit}s`;
  return sentence(catalogue, code, { count: String(count) }).title;
}

/** A day counted from 1970-01-01, written out. */
export function day(language: string, count: number): string {
  const date = new Date(count * DAY_MS);
  return new Intl.DateTimeFormat(language, { ...AS_PRINTED, dateStyle: "long", timeZone: "UTC" }).format(date);
}

/** A moment in the time of this device, written out. */
export function moment(language: string, ms: bigint): string {
  const date = new Date(Number(ms));
  return new Intl.DateTimeFormat(language, { ...AS_PRINTED, dateStyle: "long", timeStyle: "short" }).format(date);
}

export type Values = Record<string, string | undefined>;
type Say = (code: string, more?: Values) => Sentence;

function checks({ axes }: Verdict, say: Say): Check[] {
  const lines: Check[] = [];
  const add = (axis: string, answer: string | null, more?: Values) => {
    if (answer !== null) lines.push({ axis, name: say(axis).title, answer: say(answer, more) });
  };
  const of = (axis: string, value: string | null) => add(axis, value && `${axis}.${value}`);
  of("axis.trust", axes.trust);
  of("axis.freshness", axes.freshness);
  of("axis.identifier", axes.identifier);
  of("axis.level", axes.level);
  if (axes.identifier === "registered") {
    of("axis.agreement.lot", axes.lot);
    of("axis.agreement.expiry", axes.expiry);
  }
  for (const level of ["pack", "unit", "lot", "product"] as const) {
    const state = axes.states[level];
    add(`axis.states.${level}`, state === null ? null : `state-name.${STATES[state - 1] ?? "newer"}`);
  }
  if (axes.expired !== null) of("axis.expiry", axes.expired ? "expired" : "in-date");
  if (axes.issuer) {
    const { role, key_then, key_now, member_now } = axes.issuer;
    add("axis.issuer.role", role >= 1 && role <= 5 ? `role.${role}` : "role.other");
    add("axis.issuer.key-then", `axis.issuer.key.${key_then}`);
    add("axis.issuer.key-now", `axis.issuer.key.${key_now}`);
    add("axis.issuer.member", `axis.issuer.member.${member_now ?? "newer"}`);
  }
  return lines;
}

function valuesOf(catalogue: Catalogue, { axes }: Verdict, { language, reading }: About): Values {
  const written = (count: number | null | undefined) => (typeof count === "number" ? day(language, count) : undefined);
  return {
    ...numbers(axes.problem),
    age: axes.age_ms === null ? undefined : age(catalogue, axes.age_ms),
    height: axes.height === null ? undefined : String(axes.height),
    time: axes.time_ms === null ? undefined : moment(language, axes.time_ms),
    day: written(axes.since_day),
    expiry_ledger: written(axes.expiry_day),
    expiry_pack: written(reading?.expiry_day),
    lot_ledger: axes.lot_ledger ?? undefined,
    lot_pack: reading?.lot ?? undefined,
  };
}

function numbers(problem: Problem | null): Values {
  if (problem === null || problem.expected === null || problem.found === null) return {};
  return { expected: String(problem.expected), found: String(problem.found) };
}

function filled(text: string, values: Values): string | null {
  let isWhole = true;
  const result = text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    isWhole &&= value !== undefined;
    return value ?? "";
  });
  return isWhole ? result : null;
}

/** In the calendar and the digits that stand on packs everywhere. */
const AS_PRINTED = { calendar: "gregory", numberingSystem: "latn" } as const;

const DAY_MS = 86_400_000;
const UNITS: [string, bigint][] = [["day", 86_400n], ["hour", 3_600n], ["minute", 60n]];

/** The names of the states in the order of their numbers, from 1. */
export const STATES: readonly string[] = [
  "active",
  "in-transit",
  "partly-dispensed",
  "dispensed",
  "sample",
  "exported",
  "locked",
  "quarantined",
  "withdrawn",
  "recalled",
  "stolen",
  "destroyed",
];
