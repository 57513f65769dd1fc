// Parts of forms. Each has a label, and says what is wrong above itself and in a summary at the top.

import { element } from "../widget/dom.js";

export interface Field {
  whole: HTMLElement;
  input: HTMLInputElement | HTMLTextAreaElement;
  /** Shows what is wrong; an empty text takes it away. */
  fail(problem: string): void;
}

export function textField(id: string, label: string, hint: string, value = "", rows = 0): Field {
  const about = { id, autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": `${id}-hint ${id}-error` };
  const input = element(rows ? "textarea" : "input", rows ? { ...about, rows: String(rows) } : { ...about, type: "text" }) as HTMLInputElement;
  input.value = value;
  const error = element("p", { id: `${id}-error`, class: "error" });
  const whole = element("div", { class: "group" }, element("label", { for: id }, label), element("p", { id: `${id}-hint`, class: "hint" }, hint), error, input);
  return { whole, input, fail: (problem) => mark(whole, error, [input], problem) };
}

export interface Choice {
  value: string;
  label: string;
  hint?: string;
  isChosen?: boolean;
}

export interface Choices {
  whole: HTMLElement;
  chosen(): string[];
  fail(problem: string): void;
  first: HTMLInputElement;
}

/** Radio buttons or boxes under one question; a text among them divides the groups. */
export function choices(kind: "radio" | "checkbox", name: string, question: HTMLElement, all: (Choice | string)[]): Choices {
  const inputs: HTMLInputElement[] = [];
  const lines = all.map((choice) => {
    if (typeof choice === "string") return element("p", { class: "divider" }, choice);
    const input = element("input", { type: kind, name, value: choice.value, id: `${name}-${choice.value}` }) as HTMLInputElement;
    input.checked = choice.isChosen ?? false;
    if (choice.hint) input.setAttribute("aria-describedby", `${input.id}-hint`);
    inputs.push(input);
    return element("div", { class: "choice" }, input, element("label", { for: input.id }, choice.label),
      choice.hint ? element("p", { class: "hint", id: `${input.id}-hint` }, choice.hint) : null);
  });
  const error = element("p", { id: `${name}-error`, class: "error" });
  const whole = element("fieldset", { class: "group", "aria-describedby": `${name}-error` }, question, error, ...lines);
  const [first] = inputs;
  if (!first) throw new TypeError("a question has answers");
  return {
    whole,
    first,
    chosen: () => inputs.filter((input) => input.checked).map((input) => input.value),
    fail: (problem) => mark(whole, error, inputs, problem),
  };
}

function mark(whole: HTMLElement, error: HTMLElement, inputs: HTMLElement[], problem: string): void {
  error.textContent = problem;
  whole.classList.toggle("failed", problem !== "");
  for (const input of inputs) {
    if (problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

/** What is wrong in the whole form, with a way to each field. It takes the focus. */
export function summary(title: string, problems: { text: string; input: HTMLElement }[]): HTMLElement {
  const list = problems.map(({ text, input }) => element("li", {}, button(text, "link", () => input.focus())));
  const box = element("div", { class: "summary", role: "alert", tabindex: "-1" }, element("h2", {}, title), element("ul", {}, ...list));
  queueMicrotask(() => box.focus());
  return box;
}

export function button(label: string, look: string, act: () => void, id?: string): HTMLElement {
  const made = element("button", { type: "button", class: look, ...(id ? { id } : {}) }, label);
  made.addEventListener("click", act);
  return made;
}

/** A button that opens a file; the field itself looks different in each browser. */
export function fileButton(id: string, label: string, look: string, accept: string, take: (file: File) => void): HTMLElement {
  const input = element("input", { type: "file", id, accept, tabindex: "-1", "aria-hidden": "true", class: "away" }) as HTMLInputElement;
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    // The same file may be chosen again.
    input.value = "";
    if (file) take(file);
  });
  return element("span", { class: "file" }, button(label, look, () => input.click()), input);
}

/** A form that is sent by Enter or its one button. */
export function form(label: string, send: () => void, ...content: (Node | null | false)[]): HTMLElement {
  const made = element("form", { novalidate: "" }, ...content, element("button", { type: "submit", class: "main" }, label));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  return made;
}

/** Names and values, one pair a line. A pair without a value is left out. */
export function pairs(...lines: [string, string | null | undefined][]): HTMLElement {
  return element("dl", { class: "pairs" }, ...lines.flatMap(([name, value]) =>
    value ? [element("div", {}, element("dt", {}, name), element("dd", {}, value))] : []));
}

/** Saves bytes as a file. The address is taken back, so that none is left behind. */
export function download(name: string, type: string, bytes: BlobPart): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
