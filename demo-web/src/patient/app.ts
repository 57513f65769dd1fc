import type { AnchorInfo, Purpose, ScanInfo } from "@medproof/verify";
import type { Catalogue } from "@medproof/verify/explain";
import type { Answer, Lookup } from "@medproof/verify/flow";
import type { Check } from "./check/check.js";
import type { Packs } from "./packs.js";
import type { Scanner } from "./scan/scanner.js";
import type { PageWords } from "./words/index.js";

/** What is known so far about the pack in hand. */
export interface Session {
  scan: string | null;
  read: ScanInfo | null;
  /** A code that can be read in several ways, as it was scanned. */
  lost: { scan: string; read: ScanInfo } | null;
  purpose: Purpose | null;
  /** A proof from a file, a link or a QR code. */
  carried: Uint8Array | null;
  answer: Answer | null;
  /** What stands in the field for several codes. */
  codes: string;
  lookup: Lookup | null;
}

/** Before a pack is in hand. */
export const NO_PACK = { scan: null, read: null, lost: null, answer: null, carried: null };

/** What every screen has at hand. */
export interface App {
  readonly session: Session;
  readonly language: string;
  readonly text: PageWords;
  readonly check: Check;
  readonly packs: Packs;
  readonly scanner: Scanner;
  readonly nodes: readonly string[];
  readonly hotline: string;
  /** The trust file. */
  anchor(): Promise<Uint8Array>;
  catalogue(): Promise<Catalogue>;
  about(): Promise<AnchorInfo & { newest: bigint }>;
  /** Shows another screen. */
  go(screen: ScreenName): void;
  /** Goes on with what was scanned or typed. */
  take(scan: string): Promise<void>;
}

/** A screen: its heading and what stands below it. `leave` runs when another is shown. */
export interface Shown {
  title: string;
  content: (Node | null | false)[];
  leave?: () => void;
  /** Runs when the screen stands on the page. */
  enter?: () => void;
}

export type Screen = (app: App) => Shown | Promise<Shown>;

export const SCREENS = ["start", "camera", "type", "reading", "purpose", "answer", "cabinet", "several", "report", "about"] as const;
export type ScreenName = (typeof SCREENS)[number];
