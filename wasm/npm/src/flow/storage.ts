/** Where the newest trusted header stays between visits. Only this application may write there. */
export interface Storage {
  load(): Promise<Uint8Array | null>;
  save(memory: Uint8Array): Promise<void>;
  /** Runs `work` while no other page of this application works on the same memory. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Memory that ends with the page: for tests, and where nothing may be stored. */
export class VolatileStorage implements Storage {
  #memory: Uint8Array | null = null;
  #last: Promise<unknown> = Promise.resolve();

  async load(): Promise<Uint8Array | null> {
    return this.#memory;
  }

  async save(memory: Uint8Array): Promise<void> {
    this.#memory = memory.slice();
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Memory in IndexedDB, one entry for each anchor. */
export class IndexedStorage implements Storage {
  readonly #key: string;
  readonly #volatile = new VolatileStorage();

  /** `key` tells chains apart: the anchor's fingerprint. */
  constructor(key: string) {
    this.#key = key;
  }

  async load(): Promise<Uint8Array | null> {
    const stored = await inStore("readonly", (store) => store.get(this.#key));
    return stored instanceof Uint8Array ? stored : null;
  }

  async save(memory: Uint8Array): Promise<void> {
    await inStore("readwrite", (store) => store.put(memory, this.#key));
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const locks: LockManager | undefined = globalThis.navigator?.locks;
    if (!locks) return this.#volatile.alone(work);
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      return work();
    };
    // Where a browser stores nothing for a page, it gives it no locks either.
    return (locks.request(`medproof ${this.#key}`, begin) as Promise<T>).catch((cause: unknown) => {
      if (hasBegun) throw cause;
      return this.#volatile.alone(work);
    });
  }
}

const DATABASE = "medproof";
const STORE = "memory";

async function inStore<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const request = ask(transaction.objectStore(STORE));
    // The end of the transaction, not of the request: only then is it on the disk.
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}
