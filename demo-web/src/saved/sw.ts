// Keeps the page on the device. It never answers for a node: `/v1/…` goes to the network or nowhere.

declare const self: ServiceWorkerGlobalScope;
/** Set by the build: the page's files, and a name that changes with them. */
declare const MEDPROOF_FILES: string[];
declare const MEDPROOF_VERSION: string;

const CACHE = `medproof-${MEDPROOF_VERSION}`;
const ROOT = self.registration.scope;
const PAGE = new URL("index.html", ROOT).href;
const ANCHOR = new URL("anchor.mpanchor", ROOT).href;
const files = new Set(MEDPROOF_FILES.map((file) => new URL(file, ROOT).href));

self.addEventListener("install", (event) => event.waitUntil(fillCache()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  if (method !== "GET") return;
  if (mode === "navigate" && isPage(new URL(url))) event.respondWith(newest(event.request, PAGE));
  else if (url === ANCHOR) event.respondWith(newest(event.request, ANCHOR));
  else if (files.has(url)) event.respondWith(kept(event.request));
});

async function fillCache(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...files, PAGE, ANCHOR].map((file) => new Request(file, { cache: "reload", credentials: "omit" })));
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("medproof-") && name !== CACHE).map((name) => caches.delete(name)));
}

/** The start page and the links of packs; other pages of this origin are not ours. */
function isPage({ origin, pathname }: URL): boolean {
  return origin === new URL(ROOT).origin && /^\/((01|00|8006)\/.*|index\.html)?$/.test(pathname);
}

/** From the network, else from the cache: a connected visitor never sees an old page. */
async function newest(request: Request, name: string): Promise<Response> {
  const asked = fetch(request).then(async (answer) => {
    // The page changes with its files, and is saved with them; the trust file changes alone.
    if (answer.ok && name === ANCHOR) await (await caches.open(CACHE)).put(name, answer.clone()).catch(() => undefined);
    return answer;
  });
  // A connection may be there and carry nothing.
  asked.catch(() => undefined);
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  const answer = await Promise.race([asked, late]).catch(() => null);
  if (answer?.ok) return answer;
  return (await caches.match(name)) ?? answer ?? asked.catch(() => Response.error());
}

const PATIENCE_MS = 4_000;

/** From the cache, else from the network: what is named by its hash does not change. */
async function kept(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

export {};
