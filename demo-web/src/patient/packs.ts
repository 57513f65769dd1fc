import type { Overall, Purpose, ScanInfo } from "@medproof/verify";

/** A pack that was checked: what it was, what came out, and the proof, to be judged again without a connection. */
export interface Pack {
  id: string;
  scan: string;
  purpose: Purpose;
  /** Whether a person chose to keep it. Others are forgotten after a day. */
  isKept: boolean;
  product: string | null;
  serial: string | null;
  lot: string | null;
  overall: Overall;
  reasons: string[];
  expiryDay: number | null;
  /** When it was checked, and the moment that the answer is about, in ms since 1970. */
  checkedMs: number;
  timeMs: number | null;
  proof: Uint8Array | null;
  /** Names and events, proved, once a person has asked for them. */
  bundle?: Uint8Array | undefined;
  /** What the product is called, in English and in Chinese, as the bundle proved it. */
  names?: [string, string];
}

/** Packs on this device. Only this page's origin can read them. */
export class Packs {
  async all(): Promise<Pack[]> {
    const packs: Pack[] = await inStore("readonly", (store) => finished(store.getAll()));
    return packs.sort((left, right) => right.checkedMs - left.checkedMs);
  }

  async find(id: string): Promise<Pack | null> {
    return inStore("readonly", async (store) => (await finished<Pack | undefined>(store.get(id))) ?? null);
  }

  /**
   * Stores what is new about a pack, beside what is known of it by now; `pack` counts where nothing is. Where there is
   * no room it goes without what proves it; whether all was stored.
   */
  async change(pack: Pack, news: Partial<Pack>): Promise<boolean> {
    const write = (less: Partial<Pack>) => inStore("readwrite", async (store) => {
      const known = await finished<Pack | undefined>(store.get(pack.id));
      await finished(store.put({ ...pack, ...known, ...news, ...less }));
    });
    return write({}).then(() => true, () => write({ bundle: undefined, ..."proof" in news && { proof: null } }).then(() => false));
  }

  async remove(id: string): Promise<void> {
    await inStore("readwrite", (store) => finished(store.delete(id)));
  }

  /** Forgets what nobody kept and is older than a saved answer may be. */
  async forgetOld(nowMs: number): Promise<void> {
    for (const { id, isKept, checkedMs } of await this.all()) {
      if (!isKept && nowMs - checkedMs > DAY_MS) await this.remove(id);
    }
  }
}

/** The same pack has one name, whatever else stood in its code. */
export function packId(scan: string, read: ScanInfo): string {
  const [reading] = read.readings;
  if (read.result !== "read" || !reading) return scan;
  return [reading.sscc ?? reading.products[0] ?? "", reading.serial ?? "", reading.serial ? "" : (reading.lot ?? "")].join(" ");
}

/** Days from today to the last day of use; negative if it is over. */
export function daysLeft(expiryDay: number, nowMs: number): number {
  return expiryDay - Math.floor(nowMs / DAY_MS);
}

export const isRecalled = ({ reasons }: Pack) => reasons.some((code) => /^state\.(recalled|withdrawn)/.test(code));

/** Forgets everything that this origin stored: packs, what is trusted, the saved page. */
export async function forgetAll(): Promise<void> {
  const known = await indexedDB.databases();
  await Promise.all(known.map(({ name = "" }) => finished(indexedDB.deleteDatabase(name))));
}

const DAY_MS = 86_400_000;
const STORE = "packs";

/** What `work` finds or does, in one transaction; it has ended. */
async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open("medproof-page", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
  const database = await finished(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const [result] = await Promise.all([work(transaction.objectStore(STORE)), ended(transaction)]);
    return result;
  } finally {
    database.close();
  }
}

/** A write that was taken may still find no room. */
function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    if (request instanceof IDBOpenDBRequest) request.onblocked = () => reject(new Error("another window is in the way"));
  });
}
