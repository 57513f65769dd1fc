// What a person does on the patient page, and what they see.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export const SIZES = { phone: { width: 375, height: 812 }, desktop: { width: 1280, height: 900 }, narrow: { width: 320, height: 640 } };

const CATALOGUES = Object.fromEntries(["en", "zh-Hans"].map((language) =>
  [language, JSON.parse(readFileSync(join("../../core/messages", `${language}.json`), "utf8"))]));

/** The title of a sentence of the catalogue. */
export const says = (code, language = "en") => CATALOGUES[language][code].title;

/** A page of its own visitor. It notes every request, and what the browser refused or complained about. */
export async function visit(browser, url, { size = "phone", locale = "en-GB", keepsPage = false, more = {} } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], locale, serviceWorkers: keepsPage ? "allow" : "block", ...more });
  const page = await context.newPage();
  Object.assign(page, { requests: [], complaints: [] });
  context.on("request", (request) => page.requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(url);
  await drawn(page);
  return page;
}

/**
 * Waits until the page has its words and its first screen: a load event comes before that. That it is a demonstration is
 * told a moment later, below all else, and never where the check cannot start; pictures show it.
 */
async function drawn(page) {
  await page.locator("h1").waitFor();
  await page.locator("#demo p").waitFor({ timeout: 5_000 }).catch(() => undefined);
}

/** Loads the page again, and waits until it is drawn. */
export async function reload(page) {
  await page.reload();
  await drawn(page);
}

/** Waits until a screen is drawn: one that a press leads to is not there at once. */
export const screen = (page, name) => page.locator(`body[data-screen="${name}"]`).waitFor();

/** Goes to the first screen, from wherever the page is. */
export async function home(page) {
  await page.locator("button.home").click();
  await screen(page, "start");
}

/** Opens a saved answer, and waits until it is read: a code that is given before would be lost. */
export async function openSaved(page, buffer, name = "pack.mproof") {
  await page.locator("#saved").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  await page.getByText("A saved answer is open").waitFor({ timeout: 20_000 });
}

/** Gives a code by hand, as far as the question for whom. */
export async function type(page, scan) {
  if ((await page.locator("body").getAttribute("data-screen")) !== "start") await home(page);
  await page.locator("#way-type").click();
  await page.locator("#code").fill(scan);
  await page.locator('button[type="submit"]').click();
}

/** Chooses for whom, and waits for the answer; its title. */
export async function choose(page, purpose) {
  await page.locator(`#purpose-${purpose}`).check();
  await page.locator('button[type="submit"]').click();
  return answer(page);
}

/** Types a code, chooses for whom, and waits for the answer; its title. */
export async function check(page, scan, purpose) {
  await type(page, scan);
  return choose(page, purpose);
}

/** The title of the answer, when it is there. */
export async function answer(page) {
  await page.locator("#answer .card h2").waitFor({ timeout: 30_000 });
  return page.locator("#answer .card h2").innerText();
}

/** The titles of reasons as a page lists them: those that weigh as the whole answer does stand first. */
export function listed(codes, overall, purpose, language = "en") {
  const { severity } = CATALOGUES[language][`overall.${overall}.${purpose}`];
  const weighs = (code) => CATALOGUES[language][code].severity === severity;
  return [...codes.filter(weighs), ...codes.filter((code) => !weighs(code))].map((code) => says(code, language));
}

/** The titles of the reasons. */
export const reasons = (page) => page.locator("#answer .card > ul > li > strong").allInnerTexts();

/** A picture of the whole page, for people to look at. */
export const picture = (page, name) => page.screenshot({ path: join(process.env.MEDPROOF_PICTURES, `${name}.png`), fullPage: true, style: "#demo { position: static !important; }" });
