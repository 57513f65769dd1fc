// Elements from text: nothing that a scan or a server says is ever read as markup.

export type Child = Node | string | null | false;

export function element(name: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return made;
}

/** What opens when its name is pressed. */
export function folded(name: string, part: string, ...content: Child[]): HTMLElement {
  return element("details", { part }, element("summary", {}, name), ...content);
}

/** A status as a shape of its own, so that it does not rest on colour. */
export function shape(severity: string): SVGElement {
  const paths = (SHAPES[severity] ?? SHAPES["cannot-tell"] ?? []).map(([fill, d]) => drawn("path", { d, class: fill }));
  return drawn("svg", { viewBox: "0 0 40 40", "aria-hidden": "true", part: "shape" }, ...paths);
}

/** An element of a picture. */
export function drawn(name: string, attributes: Record<string, string>, ...children: Node[]): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";
const CIRCLE = "M20 2a18 18 0 1 0 0 36 18 18 0 0 0 0-36z";
const SHAPES: Record<string, [string, string][]> = {
  ok: [["body", CIRCLE], ["mark", "M16.6 28.8 9 21.2l2.8-2.8 4.8 4.7L28.2 11.5l2.8 2.9z"]],
  warn: [["body", "M20 3 39 37H1z"], ["mark", "M18 14h4v12h-4zM18 29h4v4h-4z"]],
  bad: [["body", "M12.5 2h15L38 12.5v15L27.5 38h-15L2 27.5v-15z"], ["mark", "m13 10 7 7 7-7 3 3-7 7 7 7-3 3-7-7-7 7-3-3 7-7-7-7z"]],
  note: [["body", "M20 10a10 10 0 1 0 0 20 10 10 0 0 0 0-20z"]],
  unknown: [["body", "M20 1 39 20 20 39 1 20z"], ["mark", "M12 18h4v4h-4zM18 18h4v4h-4zM24 18h4v4h-4z"]],
  "cannot-tell": [["body", "M4 4h32v32H4z"], ["mark", "M10 18h20v4H10z"]],
};
