// The patient page against the lying node: every lie, every hostile code, every way to give a code.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { boxPng } from "../node/qr.mjs";
import { launch } from "../npm/browser.js";
import { HOSTILE } from "../npm/hostile.js";
import { servePage, startLiar } from "./liar.js";
import { answer, check, choose, home, listed, openSaved, picture, reasons, reload, says, screen, type, visit } from "./person.js";
import { EXPIRES, lossy } from "./tour.js";

let liar;
let browser;
const servers = [];

before(async () => {
  mkdirSync(process.env.MEDPROOF_PICTURES, { recursive: true });
  [liar, browser] = await Promise.all([startLiar(), launch()]);
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  await Promise.all(servers.map((server) => server.close()));
  liar?.stop();
});

async function open(behaviours, { path = "/", change, ...options } = {}) {
  const server = await servePage(liar, behaviours, change);
  servers.push(server);
  const page = await visit(browser, server.url + path, options);
  return Object.assign(page, { server });
}

const gtin = () => /01(\d{14})/.exec(liar.outcomes.ok.scan)[1];
/** Requests that went neither to the page's own server nor to the lying node. */
const foreign = (page) => page.requests.filter((url) => !url.startsWith(`${page.server.url}/`) && !url.startsWith(`${liar.address}/`));

