// A walk through every screen and state of the patient page.

import { check, choose, home as goHome, screen, type } from "./person.js";

/** When the lying node's lots expire. */
export const EXPIRES = new Date(Date.now() + 900 * 86_400_000);
const yymmdd = (date) => date.toISOString().slice(2, 10).replaceAll("-", "");

/** A pack's code as a scanner gives it that drops separators: lot and serial may be one value or two. */
export function lossy(scan) {
  const [, gtin, serial] = /^\]d201(\d{14})21([^\u001d]*)/.exec(scan);
  return `01${gtin}17${yymmdd(EXPIRES)}10LOT-7A21${serial}`;
}

/** Goes from state to state; `at(name)` is called in each. */
export async function tour(page, liar, at) {
  const { ok, not_given_out: early, recalled, unknown_product: unknown, ok_buyer: shelf } = liar.outcomes;
  const home = () => goHome(page);
  const submit = () => page.locator('button[type="submit"]').click();
  const open = async () => {
    for (const summary of await page.locator("#answer summary").all()) await summary.click();
  };
  await page.locator("#way-type").waitFor();
  await at("start");
  await page.locator("#way-camera").click();
  await page.locator("video[hidden]").waitFor({ state: "attached", timeout: 15_000 });
  await at("camera-none");
  await home();
  await page.locator("#way-type").click();
  await screen(page, "type");
  await at("type");
  await submit();
  await page.locator(".summary").waitFor();
  await at("type-problem");
  await type(page, recalled.scan);
  await page.locator("#purpose-holder").waitFor();
  await at("purpose");
  await submit();
  await page.locator(".summary").waitFor();
  await at("purpose-problem");
  await choose(page, "holder");
  await open();
  await at("answer-bad");
  await page.locator("#keep").click();
  await page.locator("#keep").waitFor({ state: "detached" });
  await page.locator("#way-report").click();
  await screen(page, "report");
  await at("report");
  await submit();
  await page.locator(".summary").waitFor();
  await at("report-problem");
  for (const [name, { scan }, purpose] of [["ok", ok, "holder"], ["warn", early, "holder"], ["unknown", unknown, "holder"]]) {
    await check(page, scan, purpose);
    await open();
    await at(`answer-${name}`);
  }
  await type(page, lossy(ok.scan));
  await page.locator("#reading-none").waitFor();
  await at("reading");
  await submit();
  await page.locator(".summary").waitFor();
  await at("reading-problem");
  await page.locator("#reading-none").check();
  await submit();
  await page.locator("#answer .card h2").waitFor();
  await at("answer-several-readings");
  await check(page, shelf.scan, "buyer");
  await page.locator("#keep").click();
  await page.locator("#keep").waitFor({ state: "detached" });
  await type(page, "https://evil.example/01/09504000000011/21/<b>x</b>");
  await page.locator(".summary").waitFor();
  await at("type-refused");
  await home();
  await page.locator("#way-cabinet").click();
  await page.locator(".packs > li").nth(1).waitFor();
  await at("cabinet");
  await home();
  await at("start-notice");
  await page.locator("#way-several").click();
  await submit();
  await page.locator(".summary").waitFor();
  await at("several-problem");
  await page.locator("#codes").fill([shelf.scan, recalled.scan].join("\n"));
  await page.locator("#purpose-buyer").check();
  await submit();
  await page.locator("#results .packs").waitFor({ timeout: 20_000 });
  await at("several");
  await home();
  await page.locator("#way-about").click();
  await page.locator("dl.pairs").waitFor();
  await at("about");
  await page.context().setOffline(true);
  await check(page, unknown.scan, "buyer");
  await at("answer-offline");
  await check(page, ok.scan.replace("GIVEN-OUT", "NEVER-SEEN"), "buyer");
  await at("answer-none");
  await page.context().setOffline(false);
}
