// The camera, by Chromium's fake video device: films of codes, and the figures of the GS1 General Specifications.

import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../npm/browser.js";
import { servePage, startLiar } from "./liar.js";
import { choose, picture, says, visit } from "./person.js";
import { dataMatrix, dataMatrixPng, qrCode } from "./symbols.js";
import { film } from "./y4m.js";

const figures = join(process.env.MEDPROOF_SUITES || "../../../shared/suites", "images");
let liar;
let server;

before(async () => {
  liar = await startLiar();
  server = await servePage(liar, ["honest"]);
}, { timeout: 60_000 });

after(async () => {
  await server?.close();
  liar?.stop();
});

/** A visitor whose camera sees these squares; without squares one whose camera is refused or absent. */
async function withCamera(symbol, work, { arguments: more = ["--use-fake-ui-for-media-stream"], size } = {}) {
  const path = join(mkdtempSync(join(tmpdir(), "medproof-film-")), "film.y4m");
  if (symbol) film(path, symbol, size);
  const fake = symbol ? ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${path}`] : [];
  const browser = await launch([...fake, ...more]);
  try {
    const page = await visit(browser, server.url);
    await work(page);
    assert.deepEqual(page.requests.filter((url) => !url.startsWith(`${server.url}/`) && !url.startsWith(`${liar.address}/`)), []);
  } finally {
    await browser.close();
  }
}

test("a GS1 DataMatrix in front of the camera: read with its separators, and answered", { timeout: 90_000 }, async () => {
  const { scan, overall } = liar.outcomes.recalled;
  await withCamera(await dataMatrix(scan), async (page) => {
    await page.locator("#way-camera").click();
    await page.locator("#purpose-holder").waitFor({ timeout: 30_000 });
    const read = await page.locator("dl.pairs").innerText();
    assert.match(read, /CALLED-BACK\n/);
    assert.match(read, /LOT-RECALLED/);
    assert.equal(await page.evaluate(() => document.querySelectorAll("video").length), 0, "the camera is put away");
    assert.equal(await choose(page, "holder"), says(`overall.${overall}.holder`));
  });
});

test("a QR code with a link in front of the camera", { timeout: 90_000 }, async () => {
  const gtin = /01(\d{14})/.exec(liar.outcomes.ok.scan)[1];
  await withCamera(await qrCode(`https://evil.example/01/${gtin}/21/ON-THE-SHELF`), async (page) => {
    await page.locator("#way-camera").click();
    await page.locator("#purpose-buyer").waitFor({ timeout: 30_000 });
    assert.match(await page.locator("main").innerText(), /a link to evil\.example\. It was read as data/);
    assert.equal(await choose(page, "buyer"), says("overall.ok.buyer"));
  });
});

test("a code that is no medicine's is named, and the camera goes on looking", { timeout: 90_000 }, async () => {
  await withCamera(await qrCode("WIFI:S:guest;;"), async (page) => {
    await page.locator("#way-camera").click();
    await page.getByText("not the code of a medicine pack").waitFor({ timeout: 30_000 });
    assert.equal(await page.locator("video").count(), 1);
    await picture(page, "camera-en-other-code");
  });
});

test("a camera that is refused or absent leaves the other ways", { timeout: 90_000 }, async () => {
  await withCamera(await qrCode("x"), async (page) => {
    await page.locator("#way-camera").click();
    await page.getByText("may not use the camera").waitFor({ timeout: 20_000 });
    await picture(page, "camera-en-refused");
    await page.locator("#way-type").click();
    await page.locator("#code").waitFor();
  }, { arguments: ["--deny-permission-prompts"] });
  await withCamera(null, async (page) => {
    await page.locator("#way-camera").click();
    await page.getByText("No camera was found").waitFor({ timeout: 20_000 });
  });
});

test("a photo of a GS1 DataMatrix keeps the separator", { timeout: 60_000 }, async () => {
  await withCamera(null, async (page) => {
    const buffer = await dataMatrixPng(liar.outcomes.recalled.scan);
    await page.locator("#photo").setInputFiles({ name: "pack.png", mimeType: "image/png", buffer });
    await page.locator("#purpose-holder").waitFor({ timeout: 30_000 });
    assert.match(await page.locator("dl.pairs").innerText(), /CALLED-BACK\n[^]*LOT-RECALLED/);
  });
});

test("the figures of the GS1 General Specifications, by camera and as photos", { timeout: 180_000, skip: existsSync(figures) ? false : "the suites are absent" }, async () => {
  const names = readdirSync(figures).filter((name) => name.endsWith(".png"));
  for (const name of names) {
    const bytes = readFileSync(join(figures, name));
    let symbol;
    const isRead = async (page) => {
      await page.locator("#purpose-holder").waitFor({ timeout: 30_000 });
      assert.match(await page.locator("dl.pairs").innerText(), /09504000059101[^]*12345678p901\n[^]*1234567p/, name);
    };
    await withCamera(null, async (page) => {
      symbol = await page.evaluate(drawn, bytes.toString("base64"));
      await page.locator("#photo").setInputFiles({ name, mimeType: "image/png", buffer: bytes });
      await isRead(page);
    });
    symbol.data = Uint8Array.from(symbol.data);
    await withCamera(symbol, async (page) => {
      await page.locator("#way-camera").click();
      await isRead(page);
    }, { size: 4 });
  }
  if (process.env.MEDPROOF_SUITE_REPORT) appendFileSync(process.env.MEDPROOF_SUITE_REPORT, `suite\timages, in the patient page\t${names.length}\n`);
});

/** The grey values of a PNG, by the browser's own decoder. */
async function drawn(base64) {
  const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]));
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, picture.width, picture.height);
  return { width, height, data: Array.from({ length: width * height }, (_, at) => data[4 * at]) };
}