test("each outcome in the words of its purpose, in both languages", { timeout: 180_000 }, async () => {
  for (const [language, locale] of [["en", "en-GB"], ["zh-Hans", "zh-CN"]]) {
    const page = await open(["honest"], { locale });
    for (const [name, { scan, purpose, overall, reasons: codes }] of Object.entries(liar.outcomes)) {
      assert.equal(await check(page, scan, purpose), says(`overall.${overall}.${purpose}`, language), name);
      assert.deepEqual(await reasons(page), listed(codes, overall, purpose, language), name);
    }
    assert.deepEqual(foreign(page), []);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
});

/** What the page must say to each behaviour: the title, and the code of the first reason where there is a verdict. */
const LIES = {
  tampered: "cannot-tell",
  incomplete: "cannot-tell",
  old: "cannot-tell",
  "other-chain": "cannot-tell",
  "weak-quorum": "cannot-tell",
  garbage: "cannot-tell",
  error: "The server did not give an answer",
  slow: "The server took too long",
  "cut-off": "No server answered",
  "too-large": "The server sent too much",
  redirect: "No server answered",
};

test("each behaviour of a lying node is refused in words of its own", { timeout: 180_000 }, async () => {
  const { scan } = liar.outcomes.recalled;
  const said = new Map();
  for (const [name, expected] of Object.entries(LIES)) {
    const page = await open([name]);
    const title = await check(page, scan, "holder");
    if (expected === "cannot-tell") {
      assert.equal(title, says("overall.cannot-tell.holder"), name);
      said.set(name, (await reasons(page))[0]);
    } else {
      assert.equal(title, expected, name);
      said.set(name, title);
    }
    assert.deepEqual(foreign(page), [], name);
    await picture(page, `lie-en-${name}`);
    await page.context().close();
  }
  console.log([...said].map(([name, words]) => `# ${name}: ${words}`).join("\n"));
  // An answer that breaks off and one that leads elsewhere are both none: a browser tells a page no more.
  assert.equal(new Set(said.values()).size, said.size - 1);
});

test("what is hidden is named: history that was not shown, and a node that wants to know the pack", { timeout: 60_000 }, async () => {
  const quiet = await open(["no-history"]);
  // At the first visit there is no history to compare with.
  await check(quiet, liar.outcomes.ok.scan, "holder");
  await check(quiet, liar.outcomes.ok.scan, "holder");
  assert.ok((await quiet.locator("#answer details[part=not-proved]").textContent()).includes(says("not-proved.history")));
  await quiet.context().close();
  const nosy = await open(["nosy"]);
  await check(nosy, liar.outcomes.ok.scan, "holder");
  assert.match(await nosy.locator("#answer details[part=how]").textContent(), /learnt which pack/);
  await nosy.context().close();
});

test("one lying node beside an honest one changes nothing", { timeout: 120_000 }, async () => {
  const { scan, overall } = liar.outcomes.recalled;
  for (const lie of ["tampered", "incomplete", "old", "garbage", "error", "weak-quorum"]) {
    const page = await open([lie, "honest"]);
    assert.equal(await check(page, scan, "holder"), says(`overall.${overall}.holder`), lie);
    await page.context().close();
  }
});

test("a fork is told and stays told", { timeout: 60_000 }, async () => {
  const page = await open(["honest", "fork"]);
  for (const visits of [1, 2]) {
    await check(page, liar.outcomes.ok.scan, "holder");
    assert.equal((await reasons(page))[0], says("trust.fork"), `visit ${visits}`);
    if (visits === 1) await picture(page, "lie-en-fork");
    await reload(page);
  }
  await page.context().close();
});

test("one byte changed in the wasm or the worker: the page says that it cannot start", { timeout: 60_000 }, async () => {
  const spoilt = (part, at) => (bytes, path) => {
    if (!part.test(path)) return bytes;
    const changed = Buffer.from(bytes);
    changed[at] ^= 1;
    return changed;
  };
  for (const [name, change] of [["wasm", spoilt(/medproof_wasm/, 3)], ["worker", spoilt(/check_worker-[^/]*\.js$/, 0)]]) {
    const page = await open(["honest"], { change });
    await page.locator("#way-type").click();
    await page.locator("#code").fill(liar.outcomes.ok.scan);
    await page.locator('button[type="submit"]').click();
    // Whether it can be read comes to light later: for whom is asked first, as always.
    assert.equal(await choose(page, "buyer"), "The check cannot start", name);
    await picture(page, `no-start-en-${name}`);
    await page.context().close();
  }
});

/** A server that once does not give a file; `refused` counts. */
function once(part) {
  const server = { refused: 0 };
  server.change = (bytes, path) => {
    if (part.test(path) && server.refused === 0) {
      server.refused += 1;
      throw new Error("not there");
    }
    return bytes;
  };
  return server;
}

test("a part that did not arrive is asked for again", { timeout: 60_000 }, async () => {
  const { scan } = liar.outcomes.recalled;
  for (const part of [/medproof_wasm_bg/, /check_worker-[^/]*\.js$/]) {
    const server = once(part);
    const page = await open(["honest"], server);
    assert.equal(await check(page, liar.outcomes.ok.scan, "holder"), says("overall.ok.holder"), String(part));
    assert.equal(server.refused, 1, String(part));
    await page.context().close();
  }
  const server = once(/medproof_wasm_full_bg/);
  const page = await open(["error"], server);
  const bundle = await fetch(`${liar.nodes.honest}v1/bundles?code=${encodeURIComponent(scan)}&have=0`);
  await openSaved(page, Buffer.from(await bundle.arrayBuffer()), "pack.mpbundle");
  assert.equal(await check(page, scan, "holder"), says("overall.do-not-use.holder"), "what reads a bundle");
  assert.equal(server.refused, 1);
  await page.context().close();
});

test("a pack's own link opens the page with the code filled in", { timeout: 60_000 }, async () => {
  const page = await open(["honest"], { path: `/01/${gtin()}/21/GIVEN-OUT` });
  await page.locator("#purpose-holder").waitFor();
  assert.match(await page.locator("dl.pairs").innerText(), /GIVEN-OUT/);
  assert.equal(await choose(page, "holder"), says("overall.ok.holder"));
  await page.context().close();
});

test("a code as it is printed below the square, in fields or with brackets", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  assert.equal(await check(page, `(01)${gtin()}(21)GIVEN-OUT(10)LOT-7A`, "holder"), says("overall.ok.holder"));
  assert.match(await page.locator("#answer .card dl").first().textContent(), /Batch number agrees/);
  await page.locator("#again").click();
  await page.locator("#way-type").click();
  await page.locator("#code").fill(gtin());
  await page.locator("#serial").fill("GIVEN-OUT");
  await page.locator("#lot").fill("LOT-7A");
  await page.locator('button[type="submit"]').click();
  assert.equal(await choose(page, "holder"), says("overall.ok.holder"));
  // What stands beside (01) goes with it.
  await home(page);
  await page.locator("#way-type").click();
  await page.locator("#code").fill(`(01)${gtin()}`);
  await page.locator("#serial").fill("CALLED-BACK");
  await page.locator('button[type="submit"]').click();
  assert.equal(await choose(page, "holder"), says("overall.do-not-use.holder"));
  await page.context().close();
});

