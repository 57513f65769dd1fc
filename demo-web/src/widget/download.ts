import { element } from "./dom.js";

/** A button that saves a message. It has no address until it is used, so that none is left behind. */
export function download(label: string, message: Uint8Array): HTMLElement {
  const button = element("button", { type: "button", part: "save" }, label);
  button.addEventListener("click", () => {
    const [kind, ending] = KINDS[message[TYPE_AT] ?? 0] ?? ["proof", "mproof"];
    const address = URL.createObjectURL(new Blob([message.slice()], { type: `application/vnd.medproof.${kind}` }));
    element("a", { href: address, download: `pack.${ending}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1_000);
  });
  return button;
}

/** The type of a message is its fifth byte. */
const TYPE_AT = 4;

/** Types that have another name and ending than a proof. */
const KINDS: Record<number, [string, string]> = { 7: ["bucket", "mpbucket"], 12: ["bundle", "mpbundle"] };
