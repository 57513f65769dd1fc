import "../widget/element.js";
import "./page.css";
import { element } from "../widget/dom.js";
import { catalogueOf, words } from "../words.js";
import { codeInPhoto } from "./photo.js";

/** The page in one language; what was typed is kept when the language changes. */
function show(language: string, code: string, purpose: string): void {
  const text = words(language);
  document.documentElement.lang = language;
  document.title = text.title;
  const input = element("input", { id: "code", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": "hint error" }) as HTMLInputElement;
  input.value = code;
  const error = element("p", { id: "error", class: "error", role: "alert" });
  const photo = element("input", { id: "photo", type: "file", accept: "image/*" }) as HTMLInputElement;
  const result = element("medproof-verify", { id: "answer", tabindex: "-1", anchor: "anchor.mpanchor", ...nodes() });
  const form = element("form", { novalidate: "" },
    choices(text.whose, [["holder", text.holder], ["buyer", text.buyer]], purpose),
    element("label", { class: "field", for: "code" }, text.code),
    element("p", { id: "hint", class: "hint" }, text.codeHint), error, input,
    element("p", {}, element("label", { class: "field", for: "photo" }, text.photo), photo),
    element("button", { type: "submit" }, text.check)) as HTMLFormElement;
  const chosen = () => new FormData(form).get("purpose")?.toString() ?? "holder";
  const check = () => {
    error.textContent = input.value.trim() ? "" : text.codeMissing;
    if (!input.value.trim()) return input.focus();
    result.setAttribute("purpose", chosen());
    result.setAttribute("code", input.value);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check();
  });
  photo.addEventListener("change", async () => {
    const found = photo.files?.[0] && (await codeInPhoto(photo.files[0]).catch(() => null));
    error.textContent = found ? "" : text.photoNone;
    if (!found) return;
    input.value = found;
    check();
  });
  result.addEventListener("medproof-answer", () => result.scrollIntoView({ block: "start" }));
  const other = element("button", { type: "button", lang: catalogueOf(language) === "en" ? "zh-Hans" : "en" }, text.language);
  other.addEventListener("click", () => show(catalogueOf(language) === "en" ? "zh-Hans" : "en", input.value, chosen()));
  document.body.replaceChildren(
    element("a", { class: "skip", href: "#answer" }, text.skip),
    element("header", {}, element("div", {}, element("strong", {}, "MedProof"), other)),
    element("main", {}, element("h1", {}, text.title), element("p", {}, text.intro), form, result, element("p", { class: "hint" }, text.limits)));
  if (code) check();
}

function choices(question: string, answers: [string, string][], chosen: string): HTMLElement {
  return element("fieldset", {}, element("legend", {}, question), ...answers.map(([value, label]) =>
    element("label", { class: "choice" },
      element("input", { type: "radio", name: "purpose", value, ...(value === chosen ? { checked: "" } : {}) }), label)));
}

/** Nodes that the page was built for; left out, the one that served it. */
function nodes(): Record<string, string> {
  const named = document.querySelector('meta[name="medproof-nodes"]')?.getAttribute("content");
  return named ? { nodes: named } : {};
}

/** A pack's own link opens this page with the code filled in: the link is data, as a scan is. */
function codeInAddress(): string {
  return /^\/(01|8006|00)\//.test(location.pathname) ? location.href : "";
}

show(catalogueOf(navigator.language), codeInAddress(), "holder");