test("an answer belongs to its pack, its purpose and its reading", { timeout: 90_000 }, async () => {
  const page = await open(["honest"]);
  const { ok, recalled } = liar.outcomes;
  const back = async (name) => {
    await page.locator("button.back").click();
    await screen(page, name);
  };
  assert.equal(await check(page, ok.scan, "holder"), says("overall.ok.holder"));
  await back("purpose");
  assert.equal(await choose(page, "dispenser"), says("overall.do-not-use.dispenser"));
  // A reading that was chosen, and then none.
  await type(page, lossy(ok.scan));
  await page.locator("#reading-1").check();
  await page.locator('button[type="submit"]').click();
  assert.equal(await choose(page, "holder"), says("overall.ok.holder"));
  await back("purpose");
  await back("reading");
  await page.locator("#reading-none").check();
  await page.locator('button[type="submit"]').click();
  assert.equal(await answer(page), says("overall.cannot-tell.holder"));
  // An answer that comes when another pack is in hand.
  assert.equal(await check(page, ok.scan, "holder"), says("overall.ok.holder"));
  await page.route("**/v1/**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await route.continue();
  });
  await page.locator("#recheck").click();
  await type(page, recalled.scan);
  await screen(page, "purpose");
  await page.waitForTimeout(4_000);
  assert.equal(await choose(page, "holder"), says("overall.do-not-use.holder"));
  await page.context().close();
});

test("the page works where a browser stores nothing for it", { timeout: 60_000 }, async () => {
  for (const storage of ["throw new DOMException('storage is off', 'SecurityError')", "return null"]) {
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
    await page.addInitScript(`Object.defineProperty(window, "localStorage", { get() { ${storage}; } })`);
    const server = await servePage(liar, ["honest"]);
    servers.push(server);
    await page.goto(server.url);
    await page.locator("h1").waitFor();
    await page.locator("button.language").click();
    await page.getByText("核对一盒药").first().waitFor();
    await context.close();
  }
});

test("dates are in the calendar and the digits of the pack, whatever the browser's language", { timeout: 60_000 }, async () => {
  for (const locale of ["th-TH", "fa-IR", "ar-SA"]) {
    const page = await open(["honest"], { locale });
    await check(page, liar.outcomes.recalled.scan, "holder");
    assert.match(await page.locator("#answer .card > p.quiet").first().innerText(), /\b20\d\d\b/, locale);
    await page.context().close();
  }
});

test("several packs: what cannot be read is named, and what must not be used stands first", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  await page.locator("#way-several").click();
  await page.locator("#codes").fill(["hello", liar.outcomes.ok_buyer.scan, liar.outcomes.recalled.scan].join("\n"));
  await page.locator("#purpose-buyer").check();
  await page.locator("button.language").click();
  await page.locator("button.language", { hasText: "中文" }).or(page.locator("button.language", { hasText: "English" })).waitFor();
  await page.locator("button.language", { hasText: "English" }).click();
  await page.locator("button.language", { hasText: "中文" }).waitFor();
  assert.equal((await page.locator("#codes").inputValue()).split("\n").length, 3, "what was entered stays");
  await page.locator("#purpose-buyer").check();
  await page.locator('button[type="submit"]').click();
  await page.locator("#results h2", { hasText: "Nothing is recorded against 1 of 3" }).waitFor({ timeout: 20_000 });
  const rows = await page.locator("#results li").allInnerTexts();
  assert.match(rows[0], /^CALLED-BACK/);
  assert.match(rows[1], /^hello/);
  await page.context().close();
});

test("a code with several readings: none is guessed, and what a person chooses is asked for", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  const asked = () => page.requests.filter((url) => url.includes("/v1/")).length;
  await type(page, lossy(liar.outcomes.ok.scan));
  await page.locator("#reading-none").waitFor();
  const before = asked();
  assert.deepEqual(await page.locator(".choice label").allInnerTexts(), ["Batch number LOT-7A21GIVEN-OUT", "Serial number GIVEN-OUT", "None of these, or I am not sure"]);
  assert.equal(await page.locator(".choice input:checked").count(), 0, "none is chosen beforehand");
  await page.locator('button[type="submit"]').click();
  await page.locator("#reading-error").getByText("Choose what is printed").waitFor();
  await page.locator("#reading-none").check();
  await page.locator('button[type="submit"]').click();
  assert.equal(await answer(page), says("overall.cannot-tell.holder"));
  assert.deepEqual(await reasons(page), [says("identifier.scan.ambiguous")]);
  assert.equal(asked(), before, "nobody is asked before a person has chosen");
  await page.locator("#recheck").click();
  await page.locator("#reading-1").check();
  await page.locator('button[type="submit"]').click();
  await page.locator("#purpose-holder").waitFor();
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(EXPIRES);
  assert.match(await page.locator("dl.pairs").innerText(), new RegExp(`GIVEN-OUT\n[^]*LOT-7A\n[^]*${day}`));
  assert.equal(await choose(page, "holder"), says("overall.ok.holder"));
  assert.match(await page.locator("#answer .card dl").first().textContent(), /Batch number agrees/);
  await page.context().close();
});

