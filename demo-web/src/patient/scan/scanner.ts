/** A picture to look at. A photo is looked at longer than one of many frames. */
export interface Picture {
  picture: ImageBitmap;
  isPhoto: boolean;
}

export type Found = { text: string | null } | { fault: string };

/** Finds codes in pictures, one picture at a time. */
export class Scanner {
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** The text of the first code; null if there is none. Throws if the scanner does not start. */
  read(picture: ImageBitmap, isPhoto: boolean): Promise<string | null> {
    const turn = this.#last.then(() => this.#ask({ picture, isPhoto }));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #ask(picture: Picture): Promise<string | null> {
    const worker = (this.#worker ??= new Worker(new URL("./scan_worker.ts", import.meta.url), { type: "module" }));
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Found>) => ("fault" in data ? reject(new Error(data.fault)) : resolve(data.text));
      worker.onerror = () => {
        this.#worker = null;
        reject(new Error("the scanner did not start"));
      };
      worker.postMessage(picture, [picture.picture]);
    });
  }
}