test("every reading of an ambiguous code can be chosen, and is what is then in hand", { timeout: 120_000 }, async () => {
  const { cases } = JSON.parse(readFileSync("../vectors/scan.json", "utf8"));
  const ambiguous = cases.filter(({ expect, mode }) => mode === "tolerant" && expect.result === "ambiguous").map(({ text }) => text);
  // A bare number of a pallet has the length of a Chinese trace code.
  const codes = [...ambiguous, "00123456789012345675"];
  assert.ok(codes.length >= 5);
  const page = await open(["honest"]);
  for (const code of codes) {
    await type(page, code);
    await page.locator("#reading-none").waitFor();
    const labels = (await page.locator(".choice label").allInnerTexts()).slice(0, -1);
    assert.ok(labels.length >= 2, code);
    for (const [at, label] of labels.entries()) {
      await page.locator(`#reading-${at}`).check();
      await page.locator('button[type="submit"]').click();
      await page.locator("#purpose-holder").waitFor();
      assert.ok((await page.locator("dl.pairs dd").allInnerTexts()).some((value) => label.endsWith(` ${value}`)), `${code}: ${label}`);
      assert.equal(await page.locator("main .notice").count(), 0, `${code}: no link is shown where none was scanned`);
      await page.locator("button.back").click();
      await page.locator("#reading-none").waitFor();
    }
  }
  // With a national code behind it there is no code that says this reading alone.
  await type(page, `01${gtin()}1728053121A7101234568410LOT`);
  await page.locator("#reading-none").waitFor();
  await page.locator("#reading-1").check();
  await page.locator('button[type="submit"]').click();
  await page.locator("#reading-error").getByText("cannot be checked by itself").waitFor();
  assert.deepEqual(foreign(page), []);
  await page.context().close();
});

test("typing is helped: digits that are wrong, missing or doubled, and what is still wanted", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  await page.locator("#way-type").click();
  await page.locator('button[type="submit"]').click();
  await page.locator(".summary").getByText("Enter the product code").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.className), "summary");
  const code = gtin();
  const wrong = code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);
  for (const [typed, help] of [[wrong, /digit .* is wrong/], [`(01)${code.slice(1)}`, /has 13 digits; 14 are needed.*missing/], [`(01)${code}7`, /has 15 digits; 14 are needed.*twice/], [code, /check digit .* is right/]]) {
    await page.locator("#code").fill(typed);
    assert.match(await page.locator("#code ~ .told").innerText(), help, typed);
  }
  await page.locator("#code").fill(wrong);
  await page.locator('button[type="submit"]').click();
  await page.locator("#code-error").getByText("is wrong, or two have changed places").waitFor();
  assert.equal(await page.locator("#code ~ .told").innerText(), "", "it is said above the field, and not again below");
  await picture(page, "type-en-wrong-digit");
  await page.locator("#code").fill(code);
  await page.locator('button[type="submit"]').click();
  await page.locator("#serial-error").getByText("Enter the serial number").waitFor();
  await page.getByRole("button", { name: "Check only the product" }).click();
  await choose(page, "buyer");
  assert.match(await page.locator("#answer .card dl").first().textContent(), /A product/);
  await page.context().close();
});

/** Scans until the page takes it: a loaded machine may pause between two keys, as no scanner does. */
async function untilTaken(shown, code, scan) {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await scan();
    if (await shown.waitFor({ timeout: 5_000 }).then(() => true, () => false)) return;
  }
  assert.fail(`no scan was taken: ${code}`);
}

test("a scanner that types: the separator as GS, Ctrl ], F8 or Alt 029", { timeout: 60_000 }, async () => {
  const separators = {
    "Ctrl ]": async (keyboard) => { await keyboard.down("Control"); await keyboard.press("]"); await keyboard.up("Control"); },
    F8: (keyboard) => keyboard.press("F8"),
    "Alt 029": async (keyboard) => { await keyboard.down("Alt"); for (const digit of "029") await keyboard.press(`Numpad${digit}`); await keyboard.up("Alt"); },
    "{GS}": (keyboard) => keyboard.type("{GS}"),
  };
  for (const [name, separator] of Object.entries(separators)) {
    const page = await open(["honest"]);
    const parts = liar.outcomes.ok.scan.split("\u001d");
    await untilTaken(page.locator("#purpose-holder"), name, async () => {
      await page.keyboard.type(parts[0]);
      for (const part of parts.slice(1)) {
        await separator(page.keyboard);
        await page.keyboard.type(part);
      }
      await page.keyboard.press("Enter");
    });
    const read = await page.locator("dl.pairs").innerText();
    assert.match(read, /GIVEN-OUT\n/, name);
    assert.match(read, /LOT-7A/, name);
    assert.equal(await choose(page, "holder"), says("overall.ok.holder"), name);
    await page.context().close();
  }
});

/** As a scanner types, without the minutes that 10 kB of keys would take. */
const scanned = (page, code) => untilTaken(page.locator("#purpose-buyer, #reading-none, #answer .card").first(), code.slice(0, 80), () =>
  page.evaluate((text) => {
    const key = (name) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    for (const letter of text) key(letter);
    key("Enter");
  }, code));

test("200 hostile codes: nothing leaves but questions to the node, and nothing becomes markup", { timeout: 180_000 }, async () => {
  assert.equal(HOSTILE.length, 200);
  const page = await open(["honest"]);
  const before = new Set(page.requests);
  await page.evaluate(() => (window.alert = () => (document.title = "ALERT")));
  for (const code of HOSTILE) {
    await scanned(page, code);
    if (await page.locator("#reading-none").count()) {
      await page.locator("#reading-0").check();
      await page.locator('button[type="submit"]').click();
      await page.locator("#purpose-buyer").waitFor();
    }
    if (await page.locator("#purpose-buyer").count()) await choose(page, "buyer");
    assert.equal(await page.locator("main img, main script, main iframe, main a[href^='http'], #answer .card a, #answer .card img").count(), 0, code.slice(0, 80));
    assert.equal(await page.locator("#answer .card.ok").count(), 0, code.slice(0, 80));
    await page.locator("#again").click();
    await page.locator("#way-type").waitFor();
  }
  assert.notEqual(await page.title(), "ALERT");
  const asked = page.requests.filter((url) => !before.has(url));
  for (const url of asked) assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/(honest\/v1\/(updates|proofs|buckets\/\d+\/[0-9a-f]+)|assets\/|anchor\.mpanchor)/, url.slice(0, 120));
  assert.deepEqual(foreign(page), []);
  await page.context().close();
});

test("a photo of a QR code is read and checked, on the device", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  const photo = (text) => ({ name: "pack.png", mimeType: "image/png", buffer: boxPng(text) });
  await page.locator("#photo").setInputFiles(photo(null));
  await page.getByText("No code was found in this photo").waitFor({ timeout: 20_000 });
  await page.locator("#photo").setInputFiles(photo(`https://id.example/01/${gtin()}/21/ON-THE-SHELF`));
  await page.locator("#purpose-buyer").waitFor({ timeout: 20_000 });
  assert.match(await page.locator("main").innerText(), /a link to id\.example\. It was read as data/);
  await picture(page, "purpose-en-link");
  assert.equal(await choose(page, "buyer"), says("overall.ok.buyer"));
  assert.deepEqual(foreign(page), []);
  await page.context().close();
});

test("the language changes in the middle, and what was given stays", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  await check(page, liar.outcomes.recalled.scan, "holder");
  const asked = page.requests.length;
  await page.locator("button.language").click();
  await page.locator(`#answer .card h2:text-is("${says("overall.do-not-use.holder", "zh-Hans")}")`).waitFor();
  assert.deepEqual(page.requests.slice(asked).filter((url) => url.includes("/v1/")), [], "nobody is asked again");
  await reload(page);
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-Hans");
  await page.context().close();
});
